import { describe, expect, it } from 'vitest';
import { initialEarlyStopping, updateEarlyStopping } from './early-stopping.ts';

/** The epoch after which training stops (undefined: it does not) and the best one. */
function run(losses: readonly number[], patience: number): { stoppedAfter: number | undefined; best: number | null } {
  let state = initialEarlyStopping;
  for (const [index, loss] of losses.entries()) {
    state = updateEarlyStopping(state, index + 1, loss, patience);
    if (state.stopped) return { stoppedAfter: index + 1, best: state.bestEpoch };
  }
  return { stoppedAfter: undefined, best: state.bestEpoch };
}

describe('early stopping, as Keras has it', () => {
  it.each([
    ['stops 5 epochs after the best one', [5, 4, 3, 4, 4, 4, 4, 4, 1], 5, 8, 3],
    ['goes on while the loss falls', [5, 4, 3, 2, 1, 0.5, 0.4], 5, undefined, 7],
    ['an equal loss is no improvement', [1, 1, 1, 1], 3, 4, 1],
    ['the smallest improvement counts and resets the wait', [1, 2, 1 - 1e-12, 2, 2], 2, 5, 3],
    ['four bad epochs do not stop patience 5', [1, 2, 2, 2, 2, 0.5, 2, 2, 2, 2], 5, undefined, 6],
    ['NaN is no improvement', [NaN, NaN, 1, NaN, NaN], 2, 2, null],
    ['NaN after the best', [1, NaN, NaN], 2, 3, 1],
    ['patience 0 stops at the first epoch without improvement', [3, 2, 2, 1], 0, 3, 2],
    ['patience 0 never stops after the first epoch', [NaN, 1], 0, undefined, 2],
    ['patience 1', [3, 2, 3], 1, 3, 2],
    ['infinite patience', [1, 2, 3, 4, 5, 6, 7, 8], Infinity, undefined, 1],
  ])('%s', (_, losses, patience, stoppedAfter, best) => {
    expect(run(losses, patience)).toEqual({ stoppedAfter, best });
  });

  it('survives JSON, as a checkpoint holds it', () => {
    const state = updateEarlyStopping(JSON.parse(JSON.stringify(initialEarlyStopping)), 1, 0.1, 5);
    expect(JSON.parse(JSON.stringify(state))).toEqual({ best: 0.1, bestEpoch: 1, wait: 0, stopped: false });
  });
});
