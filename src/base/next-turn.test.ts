import { afterEach, describe, expect, it, vi } from 'vitest';
import { nextTurn } from './next-turn.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** What is done first where a message, played by a timer, waits for its turn. */
async function orderOfWork(): Promise<readonly string[]> {
  const order: string[] = [];
  setTimeout(() => order.push('waited'), 0);
  // The timer is due by the next turn.
  const due = performance.now() + 3;
  while (performance.now() < due);
  const turn = nextTurn().then(() => order.push('turn'));
  order.push('called');
  await Promise.resolve();
  order.push('promises');
  await turn;
  return order;
}

describe('nextTurn', () => {
  it('lets what waits be done first, in Node', async () => {
    await nextTurn();
    expect(await orderOfWork()).toEqual(['called', 'promises', 'waited', 'turn']);
  });

  it('and in a browser', async () => {
    vi.stubGlobal('setImmediate', undefined);
    expect(await orderOfWork()).toEqual(['called', 'promises', 'waited', 'turn']);
  });
});
