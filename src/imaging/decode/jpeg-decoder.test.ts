import { beforeAll, describe, expect, it } from 'vitest';
import sharp, { type JpegOptions } from 'sharp';
import golden from '../../../test/fixtures/imaging/decode.json' with { type: 'json' };
import { readImageHeader } from './container.ts';
import type { ImageHeader } from './image-header.ts';
import { decodeGray, decodeImage } from './decode.ts';
import { JpegDecoder } from './jpeg-decoder.ts';

const files = new Map(golden.map(({ name, bytes }) => [name, Buffer.from(bytes, 'base64')]));
const bytesOf = (name: string): Buffer => files.get(name) ?? Buffer.alloc(0);
const headerOf = (bytes: Buffer): ImageHeader => readImageHeader(bytes) ?? { format: 'png', complete: false };

let jpegDecoder: JpegDecoder;
beforeAll(async () => {
  jpegDecoder = await JpegDecoder.open();
});

/** Halves of neighbouring greys, noise, and a slope: every kind of block. */
function drawJpeg(side: number, options: JpegOptions = {}): Promise<Buffer> {
  const data = Uint8Array.from({ length: side * side }, (_, i) => ((i * i * 31) % 97) + (i % side) / 2);
  return sharp(data, { raw: { width: side, height: side, channels: 1 } })
    .toColourspace('b-w')
    .jpeg(options)
    .toBuffer();
}

describe('JpegDecoder', () => {
  it.each(['grey.jpg', 'grey-rotated-by-exif.jpg', 'colour-420.jpg', 'colour-422.jpg', 'colour-444.jpg'])(
    'reads the same pixels as libvips: %s',
    async (name) => {
      const bytes = bytesOf(name);
      const decoded = jpegDecoder.decode(bytes, headerOf(bytes));
      expect(decoded).toBeDefined();
      const { width, height, channels, data } = await decodeImage(bytes, name);
      expect(decoded).toMatchObject({ width, height, channels });
      expect(Buffer.compare(decoded?.data ?? Buffer.alloc(0), data)).toBe(0);
    },
  );

  it('also of a picture of every kind of block, at many qualities', async () => {
    for (const quality of [5, 30, 60, 90, 100]) {
      const bytes = await drawJpeg(203, { quality });
      const { data } = await decodeImage(bytes, 'x');
      expect(Buffer.compare(jpegDecoder.decode(bytes, headerOf(bytes))?.data ?? Buffer.alloc(0), data)).toBe(0);
    }
  });

  it('gives bytes of their own: the next image leaves them as they are', () => {
    const [first, second] = [bytesOf('grey.jpg'), bytesOf('colour-444.jpg')];
    const decoded = jpegDecoder.decode(first, headerOf(first));
    const copy = Uint8Array.from(decoded?.data ?? []);
    jpegDecoder.decode(second, headerOf(second));
    expect(decoded?.data).toEqual(copy);
  });

  it('leaves to others what is no JPEG, of several scans, or large', async () => {
    const progressive = bytesOf('grey-progressive.jpg');
    expect(headerOf(progressive).scans).toBeGreaterThan(1);
    const wide = await drawJpeg(720);
    const long = Buffer.from(bytesOf('grey.jpg'));
    const comment = Buffer.alloc(2 + 0xffff, 1);
    comment.set([0xff, 0xfe, 0xff, 0xff]);
    const padded = Buffer.concat([long.subarray(0, 2), ...Array.from({ length: 16 }, () => comment), long.subarray(2)]);
    expect(padded.length).toBeGreaterThan(1_000_000);
    for (const bytes of [bytesOf('grey.png'), progressive, wide, padded]) {
      expect(jpegDecoder.decode(bytes, headerOf(bytes))).toBeUndefined();
      expect(await decodeGray(bytes, 'x', { jpegDecoder })).toEqual(await decodeGray(bytes, 'x'));
    }
  });

  it('refuses no other files than libvips, with the same words, however many are damaged', async () => {
    const whole = await drawJpeg(203);
    const verdict = (bytes: Buffer, decoder?: JpegDecoder): Promise<string> =>
      decodeGray(bytes, 'the file', decoder === undefined ? {} : { jpegDecoder: decoder }).then(
        () => 'read',
        (error: unknown) => String(error),
      );
    const verdicts: string[] = [];
    for (let at = 400; at < whole.length - 4; at += Math.ceil(whole.length / 80)) {
      // A restart where none belongs.
      const lost = Buffer.from(whole);
      lost.set([0xff, 0xd3], at);
      const ours = await verdict(lost, jpegDecoder);
      expect(ours).toBe(await verdict(lost));
      verdicts.push(ours);
    }
    expect(verdicts.filter((one) => one !== 'read').length).toBeGreaterThan(40);
    // Its memory was given back meanwhile; it works on.
    await expect.poll(() => jpegDecoder.decode(whole, headerOf(whole))?.width).toBe(203);
  });
});
