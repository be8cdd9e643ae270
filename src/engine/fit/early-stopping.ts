/** Keras's EarlyStopping on the validation loss: min_delta 0, strict improvement, the first of equals is the best. */

export interface EarlyStoppingState {
  /** The lowest loss so far; null before the first epoch. */
  readonly best: number | null;
  /** From 1; null before the first epoch. */
  readonly bestEpoch: number | null;
  /** Epochs since the best one. */
  readonly wait: number;
  readonly stopped: boolean;
}

export const initialEarlyStopping: EarlyStoppingState = { best: null, bestEpoch: null, wait: 0, stopped: false };

/**
 * @param state before the epoch
 * @param epoch from 1
 * @param loss of the validation set; NaN is no improvement
 * @param patience epochs without improvement after which training stops; Infinity: never
 * @returns the state after it; the epoch was an improvement when `bestEpoch` is this epoch
 */
export function updateEarlyStopping(
  state: EarlyStoppingState,
  epoch: number,
  loss: number,
  patience: number,
): EarlyStoppingState {
  if (loss < (state.best ?? Infinity)) return { best: loss, bestEpoch: epoch, wait: 0, stopped: false };
  const wait = state.wait + 1;
  // Keras since 2.8 looks at the patience after the first epoch only.
  return { ...state, wait, stopped: wait >= patience && epoch > 1 };
}
