/**
 * Resolves when the event loop has had a turn, so that keys, timers and messages that waited were answered.
 * Browsers have no setImmediate. Their shortest timer takes up to 4 ms where timers follow one another.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
