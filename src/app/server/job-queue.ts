/** What waits for a thread, and what it weighs: an image of many pixels takes a thread a hundred times as long as a small one. */
import { budgets } from '../../base/budgets.ts';
import { glance } from '../../imaging/decode/glance.ts';
import { smallJpeg } from '../../imaging/decode/jpeg-decoder.ts';
import type { Task } from './worker-messages.ts';

export interface Job {
  /** of the model */
  readonly key: string;
  readonly task: Task;
  readonly weight: Weight;
  readonly submitted: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  /** threads that died of it or beside it; after the first it shares no batch */
  deaths: number;
  settled: boolean;
}

export interface Weight {
  /** those that will be decoded; of a tensor its bytes, which cost about as much */
  readonly pixels: number;
  /** a thread works on it for a few milliseconds only, so another may wait for that thread alone */
  readonly quick: boolean;
  /** it needs so much memory and time that it shares no batch */
  readonly heavy: boolean;
  /** it may take seconds, so it may not take the last thread */
  readonly slow: boolean;
}

/** Pixels above which an image shares no batch. */
const heavyPixels = 4_000_000;

/** Milliseconds for which a million pixels let others go first. Nothing waits for ever: 25 million let pass what comes within 10 seconds. */
const deferral = 400;

export function weigh(task: Task, maximumPixels: number): Weight {
  if (task.kind === 'test') return { pixels: 0, quick: false, heavy: false, slow: false };
  if (task.kind === 'infer') {
    const pixels = task.body.length;
    return { pixels, quick: false, heavy: pixels > heavyPixels, slow: false };
  }
  const seen = glance(task.bytes);
  // What is no image is refused before it is decoded, and so is what has too many pixels.
  if (seen === undefined) return { pixels: 0, quick: false, heavy: false, slow: false };
  const { pixels = maximumPixels, format, isOneScan } = seen;
  const heavy = pixels > heavyPixels;
  return {
    pixels: Math.min(pixels, maximumPixels),
    quick: task.kind === 'classify' && isOneScan && pixels <= smallJpeg.pixels && task.bytes.length <= smallJpeg.bytes,
    heavy,
    // Each scan of a JPEG may cost as much as the first; of WebP the next waits until there is memory for it.
    slow: heavy && (format === 'webp' || (format === 'jpeg' && !isOneScan)),
  };
}

/** Pixels that may wait or be worked on: one image of the largest size always fits. */
export function pixelCapacity(queueSize: number, maximumPixels: number): number {
  return Math.max(queueSize * budgets.queuedPixels.limit, maximumPixels);
}

/** The first is the next that a thread should get. */
export class JobQueue {
  readonly #jobs: Job[] = [];

  get length(): number {
    return this.#jobs.length;
  }

  find(matches: (job: Job) => boolean): Job | undefined {
    return this.#jobs.find(matches);
  }

  filter(matches: (job: Job) => boolean): readonly Job[] {
    return this.#jobs.filter(matches);
  }

  /** What was here before comes back to its old place. */
  add(job: Job): void {
    const due = dueTime(job);
    const before = this.#jobs.findLastIndex((other) => dueTime(other) <= due);
    this.#jobs.splice(before + 1, 0, job);
  }

  remove(jobs: readonly Job[]): void {
    for (const job of jobs) {
      const index = this.#jobs.indexOf(job);
      if (index >= 0) this.#jobs.splice(index, 1);
    }
  }
}

/** The self-test waits for nobody: who asks whether the service is ready is no user in the queue. */
function dueTime({ task, submitted, weight }: Job): number {
  return task.kind === 'test' ? -Infinity : submitted + (weight.pixels / 1e6) * deferral;
}
