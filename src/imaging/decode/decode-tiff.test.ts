import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import golden from '../../../test/fixtures/imaging/tiff.json' with { type: 'json' };
import { decodeGray } from './decode.ts';

const toBytes = (base64: string): Buffer => Buffer.from(base64, 'base64');

describe('a TIFF has the pixels that libtiff and Pillow find in it', () => {
  it.each(golden.read)('$name', async ({ bytes, sha256 }) => {
    const image = await decodeGray(toBytes(bytes), 'x.tif');
    expect([image.width, image.height]).toEqual([21, 11]);
    expect(createHash('sha256').update(image.data).digest('hex')).toBe(sha256);
  });

  it('whatever stands beside it', async () => {
    const all = await Promise.all(golden.read.map(({ bytes }) => decodeGray(toBytes(bytes), 'x.tif')));
    const digests = all.map(({ data }) => createHash('sha256').update(data).digest('hex'));
    expect(digests).toEqual(golden.read.map(({ sha256 }) => sha256));
  });
});

describe('a TIFF that is not read', () => {
  it.each(golden.refused)('is not called damaged: $name', async ({ bytes, words }) => {
    await expect(decodeGray(toBytes(bytes), 'x.tif')).rejects.toMatchObject({
      kind: 'unsupported',
      message: expect.stringContaining(words),
    });
  });

  it('is cut short where a strip lies beyond its end, wherever it is cut', async () => {
    const read = new Map(golden.read.map(({ name, bytes }) => [name, toBytes(bytes)]));
    for (const name of ['big-endian-4-rows', 'rgb-planar-4-rows', 'sloppy-no-byte-counts-4-rows']) {
      const whole = read.get(name) ?? Buffer.alloc(0);
      const last = whole.readUInt16BE(0) === 0x4d4d ? whole.readUInt32BE(4) : whole.readUInt32LE(4);
      for (let cut = 9; cut < last + 100; cut += 7) {
        await expect(decodeGray(whole.subarray(0, cut), 'x.tif')).rejects.toMatchObject({
          kind: expect.stringMatching(/truncated|damaged/),
        });
      }
    }
  });

  it('leaves the bytes it was given as they are', async () => {
    const bytes = toBytes(golden.read[0]?.bytes ?? '');
    const copy = Buffer.from(bytes);
    await decodeGray(bytes, 'x.tif');
    expect(bytes).toEqual(copy);
  });
});
