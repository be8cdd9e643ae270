/** A real service in a process of its own, on this machine alone. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mainFile } from './run-program.ts';

export interface TrialService {
  readonly url: string;
  readonly child: ChildProcess;
  readonly isAlive: () => boolean;
  /** What it said on standard error so far. */
  readonly log: () => string;
  /** Ends one of its threads, whatever that does at this moment. */
  readonly killThread: () => void;
  /** @returns seconds until it had ended; it is killed after a minute */
  readonly stop: () => Promise<number>;
}

/** @param args of `serve`, beside its port */
export async function startService(args: readonly string[]): Promise<TrialService> {
  const preload = new URL('./kill-threads.ts', import.meta.url).href;
  const child = spawn(process.execPath, [mainFile, 'serve', '--port', '0', '--json', ...args], {
    env: { ...process.env, NODE_OPTIONS: `--import=${preload}` },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin?.on('error', () => undefined);
  let [text, log] = ['', ''];
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => (log += piece));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      const found = /"url": "([^"]+)"/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the service ended with code ${code}: ${log.slice(0, 500)}`)));
  });
  return {
    url,
    child,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    log: () => log,
    killThread: () => void child.stdin?.write('\n'),
    stop: () => stopChild(child),
  };
}

async function stopChild(child: ChildProcess): Promise<number> {
  const began = performance.now();
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const limit = setTimeout(() => child.kill('SIGKILL'), 60_000);
    await ended;
    clearTimeout(limit);
  }
  return (performance.now() - began) / 1000;
}
