/**
 * Threads in which compressed frames are decoded: a damaged one can keep a codec busy for ever. They start when they are first needed, and end
 * when they have had nothing to do for a while.
 */
import { budgets, describeBudget } from '../../../base/budgets.ts';
import { ThreadClient } from '../../../base/threads/thread-client.ts';
import { DicomError } from '../../../dicom/dicom-error.ts';
import type { CodecThread } from './codec-worker.ts';
import type { CompressedFrame } from './compressed-frame.ts';
import { unpackFrame, type DecodedFrame } from './decoded-frame.ts';

export interface CodecPoolOptions {
  /** at most */
  readonly threads: number;
  /** milliseconds that a frame may take, and so long again for each 10 million pixels */
  readonly patience?: number;
  /** what the threads run */
  readonly file?: URL;
}

/** Their memory never shrinks, and another thread starts within a tenth of a second. */
const idleMilliseconds = 10_000;

const pixelsPerPatience = 10_000_000;

type Codec = ThreadClient<CodecThread>;

export class CodecPool {
  readonly #options: Required<CodecPoolOptions>;
  /** the last is the one that worked last */
  readonly #idle: { readonly codec: Codec; readonly end: NodeJS.Timeout }[] = [];
  readonly #waiting: ((codec: Codec) => void)[] = [];
  #threads = 0;

  constructor(options: CodecPoolOptions) {
    const patience = budgets.dicomDecoding.limit;
    this.#options = { patience, file: new URL('./codec-worker.ts', import.meta.url), ...options };
  }

  /**
   * @param frame whose bytes have their buffer for themselves; it moves away
   * @throws DicomError where the frame cannot be decoded, or not in time; the cause of its death where a thread dies
   */
  async decode(frame: CompressedFrame & { readonly bytes: Uint8Array<ArrayBuffer> }): Promise<Uint8Array<ArrayBuffer>> {
    const codec = await this.#take();
    try {
      return unpackFrame(
        await askInTime(codec, frame, this.#options.patience * (1 + countPixels(frame) / pixelsPerPatience)),
      );
    } finally {
      this.#giveBack(codec);
    }
  }

  #take(): Promise<Codec> | Codec {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      clearTimeout(idle.end);
      if (idle.codec.failure === undefined) return idle.codec;
      this.#threads -= 1;
    }
    if (this.#threads < this.#options.threads) return this.#start();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #start(): Codec {
    this.#threads += 1;
    return new ThreadClient<CodecThread>({ file: this.#options.file, name: 'DICOM codecs', settings: undefined });
  }

  #giveBack(codec: Codec): void {
    const isAlive = codec.failure === undefined;
    if (!isAlive) this.#threads -= 1;
    const next = this.#waiting.shift();
    if (next !== undefined) next(isAlive ? codec : this.#start());
    else if (isAlive) this.#idle.push({ codec, end: setTimeout(() => this.#end(codec), idleMilliseconds).unref() });
  }

  #end(codec: Codec): void {
    this.#idle.splice(
      this.#idle.findIndex((idle) => idle.codec === codec),
      1,
    );
    this.#threads -= 1;
    void codec.close();
  }
}

function countPixels({ description }: CompressedFrame): number {
  return description.rows * description.columns;
}

/** Ends the thread where it does not answer in time. */
async function askInTime(
  codec: Codec,
  frame: CompressedFrame & { readonly bytes: Uint8Array<ArrayBuffer> },
  patience: number,
): Promise<DecodedFrame> {
  let isAnswered = false;
  const end = (): void => {
    if (isAnswered) return;
    const limit = describeBudget({ limit: Math.round(patience / 100) * 100, unit: 'milliseconds' });
    const what = `has pixels that could not be decoded within ${limit}; replace it or leave it out`;
    void codec.terminate(new DicomError('damaged', what));
  };
  // Where this thread itself was busy all the time, the answer may be there and not yet be read.
  const timer = setTimeout(() => setImmediate(end), patience);
  try {
    return await codec.ask('decode', frame, [frame.bytes.buffer]);
  } finally {
    isAnswered = true;
    clearTimeout(timer);
  }
}
