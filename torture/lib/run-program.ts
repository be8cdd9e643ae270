/** Runs the command line as a user does, and judges how it ended. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const mainFile = fileURLToPath(new URL('../../src/app/cli/main.ts', import.meta.url));

export interface Ended {
  /** null: a signal ended it */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** It had to be killed, because it ran longer than it may. */
  readonly hung: boolean;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Default 120. */
  readonly limitSeconds?: number | undefined;
  readonly onStart?: ((child: ChildProcess) => void) | undefined;
}

export function runProgram(args: readonly string[], options: RunOptions): Promise<Ended> {
  const { cwd, env = {}, limitSeconds = 120, onStart } = options;
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(process.execPath, [mainFile, ...args], {
      cwd,
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
    }
    let hung = false;
    const limit = setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, limitSeconds * 1000);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      resolve({ code, signal, ...output, seconds: (performance.now() - began) / 1000, hung });
    });
    onStart?.(child);
  });
}

/**
 * What no ending of the program may be, in words; undefined: it ended well, with an error that a user understands, or by our own SIGKILL.
 *
 * @param findings the exit code by which a command that worked says that it found something
 */
export function findDefect({ code, signal, stderr, hung }: Ended, findings?: number): string | undefined {
  const errors = stderr.split('\n').filter((line) => line.startsWith('error '));
  if (hung) return 'it hangs';
  if (code === 70 || /\n {4}at /.test(stderr)) return `a stack: ${errors[0] ?? stderr.slice(0, 300)}`;
  if (signal === 'SIGKILL') return undefined;
  if (signal !== null) return `it died of ${signal}`;
  if (code === findings && errors.length === 0) return undefined;
  if (code !== 0 && errors.length !== 1)
    return `exit code ${code} with ${errors.length} sentences: ${stderr.slice(0, 300)}`;
  return undefined;
}
