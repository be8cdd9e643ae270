/**
 * Calls of native code in which their thread must not be ended: ONNX Runtime (1.30) ends the whole process when such a call returns. A thread
 * says when it is in one, and who ends the thread waits until it is not.
 */

const [outside, inside, ending, over] = [0, 1, 2, 3] as const;

/** One number, shared by a thread and who started it. */
export type CallState = Int32Array<SharedArrayBuffer>;

export function createCallState(): CallState {
  return new Int32Array(new SharedArrayBuffer(4));
}

/** Of this thread; undefined where no other one ends it. */
let own: CallState | undefined;
let depth = 0;

/** To be called once, in the thread. */
export function shareCalls(state: CallState): void {
  own = state;
}

/** @returns what the call returns; nothing ever where the thread is being ended */
export async function runUnbroken<T>(call: () => Promise<T>): Promise<T> {
  if (own === undefined) return call();
  if (depth === 0 && Atomics.compareExchange(own, 0, outside, inside) !== outside) return new Promise(() => {});
  depth += 1;
  try {
    return await call();
  } finally {
    depth -= 1;
    if (depth === 0 && Atomics.compareExchange(own, 0, inside, outside) === ending) {
      Atomics.store(own, 0, over);
      Atomics.notify(own, 0);
    }
  }
}

/** Resolves when the thread is in no such call, and will be in none. */
export async function waitForCalls(state: CallState): Promise<void> {
  for (;;) {
    const found = Atomics.load(state, 0);
    if (found === over) return;
    if (found === outside) Atomics.compareExchange(state, 0, outside, over);
    else if (found === inside) Atomics.compareExchange(state, 0, inside, ending);
    else await Atomics.waitAsync(state, 0, ending).value;
  }
}
