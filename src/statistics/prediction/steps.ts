/** Long computations that can be watched and stopped: they hand over control now and then, and whoever runs them decides what happens then. */
import { nextTurn } from '../../base/next-turn.ts';
import { throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';

/** How many draws of patients are done, of how many. */
export interface DrawProgress {
  readonly done: number;
  readonly total: number;
}

export type Steps<T> = Generator<DrawProgress, T>;

/** In one go. */
export function finishSteps<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Between other work of the process, such as its answer to Ctrl-C.
 *
 * @param label what is being done
 * @throws PneumoscopeError E_INTERRUPTED
 */
export async function runSteps<T>(label: string, steps: Steps<T>, { signal, onProgress }: TaskOptions): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    onProgress?.({ label, ...step.value, unit: 'draws' });
    await nextTurn();
    throwIfInterrupted(signal);
  }
}
