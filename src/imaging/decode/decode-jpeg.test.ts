import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import sharp, { type JpegOptions } from 'sharp';
import golden from '../../../test/fixtures/imaging/jpeg.json' with { type: 'json' };
import { decodeGray } from './decode.ts';
import { JpegDecoder } from './jpeg-decoder.ts';
import { checkScan } from './jpeg-scan.ts';

const files = new Map(golden.map(({ name, bytes }) => [name, Buffer.from(bytes, 'base64')]));
const bytesOf = (name: string): Buffer => files.get(name) ?? Buffer.alloc(0);

let jpegDecoder: JpegDecoder;
beforeAll(async () => {
  jpegDecoder = await JpegDecoder.open();
});

/** A slope with fine noise, as an X-ray has: noise takes bits, and damage meets many of them. */
function drawJpeg(side: number, options: JpegOptions = {}): Promise<Buffer> {
  const data = Uint8Array.from(
    { length: side * side },
    (_, i) => (((i * i * 31) % 97) >> 1) + ((i % side) * 200) / side,
  );
  return sharp(data, { raw: { width: side, height: side, channels: 1 } })
    .toColourspace('b-w')
    .jpeg(options)
    .toBuffer();
}

/** Both decoders' pixels, or sentence. */
async function decodeTwice(bytes: Buffer): Promise<readonly [string, string]> {
  const decode = (limits: { jpegDecoder?: JpegDecoder }): Promise<string> =>
    decodeGray(bytes, 'x.jpg', limits).then(
      ({ data }) => createHash('sha256').update(data).digest('hex'),
      (error: unknown) => String(error),
    );
  return [await decode({}), await decode({ jpegDecoder })];
}

describe('a JPEG has the pixels that Pillow finds in it, however it was encoded and whatever else its header says', () => {
  it.each(golden)('$name', async ({ bytes, sha256 }) => {
    expect(await decodeTwice(Buffer.from(bytes, 'base64'))).toEqual([sha256, sha256]);
  });
});

describe('a torn JPEG', () => {
  /** With every so many bytes of its pixels inverted. */
  function tear(bytes: Buffer, distance: number): Buffer {
    const torn = Buffer.from(bytes);
    for (let at = torn.indexOf(Buffer.from([0xff, 0xda])) + distance; at < torn.length - 2; at += distance) {
      const inverted = (torn[at] as number) ^ 0xff;
      // Neither makes a marker nor breaks one: that would be seen at once.
      if (inverted !== 0xff && torn[at] !== 0xff && torn[at - 1] !== 0xff) torn[at] = inverted;
    }
    return torn;
  }

  it.each([
    ['of half a million pixels', 720, 997, {}],
    ['with tables of its own', 720, 997, { optimiseCoding: true }],
    ['finely quantised', 400, 997, { quality: 95 }],
    ['that is small', 224, 397, {}],
    ['progressive', 720, 997, { progressive: true }],
  ])('is refused: one %s', async (_, side, distance, options) => {
    const whole = await drawJpeg(side, options);
    expect(await decodeTwice(whole)).not.toContainEqual(expect.stringContaining('damaged'));
    const [alone, quick] = await decodeTwice(tear(whole, distance));
    expect(alone).toMatch(/^UnreadableImageError: x\.jpg is damaged or cut short \(/);
    expect(quick).toBe(alone);
  });

  it('is refused where bytes are missing in its middle', async () => {
    const whole = await drawJpeg(480);
    for (const length of [40, 400, 4000]) {
      const middle = Math.floor(whole.length / 2);
      const joined = Buffer.concat([whole.subarray(0, middle), whole.subarray(middle + length)]);
      expect(await decodeTwice(joined)).toEqual(Array(2).fill(expect.stringContaining('damaged')));
    }
  });

  it('is refused between restarts', () => {
    const bytes = bytesOf('grey-restart-every-3');
    const restart = bytes.indexOf(Buffer.from([0xff, 0xd1]));
    expect(checkScan(bytes)).toBe('usual');
    expect(checkScan(Buffer.from(bytes.with(restart + 1, 0xd2)))).toBe('torn');
    expect(checkScan(Buffer.concat([bytes.subarray(0, restart - 1), bytes.subarray(restart)]))).toBe('torn');
    expect(checkScan(Buffer.concat([bytes.subarray(0, restart), Buffer.from([7]), bytes.subarray(restart)]))).toBe(
      'torn',
    );
  });
});

describe('checkScan', () => {
  it.each([1, 10, 50, 75, 95, 100])('finds whatever an encoder draws whole, at quality %i', async (quality) => {
    const side = 64;
    const pictures: readonly ((x: number, y: number) => number)[] = [
      (x, y) => ((x * x * 31 + y * 17) * (x + y)) % 256,
      (x, y) => ((x + y) % 2) * 255,
      (x, y) => (((x >> 3) + (y >> 3)) % 2) * 255,
      (x) => (x % 8 < 4 ? 0 : 255),
      () => 255,
      () => 0,
    ];
    for (const draw of pictures) {
      const data = Uint8Array.from({ length: side * side * 3 }, (_, i) =>
        draw(Math.floor(i / 3) % side, Math.floor(i / 3 / side)),
      );
      const image = sharp(data, { raw: { width: side, height: side, channels: 3 } });
      expect(checkScan(await image.clone().jpeg({ quality }).toBuffer())).toBe('usual');
      // With other tables, and edges sharper than levels from 0 to 255 have them.
      expect(checkScan(await image.clone().jpeg({ quality, mozjpeg: true, progressive: false }).toBuffer())).toBe(
        'other',
      );
    }
  });

  it('knows more files with codes of their own than it keeps codes of', async () => {
    const own = await Promise.all(
      Array.from({ length: 48 }, (_, quality) => drawJpeg(64, { optimiseCoding: true, quality: 50 + quality })),
    );
    const standard = await drawJpeg(64);
    // Both kinds in turn: what is used again and again must outlast what is used once.
    for (const bytes of own) {
      expect(checkScan(standard)).toBe('usual');
      expect(checkScan(bytes)).toBe('usual');
    }
  });

  it('leaves several scans, and other codes, to the decoder', () => {
    for (const name of ['grey-progressive', 'colour-channels-apart', 'grey-arithmetic']) {
      expect(checkScan(bytesOf(name))).toBe('other');
    }
  });
});

it('damaged steps of quantisation have the same pixels or the same refusal in both decoders', async () => {
  const whole = await drawJpeg(203);
  const table = whole.indexOf(Buffer.from([0xff, 0xdb])) + 5;
  const refusals: boolean[] = [];
  for (let place = 0; place < 64; place++) {
    for (const value of [1, 77, 144, 255]) {
      const [alone, quick] = await decodeTwice(Buffer.from(whole.with(table + place, value)));
      expect(quick).toBe(alone);
      refusals.push(alone.includes('damaged'));
    }
  }
  expect(new Set(refusals).size).toBe(2);
});
