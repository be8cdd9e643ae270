import { describe, expect, it } from 'vitest';
import golden from '../../../test/fixtures/imaging/decode.json' with { type: 'json' };
import { readImageHeader } from './container.ts';
import { glance } from './glance.ts';

const files = new Map(golden.map(({ name, bytes }) => [name, Buffer.from(bytes, 'base64')]));
const bytesOf = (name: string): Buffer => files.get(name) ?? Buffer.alloc(0);

/** A JPEG that is all empty segments: seven million of them, 30 MB. */
const emptySegments = Buffer.concat([
  Buffer.from([0xff, 0xd8]),
  Buffer.alloc(30_000_000, Buffer.from([0xff, 0xe1, 0, 2])),
]);

describe('glance', () => {
  it.each([
    ['grey.jpg', 'jpeg', true],
    ['colour-420.jpg', 'jpeg', true],
    ['grey-progressive.jpg', 'jpeg', false],
    ['cmyk.jpg', 'jpeg', true],
    ['rgb.png', 'png', false],
    ['deep.png', 'png', false],
    ['grey.tif', 'tiff', false],
    ['group4.tif', 'tiff', false],
    ['lossless.webp', 'webp', false],
    ['lossy.webp', 'webp', false],
  ])('tells format, pixels and passes of %s', (name, format, isOneScan) => {
    expect(glance(bytesOf(name))).toEqual({ format, pixels: 53 * 37, isOneScan });
  });

  it('agrees with the whole header', () => {
    for (const { name } of golden) {
      const header = readImageHeader(bytesOf(name));
      const { width, height, scans } = header ?? {};
      const pixels = width === undefined || height === undefined ? undefined : width * height;
      const isOneScan = header === undefined ? undefined : scans === 1;
      expect(glance(bytesOf(name))).toEqual(header && { format: header.format, pixels, isOneScan });
    }
  });

  it('knows of 38 bytes that they are 24 million pixels', () => {
    const bytes = Buffer.alloc(38);
    bytes.write('RIFF\u001e\0\0\0WEBPVP8L\u0011\0\0\0\u002f', 'latin1');
    bytes.writeUInt32LE(5999 | (3999 << 14), 21);
    expect(glance(bytes)).toEqual({ format: 'webp', pixels: 24_000_000, isOneScan: false });
  });

  it('gives up where the size is far away, or the file ends before it', () => {
    expect(glance(emptySegments)).toEqual({ format: 'jpeg', pixels: undefined, isOneScan: false });
    for (const name of ['grey.jpg', 'rgb.png', 'grey.tif', 'lossy.webp']) {
      expect(glance(bytesOf(name).subarray(0, 14))?.pixels).toBeUndefined();
    }
    expect(glance(Buffer.from('text'))).toBeUndefined();
  });

  it('takes no longer for a large file than for a small one', () => {
    const whole = [emptySegments, Buffer.alloc(30_000_000, 0xff)];
    whole[1]?.set([0xff, 0xd8, 0xff]);
    for (const bytes of whole) {
      const start = performance.now();
      glance(bytes);
      expect(performance.now() - start).toBeLessThan(100);
    }
  });
});
