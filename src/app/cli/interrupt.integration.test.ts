import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { PneumoscopeError } from '../../base/errors.ts';
import { withInterrupt } from './interrupt.ts';

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const script = fileURLToPath(new URL('../../../test/fixtures/cli/interruptible.ts', import.meta.url));

/** Sends the signals one after the other, the first when the work has begun. */
async function interrupt(mode: string, signals: readonly NodeJS.Signals[]) {
  const child = spawn(process.execPath, [script, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (stdout === '') signals.forEach((name, index) => setTimeout(() => child.kill(name), index * 200));
    stdout += text;
  });
  return new Promise((resolve) => child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stdout })));
}

describe.skipIf(process.platform === 'win32')('withInterrupt', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'lets the work end after one %s and says how to go on',
    async (name) => {
      expect(await interrupt('patient', [name])).toEqual({
        exitCode: 0,
        signal: null,
        stdout: 'working\nE_INTERRUPTED: Stopped. Run it again.\n',
      });
    },
  );

  it('keeps its time to end when a closing terminal hangs up twice', async () => {
    expect(await interrupt('patient', ['SIGHUP', 'SIGHUP', 'SIGHUP'])).toMatchObject({ exitCode: 0, signal: null });
  });

  it('ends at once at the second Ctrl-C', async () => {
    expect(await interrupt('deaf', ['SIGINT', 'SIGINT'])).toEqual({
      exitCode: null,
      signal: 'SIGINT',
      stdout: 'working\n',
    });
  });
});

describe('withInterrupt', () => {
  it('gives back what the work gives, and leaves no listener', async () => {
    const before = process.listenerCount('SIGINT');
    const hangups = process.listenerCount('SIGHUP');
    expect(await withInterrupt('', async (signal) => [signal.aborted, process.listenerCount('SIGINT')])).toEqual([
      false,
      before + 1,
    ]);
    const failure = new PneumoscopeError('E_DISK', 'The disk is full');
    await expect(withInterrupt('', () => Promise.reject(failure))).rejects.toBe(failure);
    expect(process.listenerCount('SIGINT')).toBe(before);
    expect(process.listenerCount('SIGHUP')).toBe(hangups);
  });

  it('leaves SIGHUP alone where the work has a use for it', async () => {
    const before = process.listenerCount('SIGHUP');
    const during = (): Promise<number> => Promise.resolve(process.listenerCount('SIGHUP'));
    expect(await withInterrupt('', during)).toBe(before + 1);
    expect(await withInterrupt('', during, { ownHangup: true })).toBe(before);
  });
});
