/** What the main thread and the training's thread say to each other. Memory in `images`, `labels` and `data` moves over. */
import type { FileDigest } from './buffer-files.ts';
import type { TrainingProgram, UpdateFactors } from './training-session.ts';

/** Numbers for a noise input of a step. */
export interface NoiseInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

export interface BufferFile {
  /** The name of a buffer of the training's state. */
  readonly buffer: string;
  readonly path: string;
}

/** One entry per request: its fields and its answer. */
export interface TrainingCalls {
  readonly step: {
    readonly request: {
      readonly images: ArrayBuffer;
      readonly labels: ArrayBuffer;
      readonly count: number;
      readonly factors: UpdateFactors;
      readonly noise: readonly NoiseInput[];
    };
    readonly reply: {
      readonly loss: number;
      readonly logits: Float32Array<ArrayBuffer>;
      readonly images: ArrayBuffer;
      readonly labels: ArrayBuffer;
    };
  };
  readonly predict: {
    readonly request: { readonly images: ArrayBuffer; readonly count: number };
    readonly reply: { readonly logits: Float32Array<ArrayBuffer>; readonly images: ArrayBuffer };
  };
  readonly write: {
    readonly request: { readonly buffer: string; readonly offset: number; readonly data: Float32Array<ArrayBuffer> };
    readonly reply: void;
  };
  readonly read: { readonly request: { readonly buffer: string }; readonly reply: Float32Array<ArrayBuffer> };
  readonly keepBest: { readonly request: undefined; readonly reply: void };
  readonly restoreBest: { readonly request: undefined; readonly reply: void };
  readonly useAverage: { readonly request: undefined; readonly reply: void };
  readonly save: { readonly request: { readonly files: readonly BufferFile[] }; readonly reply: readonly FileDigest[] };
  readonly load: {
    readonly request: { readonly files: readonly (BufferFile & FileDigest)[] };
    readonly reply: void;
  };
}

export interface TrainingThread {
  readonly settings: TrainingProgram;
  readonly calls: TrainingCalls;
}
