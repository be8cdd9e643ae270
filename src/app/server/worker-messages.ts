/** What the service and its worker threads tell each other. */
import type { ErrorData } from '../../base/threads/error-data.ts';
import type { HelperPort } from '../../base/threads/helper-port.ts';
import type { Answer, Reason } from '../../model/use/answer.ts';
import type { DisplayChoice } from '../../imaging/decode/dicom/display.ts';
import type { Target } from '../../model/explain/target.ts';
import type { Device } from '../../engine/runtime/tensor.ts';
import type { ModelReference, ProblemDetails } from './contract.ts';
import type { RenderedAnswer } from './inference-answer.ts';

export interface WorkerSettings {
  readonly device: Device;
  /** of the runtime in each worker */
  readonly threads: number;
  /** of an image; more are refused before they are decoded */
  readonly maximumPixels: number;
}

/** What one thread starts with. */
export interface ThreadSettings extends WorkerSettings {
  /** to `DecodingHost` */
  readonly decoding: HelperPort;
}

/** A model file as it was when it was read, whatever has happened to the file since. */
export interface ModelCopy {
  /** shared by all threads */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** the file that was read, which sentences name */
  readonly source: string;
}

/** What one image or tensor asks for; those of one kind and model may share a batch. */
export type Task =
  | { readonly kind: 'classify'; readonly bytes: Uint8Array; readonly display?: DisplayChoice }
  /** the known image, whatever the guard says of it */
  | { readonly kind: 'test'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'explain';
      readonly bytes: Uint8Array;
      readonly display?: DisplayChoice;
      readonly target: Target;
      readonly overlay: boolean;
    }
  /** no model is asked */
  | {
      readonly kind: 'display';
      readonly bytes: Uint8Array;
      readonly display: DisplayChoice;
      /** pixels */
      readonly maximumSide: number;
    }
  | {
      readonly kind: 'infer';
      readonly body: Uint8Array;
      /** bytes of the JSON at the body's beginning, where binary tensors follow it */
      readonly headerLength: number | undefined;
      readonly model: ModelReference;
    };

export interface WorkerThread {
  readonly settings: ThreadSettings;
  readonly calls: {
    readonly load: { readonly request: ModelCopy & { readonly key: string }; readonly reply: void };
    readonly unload: { readonly request: { readonly key: string }; readonly reply: void };
    readonly work: {
      readonly request: { readonly key: string; readonly tasks: readonly Task[] };
      /** one for each task */
      readonly reply: readonly TaskReply[];
    };
  };
}

/** Milliseconds. */
interface WorkTimes {
  readonly decode: number;
  readonly network: number;
}

export interface ClassifyOutcome extends WorkTimes {
  readonly answer: Answer;
}

export interface TestOutcome {
  readonly logits: readonly number[];
}

export interface ExplainOutcome extends WorkTimes {
  readonly answer: Answer;
  /** null unless the image was answered: a map of any other would mean nothing */
  readonly map: HeatOutcome | null;
}

export interface HeatOutcome {
  readonly target: { readonly class: string; readonly probability: number };
  readonly width: number;
  readonly height: number;
  readonly heat: Float32Array;
  /** a PNG; only where it was asked for */
  readonly overlay: Uint8Array | null;
}

/** A PNG; or why the image cannot be read. */
export type DisplayOutcome = { readonly png: Uint8Array } | { readonly reason: Reason };

/** A problem: of an image of the request. */
export type InferOutcome = RenderedAnswer | { readonly problem: ProblemDetails };

export type TaskReply = { readonly outcome: unknown } | { readonly failure: ErrorData };

/** What a task of each kind comes to. */
export interface Outcomes {
  readonly classify: ClassifyOutcome;
  readonly test: TestOutcome;
  readonly explain: ExplainOutcome;
  readonly display: DisplayOutcome;
  readonly infer: InferOutcome;
}
