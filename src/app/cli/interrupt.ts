/** Ctrl-C: the first one asks the work to stop where it can go on later, the second one ends the program at once. */
import { PneumoscopeError } from '../../base/errors.ts';
import { joinSentences } from '../../base/text.ts';

const endSignals = ['SIGINT', 'SIGTERM'] as const;

export interface InterruptOptions {
  /** Whether the work gives SIGHUP, which else stops it too, a meaning of its own: a service reads its models anew. */
  readonly ownHangup?: boolean | undefined;
}

/**
 * Runs interruptible work.
 *
 * @param howToGoOn a sentence for the user who interrupted, without a final stop
 * @throws PneumoscopeError E_INTERRUPTED after a signal; otherwise what the work throws
 */
export async function withInterrupt<T>(
  howToGoOn: string,
  work: (signal: AbortSignal) => Promise<T>,
  { ownHangup = false }: InterruptOptions = {},
): Promise<T> {
  const controller = new AbortController();
  const reason = new PneumoscopeError('E_INTERRUPTED', joinSentences('Stopped', howToGoOn));
  const stop = (): void => {
    // Without our listeners the next signal has its usual effect.
    endSignals.forEach((name) => process.removeListener(name, stop));
    controller.abort(reason);
  };
  endSignals.forEach((name) => process.on(name, stop));
  // This listener stays: a terminal that closes may say so twice, once by its shell, and a stop must have the time to keep the state.
  if (!ownHangup) process.on('SIGHUP', stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    // Node's own functions reject with an AbortError of theirs; a library's own words say more than ours.
    if (controller.signal.aborted && (error as Error | undefined)?.name === 'AbortError') throw reason;
    throw error;
  } finally {
    [...endSignals, 'SIGHUP'].forEach((name) => process.removeListener(name, stop));
  }
}
