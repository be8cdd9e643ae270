import { describe, expect, it } from 'vitest';
import { drawBomb, drawChest, drawTinyWebp } from '../../../test/service-images.ts';
import { JobQueue, pixelCapacity, weigh, type Job } from './job-queue.ts';
import type { Task } from './worker-messages.ts';

const classify = (bytes: Uint8Array): Task => ({ kind: 'classify', bytes });

function toJob(task: Task, submitted: number): Job {
  const nothing = (): void => undefined;
  const weight = weigh(task, 25e6);
  return { key: 'model', task, weight, submitted, resolve: nothing, reject: nothing, deaths: 0, settled: false };
}

describe('what waits', () => {
  it('weighs by its pixels, as its header tells them', async () => {
    expect(weigh(classify(await drawChest(0, 'jpeg')), 25e6)).toEqual({
      pixels: 224 * 224,
      quick: true,
      heavy: false,
      slow: false,
    });
    expect(weigh(classify(drawTinyWebp()), 25e6)).toMatchObject({ pixels: 24e6, quick: false, heavy: true });
    // It is refused by its header.
    expect(weigh(classify(drawBomb(20_000)), 25e6).pixels).toBe(25e6);
    expect(weigh(classify(Buffer.from('no image')), 25e6).pixels).toBe(0);
    const tensor: Task = {
      kind: 'infer',
      body: Buffer.alloc(5e6),
      headerLength: undefined,
      model: { id: '', version: '' },
    };
    expect(weigh(tensor, 25e6)).toMatchObject({ pixels: 5e6, heavy: true });
    expect(pixelCapacity(256, 25e6)).toBe(512e6);
    expect(pixelCapacity(4, 25e6)).toBe(25e6);
  });

  it('gets its turn by its pixels too, but not for ever, and the self-test at once', async () => {
    const small = classify(await drawChest(0, 'jpeg'));
    const large = classify(drawTinyWebp());
    const [first, soon, late] = [toJob(large, 0), toJob(small, 1000), toJob(small, 20_000)];
    const test = toJob({ kind: 'test', bytes: Buffer.alloc(0) }, 30_000);
    const queue = new JobQueue();
    const waiting = (): readonly Job[] => queue.filter(() => true);
    for (const job of [first, late, soon, test]) queue.add(job);
    expect(waiting()).toEqual([test, soon, first, late]);
    queue.remove([soon, test]);
    queue.add(soon);
    expect(waiting()).toEqual([soon, first, late]);
    expect(queue.length).toBe(3);
  });
});
