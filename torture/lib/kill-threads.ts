/**
 * Loaded before a service and before each of its threads (`--import`): ends a thread for each line on standard input, in the middle of
 * whatever it waits for. The service knows nothing of it.
 *
 * A thread ends itself: `Worker.terminate` during a call of the runtime's native part would end the whole process.
 */
import { isMainThread, threadId } from 'node:worker_threads';

interface Message {
  readonly alive?: number;
  readonly die?: number;
  readonly way?: number;
}

const channel = new BroadcastChannel('pneumoscope-torture');
// Only windows of a browser have origins.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
const tell = (message: Message): void => channel.postMessage(message);
const alive: number[] = [];

function onMessage(event: Event): void {
  const { alive: started, die, way = 0 } = (event as MessageEvent).data as Message;
  if (isMainThread && started !== undefined) alive.push(started);
  if (isMainThread || die !== threadId) return;
  // By turns as a thread that ends, and as one that meets an error that nobody catches.
  if (way % 2 === 0) process.exit(1);
  setImmediate(() => {
    throw new Error('made to die');
  });
}

channel.addEventListener('message', onMessage);
channel.unref();

if (isMainThread) {
  // A channel of messages to the parent would be lost where the service starts anew in its own place.
  let which = 0;
  process.stdin.on('data', () => {
    which += 1;
    // The oldest may be dead already; the youngest ones are those that replaced it.
    const die = alive.splice(which % Math.max(1, Math.min(2, alive.length)), 1)[0];
    if (die !== undefined) tell({ die, way: which });
  });
  // The pipe from the parent must not keep a finished service alive.
  process.stdin.unref();
} else tell({ alive: threadId });
