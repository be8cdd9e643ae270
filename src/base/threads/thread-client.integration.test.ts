import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExampleThread } from '../../../test/fixtures/threads/example-worker.ts';
import { budgets } from '../budgets.ts';
import { PneumoscopeError } from '../errors.ts';
import { endThreads, ThreadClient, type ThreadOptions } from './thread-client.ts';

const file = new URL('../../../test/fixtures/threads/example-worker.ts', import.meta.url);

const open: ThreadClient<ExampleThread>[] = [];
function start(options: Partial<ThreadOptions<ExampleThread['settings']>> = {}): ThreadClient<ExampleThread> {
  const settings = { numbers: Float32Array.of(1, 2, 3) };
  const client = new ThreadClient<ExampleThread>({ file, name: 'example', settings, ...options });
  open.push(client);
  return client;
}
afterEach(() => Promise.all(open.splice(0).map((client) => client.terminate())));

/** What a promise is rejected with. */
const failureOf = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error('it did not fail'),
    (error: Error) => error,
  );

describe('a thread that is asked', () => {
  it('starts with its settings and answers', async () => {
    const numbers = Float32Array.of(4, 5);
    const client = start({ settings: { numbers }, moved: [numbers.buffer] });
    expect(numbers.buffer.detached).toBe(true);
    await client.ready();
    expect(await client.ask('sum', undefined)).toBe(9);
    expect(client.failure).toBeUndefined();
  });

  it('gets memory and gives it back without a copy', async () => {
    const data = new Float32Array(1000);
    const { buffer } = data;
    const filled = start().ask('fill', { data, value: 7 }, [buffer]);
    expect(buffer.detached).toBe(true);
    expect(await filled).toEqual(new Float32Array(1000).fill(7));
    const kept = new Float32Array(3);
    expect(await start().ask('fill', { data: kept, value: 1 })).toEqual(Float32Array.of(1, 1, 1));
    expect(kept).toEqual(new Float32Array(3));
  });

  it('answers one at a time, in order', async () => {
    const client = start();
    const finished: string[] = [];
    const ask = async (name: string, milliseconds: number): Promise<readonly string[]> => {
      const log = await client.ask('wait', { name, milliseconds });
      finished.push(name);
      return log;
    };
    const [, , log] = await Promise.all([ask('first', 60), ask('second', 1), ask('third', 20)]);
    expect(finished).toEqual(['first', 'second', 'third']);
    expect(log).toEqual(['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('finishes what was asked before it closes, and frees what it holds', async () => {
    const freed = new Int32Array(new SharedArrayBuffer(4));
    const client = start({ settings: { numbers: new Float32Array(0), freed } });
    const asked = client.ask('wait', { name: 'last', milliseconds: 50 });
    const closed = client.close();
    await expect(client.ask('sum', undefined)).rejects.toThrow('the example was closed');
    expect(await asked).toHaveLength(2);
    await Promise.all([closed, client.close()]);
    expect(freed[0]).toBe(1);
    await expect(client.ask('sum', undefined)).rejects.toThrow('the example was closed');
    await client.close();
  });
});

describe('an error in a thread', () => {
  it('keeps its code, its cause and its stack where it was raised on purpose', async () => {
    const error = await failureOf(start().ask('fail', 'on purpose'));
    expect(error).toBeInstanceOf(PneumoscopeError);
    expect(error).toMatchObject({
      name: 'PneumoscopeError',
      code: 'E_CHECKPOINT',
      message: 'the checkpoint is damaged',
    });
    expect(error.stack).toMatch(/PneumoscopeError: the checkpoint is damaged\n.*example-worker\.ts/);
    expect(error.cause).toBeInstanceOf(RangeError);
    expect(error.cause).toMatchObject({ message: 'too short' });
  });

  it('keeps fields of its own', async () => {
    const error = await failureOf(start().ask('fail', 'with a kind'));
    expect(error).toBeInstanceOf(PneumoscopeError);
    expect(error).toMatchObject({ name: 'UnreadableImageError', code: 'E_UNREADABLE_IMAGE', kind: 'truncated' });
  });

  it('keeps what the system said', async () => {
    const error = await failureOf(start().ask('fail', 'in the system'));
    expect(error).not.toBeInstanceOf(PneumoscopeError);
    expect(error).toMatchObject({ name: 'Error', code: 'ENOENT', syscall: 'open', path: '/no/such/file' });
  });

  it('shows where the defect is', async () => {
    const error = await failureOf(start().ask('fail', 'by a defect'));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.stack).toMatch(/^TypeError: .*\n\s+at .*fail \(.*example-worker\.ts:\d+:\d+\)/);
  });

  it('leaves the thread alive, also where what it threw was no error or what it answered cannot be cloned', async () => {
    const client = start();
    await expect(client.ask('fail', 'without an error')).rejects.toThrow('just words');
    await expect(client.ask('answerUncloneably', undefined)).rejects.toThrow(/could not be cloned/);
    expect(await client.ask('sum', undefined)).toBe(6);
  });

  it('of its start answers all that is asked', async () => {
    const client = start({ settings: { numbers: new Float32Array(0), refuseToStart: true } });
    const refusal = { name: 'PneumoscopeError', code: 'E_DEVICE', message: 'the device is not available' };
    const failed = await Promise.all([failureOf(client.ask('sum', undefined)), failureOf(client.ready())]);
    for (const error of failed) expect(error).toMatchObject(refusal);
    await client.close();
  });

  it('tells of a file that cannot be run', async () => {
    const missing = start({ file: new URL('no-such-worker.ts', file) });
    await expect(missing.ready()).rejects.toThrow(/no-such-worker\.ts/);
    await expect(missing.ask('sum', undefined)).rejects.toThrow(/no-such-worker\.ts/);
  });
});

describe('the death of a thread', () => {
  it('is told once, and rejects all that waits and all that comes', async () => {
    const seen: string[] = [];
    const client = start({ onDeath: () => seen.push(`dead: ${client.failure?.message}`) });
    const asked = [client.ask('exit', 3), client.ask('sum', undefined)].map(async (reply) => {
      const { message } = await failureOf(reply);
      seen.push(message);
    });
    await Promise.all(asked);
    const message = 'the thread of the example ended (code 3)';
    expect(seen).toEqual([`dead: ${message}`, message, message]);
    await expect(client.ask('sum', undefined)).rejects.toThrow(message);
    await client.close();
    expect(seen).toHaveLength(3);
  });

  it('by an error that nobody catches is told by that error', async () => {
    const client = start();
    const [thrown, next] = await Promise.all([
      failureOf(client.ask('throwUncaught', undefined)),
      failureOf(client.ask('sum', undefined)),
    ]);
    expect(thrown).toBeInstanceOf(RangeError);
    expect(thrown.stack).toMatch(/nobody catches this\n.*example-worker\.ts/);
    expect(next).toBe(thrown);
  });

  it('by its memory comes before it takes that of all others', async () => {
    expect(await start().ask('heapLimit', undefined)).toBe(budgets.threadHeap.limit / 2 ** 20);
    expect(await start({ resourceLimits: { maxYoungGenerationSizeMb: 3 } }).ask('heapLimit', undefined)).toBe(1024);
    expect(await start({ resourceLimits: { maxOldGenerationSizeMb: 100 } }).ask('heapLimit', undefined)).toBe(100);
  });

  it('by the limit of its memory is told so', async () => {
    const client = start({ resourceLimits: { maxOldGenerationSizeMb: 16 } });
    await expect(client.ask('takeMemory', undefined)).rejects.toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY' });
  });

  it('is told at once where there is a reason, although native code goes on in it', async () => {
    const client = start();
    await client.ready();
    const waiting = failureOf(client.ask('hang', { seconds: 3 }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const reason = new Error('it hangs');
    const ended = client.terminate(reason);
    expect(await waiting).toBe(reason);
    expect(await endThreads(100)).toBe(false);
    await ended;
    expect(await endThreads(1000)).toBe(true);
  });

  it('ends what waits at once where there is a reason, else when the thread has ended', async () => {
    const client = start();
    const waiting = failureOf(client.ask('wait', { name: 'long', milliseconds: 20_000 }));
    const reason = new Error('it is not needed any more');
    const ended = client.terminate(reason);
    expect(client.failure).toBe(reason);
    expect(await waiting).toBe(reason);
    await ended;
    const other = start();
    await other.ready();
    const asked = failureOf(other.ask('wait', { name: 'long', milliseconds: 20_000 }));
    await other.terminate();
    expect((await asked).message).toBe('the thread of the example ended (code 1)');
  });
});

describe('a process with a thread', () => {
  const run = async (lines: string): Promise<string> => {
    const script = `
      const { ThreadClient } = await import(${JSON.stringify(new URL('./thread-client.ts', import.meta.url).href)});
      const file = new URL(${JSON.stringify(file.href)});
      const client = new ThreadClient({ file, name: 'example', settings: { numbers: new Float32Array(3) } });
      ${lines}`;
    const args = ['--input-type=module', '-e', script];
    return (await promisify(execFile)(process.execPath, args, { timeout: 20_000 })).stdout;
  };

  it('ends although the thread was not closed', async () => {
    expect(await run(`console.log(await client.ask('sum', undefined));`)).toBe('0\n');
    expect(await run(`console.log('nothing asked');`)).toBe('nothing asked\n');
  });

  it('lives while something waits for the thread', async () => {
    const asked = `client.ask('wait', { name: 'one', milliseconds: 300 }).then((log) => console.log(log.length));`;
    expect(await run(`await client.ask('sum', undefined); ${asked}`)).toBe('2\n');
  });
});
