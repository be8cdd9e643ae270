/** Ctrl-C: the first one asks the work to stop where it can go on later, the second one ends the program at once. */
import { PneumoscopeError } from '../../base/errors.ts';
import { joinSentences } from '../../base/text.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs interruptible work.
 *
 * @param howToGoOn a sentence for the user who interrupted, without a final stop
 * @throws PneumoscopeError E_INTERRUPTED after a signal; otherwise what the work throws
 */
export async function withInterrupt<T>(howToGoOn: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const reason = new PneumoscopeError('E_INTERRUPTED', joinSentences('Stopped', howToGoOn));
  const onSignal = (): void => {
    // Without our listeners the next signal has its usual effect.
    stopListening();
    controller.abort(reason);
  };
  const stopListening = (): void => signals.forEach((name) => process.removeListener(name, onSignal));
  signals.forEach((name) => process.once(name, onSignal));
  try {
    return await work(controller.signal);
  } catch (error) {
    // Node's own functions reject with an AbortError of theirs; a library's own words say more than ours.
    if (controller.signal.aborted && (error as Error | undefined)?.name === 'AbortError') throw reason;
    throw error;
  } finally {
    stopListening();
  }
}
