import { signal } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClassifyAnswer } from '../../src/app/client/service-client.ts';
import { statusOf, troubleOf, type WorkItem } from './item.ts';
import { answer } from './made-up-rows.ts';
import { Sender } from './sender.ts';
import { ServiceError } from './service-client.ts';

const model = { id: 'made-up', version: '0123456789ab' };
const limits = { bodyBytes: 100_000, filesPerRequest: 64 };
type Classify = (files: readonly File[], signal: AbortSignal) => Promise<ClassifyAnswer>;

const answerAll = async (files: readonly File[]): Promise<ClassifyAnswer> => ({
  model,
  results: files.map((_, index) => answer({ index })),
  milliseconds: 1,
  notice: '',
});

const itemsOf = (...sizes: readonly number[]): WorkItem[] =>
  sizes.map((size, index) => {
    const file = new File([new Uint8Array(size)], `secret-${index}.png`);
    return { id: index + 1, file, name: file.name, state: signal({ kind: 'waiting' }) };
  });
const many = (count: number): WorkItem[] => itemsOf(...Array.from({ length: count }, () => 10));
const statusesOf = (items: readonly WorkItem[]): string[] => items.map(({ state }) => statusOf(state.value));

function senderWith(classify: Classify): Sender {
  return new Sender({
    classify: (files, _, signal) => classify(files, signal),
    show: (_, state) => state,
    onModelGone: () => undefined,
  });
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const settle = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(0);
};

