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
  readonly create: { readonly request: { readonly program: TrainingProgram }; readonly reply: undefined };
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
    readonly reply: undefined;
  };
  readonly read: { readonly request: { readonly buffer: string }; readonly reply: Float32Array<ArrayBuffer> };
  readonly keepBest: { readonly request: object; readonly reply: undefined };
  readonly restoreBest: { readonly request: object; readonly reply: undefined };
  readonly useAverage: { readonly request: object; readonly reply: undefined };
  readonly save: { readonly request: { readonly files: readonly BufferFile[] }; readonly reply: readonly FileDigest[] };
  readonly load: {
    readonly request: { readonly files: readonly (BufferFile & FileDigest)[] };
    readonly reply: undefined;
  };
  readonly release: { readonly request: object; readonly reply: undefined };
}

export type TrainingCall = keyof TrainingCalls;

export type TrainingRequest = {
  readonly [Call in TrainingCall]: { readonly id: number; readonly call: Call } & TrainingCalls[Call]['request'];
}[TrainingCall];

/** An error as plain data: classes and own fields do not survive the way between threads. */
export interface ErrorData {
  readonly message: string;
  readonly stack?: string | undefined;
  /** The code of an error raised on purpose. */
  readonly code?: string | undefined;
  /** The code of an error of the operating system, such as ENOSPC. */
  readonly systemCode?: string | undefined;
}

export type TrainingReply =
  | { readonly id: number; readonly value: TrainingCalls[TrainingCall]['reply'] }
  | { readonly id: number; readonly error: ErrorData };
