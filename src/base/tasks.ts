/** What long work has in common: it tells how far it has come, it can be stopped, and it does several things at once. */
import { PneumoscopeError } from './errors.ts';

/** How far a piece of work has come. */
export interface TaskProgress {
  /** what is being done, such as 'Unpacking'; a new label starts a new count */
  readonly label: string;
  readonly done: number;
  /** left out where nobody knows it */
  readonly total?: number;
  /** 'bytes', or what is counted, such as 'images' */
  readonly unit: string;
}

export interface TaskOptions {
  readonly onProgress?: ((progress: TaskProgress) => void) | undefined;
  /** aborting rejects with the signal's reason if that is a PneumoscopeError, with E_INTERRUPTED otherwise */
  readonly signal?: AbortSignal | undefined;
}

/** @throws PneumoscopeError when the signal was aborted */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  if (signal.reason instanceof PneumoscopeError) throw signal.reason;
  throw new PneumoscopeError('E_INTERRUPTED', 'the work was stopped before it was done; run it again to continue', {
    cause: signal.reason,
  });
}

/**
 * Runs `work` on every item, `concurrency` at a time; the first failure stops the others before it is thrown.
 *
 * @param items are taken one by one, when there is room for one: they need not be in memory
 */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  concurrency: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let taken = 0;
  let failed = false;
  const run = async (): Promise<void> => {
    while (!failed) {
      try {
        const next = iterator.next();
        if (next.done === true) return;
        await work(next.value, taken++);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: concurrency }, run));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure === undefined) return;
  iterator.return?.();
  throw failure.reason;
}
