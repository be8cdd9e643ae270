import { describe, expect, it } from 'vitest';
import { describeFrame } from '../../../../test/dicom-frames.ts';
import { endThreads } from '../../../base/threads/thread-client.ts';
import { CodecPool } from './codec-pool.ts';
import type { CompressedFrame } from './compressed-frame.ts';

const file = new URL('../../../../test/fixtures/threads/hanging-codec.ts', import.meta.url);

const frame = (...bytes: number[]): CompressedFrame & { readonly bytes: Uint8Array<ArrayBuffer> } => ({
  bytes: Uint8Array.from(bytes),
  codec: 'jpeg-ls',
  description: describeFrame(bytes.length, 1, 8),
});

describe('a pool of codecs', () => {
  it('ends a thread that hangs, says so, and goes on with another', async () => {
    const pool = new CodecPool({ threads: 1, patience: 500, file });
    expect([...(await pool.decode(frame(1, 2)))]).toEqual([1, 2]);
    const began = performance.now();
    const [first, second, third] = await Promise.allSettled([
      pool.decode(frame(0)),
      pool.decode(frame(0)),
      pool.decode(frame(3)),
    ]);
    for (const hung of [first, second]) {
      expect(hung).toMatchObject({
        reason: {
          name: 'DicomError',
          kind: 'damaged',
          what: 'has pixels that could not be decoded within 500 milliseconds; replace it or leave it out',
        },
      });
    }
    expect(third).toMatchObject({ value: Uint8Array.of(3) });
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('has no more threads than it may, and each frame has its turn', async () => {
    const pool = new CodecPool({ threads: 2, patience: 1000, file });
    const began = performance.now();
    const hung = Array.from({ length: 4 }, () => pool.decode(frame(0)).catch(() => performance.now() - began));
    const times = (await Promise.all(hung)) as number[];
    expect(Math.max(...times.slice(0, 2))).toBeLessThan(1900);
    expect(Math.min(...times.slice(2))).toBeGreaterThan(1900);
  });

  it('takes an answer that came while its own thread was too busy to read it', async () => {
    const pool = new CodecPool({ threads: 1, patience: 300, file });
    await pool.decode(frame(1));
    const asked = pool.decode(frame(7));
    const end = performance.now() + 600;
    while (performance.now() < end);
    expect([...(await asked)]).toEqual([7]);
  });

  it('starts anew when its threads were ended from outside', async () => {
    const pool = new CodecPool({ threads: 1, file });
    await pool.decode(frame(1));
    await endThreads(5000);
    expect([...(await pool.decode(frame(2)))]).toEqual([2]);
  });
});
