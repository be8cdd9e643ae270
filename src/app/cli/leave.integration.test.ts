import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const threads = new URL('../../base/threads/', import.meta.url);
const leave = new URL('leave.ts', import.meta.url).href;

/** Runs a program that starts a thread, and measures. */
function run(ask: string): Promise<{ readonly code: unknown; readonly stdout: string; readonly seconds: number }> {
  const script = `
    const { ThreadClient } = await import(${JSON.stringify(new URL('thread-client.ts', threads).href)});
    const { leaveHungThreads } = await import(${JSON.stringify(leave)});
    const file = new URL(${JSON.stringify(new URL('../../../test/fixtures/threads/example-worker.ts', import.meta.url).href)});
    const client = new ThreadClient({ file, name: 'example', settings: { numbers: new Float32Array(3) } });
    await client.ready();
    client.ask(${ask}).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 200));
    console.log(Date.now());
    await leaveHungThreads(7);
    process.exit(8);`;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', script], { timeout: 60_000 }, (error, stdout) => {
      resolve({ code: error?.code ?? 0, stdout, seconds: (Date.now() - Number(stdout)) / 1000 });
    });
  });
}

describe('a program whose work is over', () => {
  it('ends with its exit code although a thread is in native code', async () => {
    const { code, stdout, seconds } = await run(`'hang', { seconds: 60 }`);
    expect([code, stdout]).toEqual([7, expect.stringMatching(/^\d+\n$/)]);
    expect(seconds).toBeLessThan(10);
  }, 90_000);

  it('goes its usual way where all threads end', async () => {
    const { code } = await run(`'wait', { name: 'one', milliseconds: 60_000 }`);
    expect(code).toBe(8);
  }, 90_000);
});
