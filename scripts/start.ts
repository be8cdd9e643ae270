/** `npm start`: builds the page, then serves it. */
import { startAnewWithOneArena } from '../src/app/cli/one-arena.ts';

// The service would, and this program would build the page twice.
startAnewWithOneArena();
await import('./build-page.ts');

// The shell between npm and this process ends at a signal to npm without passing it on. Who lost that parent stops as well.
const parent = process.ppid;
const watch = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(watch);
  process.kill(process.pid, 'SIGTERM');
}, 1000);
watch.unref();

process.argv.splice(2, 0, 'serve');
await import('../src/app/cli/main.ts');