describe('Sender', () => {
  it('sends at most eight images at once, and at most three requests', async () => {
    const sizes: number[] = [];
    let [now, most] = [0, 0];
    const sender = senderWith(async (files) => {
      sizes.push(files.length);
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 10));
      now -= 1;
      return answerAll(files);
    });
    const items = many(50);
    sender.add(items);
    expect(sizes).toEqual([]);
    sender.use(model, limits);
    await vi.advanceTimersByTimeAsync(100);
    expect(statusesOf(items).every((status) => status === 'negative')).toBe(true);
    expect([Math.max(...sizes), most, sender.run.value.done]).toEqual([8, 3, 50]);
  });

  it('does not send what the service would not take', async () => {
    const sent: number[] = [];
    const sender = senderWith((files) => {
      sent.push(...files.map(({ size }) => size));
      return answerAll(files);
    });
    const items = itemsOf(10, 200_000, 10);
    sender.use(model, limits);
    sender.add(items);
    await settle();
    expect(statusesOf(items)).toEqual(['negative', 'failed', 'negative']);
    expect(troubleOf(items[1]?.state.value ?? { kind: 'waiting' })?.code).toBe('file-too-large');
    expect(sent).toEqual([10, 10]);
  });

  it('waits as long as a busy service asks for, and goes on by itself', async () => {
    let calls = 0;
    const sender = senderWith(async (files) => {
      calls += 1;
      if (calls === 1) throw new ServiceError({ code: 'queue-full', detail: null }, 429, 7);
      return answerAll(files);
    });
    const items = many(3);
    sender.use(model, limits);
    sender.add(items);
    await settle();
    expect(sender.hold.value).toMatchObject({ kind: 'busy' });
    await vi.advanceTimersByTimeAsync(6900);
    expect([calls, ...statusesOf(items)]).toEqual([1, 'waiting', 'waiting', 'waiting']);
    await vi.advanceTimersByTimeAsync(200);
    expect([sender.hold.value, ...statusesOf(items)]).toEqual([null, 'negative', 'negative', 'negative']);
  });

  it('tries again where the service is gone, more and more slowly', async () => {
    let isThere = false;
    let calls = 0;
    const sender = senderWith(async (files) => {
      calls += 1;
      if (!isThere) throw new ServiceError({ code: 'no-answer', detail: null }, null);
      return answerAll(files);
    });
    const items = many(2);
    sender.use(model, limits);
    sender.add(items);
    await settle();
    expect(sender.hold.value).toMatchObject({ kind: 'gone' });
    await vi.advanceTimersByTimeAsync(2100);
    await vi.advanceTimersByTimeAsync(4100);
    expect(calls).toBe(3);
    isThere = true;
    await vi.advanceTimersByTimeAsync(8100);
    expect(statusesOf(items)).toEqual(['negative', 'negative']);
  });

  it('waits for a token, and goes on with it', async () => {
    let isKnown = false;
    const sender = senderWith(async (files) => {
      if (!isKnown) throw new ServiceError({ code: 'token-missing', detail: null }, 401);
      return answerAll(files);
    });
    const items = many(1);
    sender.use(model, limits);
    sender.add(items);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([sender.hold.value?.kind, ...statusesOf(items)]).toEqual(['token', 'waiting']);
    isKnown = true;
    sender.resume();
    await settle();
    expect(statusesOf(items)).toEqual(['negative']);
  });

  it('finds the one image for which a request fails', async () => {
    const sender = senderWith(async (files) => {
      if (files.some(({ name }) => name === 'secret-2.png')) {
        throw new ServiceError({ code: 'internal', detail: 'A defect.' }, 500);
      }
      return answerAll(files);
    });
    const items = many(4);
    sender.use(model, limits);
    sender.add(items);
    await settle();
    expect(statusesOf(items)).toEqual(['negative', 'negative', 'failed', 'negative']);
  });

  it('stops, keeps what was not read, and goes on', async () => {
    const sender = senderWith(
      (files, abort) =>
        new Promise((resolve, reject) => {
          const timer = setTimeout(() => resolve(answerAll(files)), 50);
          abort.addEventListener('abort', () => {
            clearTimeout(timer);
            reject(new DOMException('Aborted', 'AbortError'));
          });
        }),
    );
    const items = many(30);
    sender.use(model, limits);
    sender.add(items);
    await vi.advanceTimersByTimeAsync(60);
    sender.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sender.hold.value).toEqual({ kind: 'stopped' });
    expect(statusesOf(items).filter((status) => status === 'waiting')).toHaveLength(6);
    sender.resume();
    await vi.advanceTimersByTimeAsync(200);
    expect(statusesOf(items).every((status) => status === 'negative')).toBe(true);
    expect(sender.run.value).toEqual({ done: 30, total: 30 });
  });

  it('knows since when a service says nothing, gives up on it, and tries again', async () => {
    let isFrozen = true;
    let calls = 0;
    const sender = senderWith((files, abort) => {
      calls += 1;
      if (!isFrozen) return answerAll(files);
      return new Promise((_resolve, reject) => {
        abort.addEventListener('abort', () => reject(new DOMException('Aborted', 'AbortError')));
      });
    });
    const items = many(3);
    sender.use(model, limits);
    sender.add(items);
    await settle();
    expect(sender.silentSince.value).not.toBeNull();
    await vi.advanceTimersByTimeAsync(119_000);
    expect([sender.hold.value, ...statusesOf(items)]).toEqual([null, 'sending', 'sending', 'sending']);
    await vi.advanceTimersByTimeAsync(1500);
    expect([sender.hold.value?.kind, ...statusesOf(items)]).toEqual(['gone', 'waiting', 'waiting', 'waiting']);
    expect(sender.silentSince.value).toBeNull();
    await vi.advanceTimersByTimeAsync(2000);
    expect([calls, statusesOf(items)[0]]).toEqual([2, 'sending']);
    // Whoever does not want to wait that long asks anew.
    isFrozen = false;
    sender.sendAnew();
    await settle();
    expect(statusesOf(items)).toEqual(['negative', 'negative', 'negative']);
  });

  it('asks with fewer groups side by side where the queue was full', async () => {
    let [now, most] = [0, 0];
    const sender = senderWith(async (files) => {
      if (now + files.length > 4) throw new ServiceError({ code: 'queue-full', detail: null }, 429, 1);
      now += files.length;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 100));
      now -= files.length;
      return answerAll(files);
    });
    const items = many(50);
    sender.use(model, { ...limits, filesPerRequest: 4 });
    sender.add(items);
    await vi.advanceTimersByTimeAsync(10_000);
    expect([most, sender.run.value.done]).toEqual([4, 50]);
  });

  it('forgets images that were taken off the list', async () => {
    const sent: string[] = [];
    const sender = senderWith((files) => {
      sent.push(...files.map(({ name }) => name));
      return answerAll(files);
    });
    const items = many(3);
    sender.add(items);
    sender.forget(new Set(items.slice(0, 2)));
    sender.use(model, limits);
    await settle();
    expect(sent).toEqual(['secret-2.png']);
    expect(sender.run.value).toEqual({ done: 1, total: 1 });
  });

  it('sends all again after another model was chosen, and drops late answers of the old one', async () => {
    const waits: (() => void)[] = [];
    const sender = senderWith((files) => new Promise((resolve) => waits.push(() => resolve(answerAll(files)))));
    const items = many(2);
    sender.use(model, limits);
    sender.add(items);
    sender.use({ ...model, version: 'other' }, limits);
    sender.restart(items);
    waits[0]?.();
    await settle();
    expect(statusesOf(items)).toEqual(['sending', 'sending']);
    waits[1]?.();
    await settle();
    expect(statusesOf(items)).toEqual(['negative', 'negative']);
  });
});
