import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeGray, decodeImage } from './decode.ts';

const [width, height] = [24, 16];
/** From 300 to 7,960, as a detector of 13 bits has them. */
const values = Uint16Array.from({ length: width * height }, (_, index) => 300 + index * 20);
const greatest = 300 + (width * height - 1) * 20;

function write(): Sharp {
  return sharp(values, { raw: { width, height, channels: 1 } }).toColourspace('grey16');
}

const files: readonly (readonly [string, () => Promise<Buffer>])[] = [
  ['a PNG', () => write().png().toBuffer()],
  ['a TIFF', () => write().tiff({ compression: 'none' }).toBuffer()],
  ['a TIFF with LZW and differences', () => write().tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer()],
  [
    'a TIFF in tiles',
    () => write().tiff({ compression: 'deflate', tile: true, tileWidth: 16, tileHeight: 16 }).toBuffer(),
  ],
];

describe('a grey image of 16 bits', () => {
  it.each(files)('%s keeps its full range, from the least to the greatest value, and says so', async (_, file) => {
    const image = await decodeImage(await file(), 'x-ray');
    expect([image.width, image.height, image.channels]).toEqual([width, height, 1]);
    expect([...image.data]).toEqual([...values].map((value) => Math.round(((value - 300) / (greatest - 300)) * 255)));
    expect([image.display, image.facts]).toEqual(['no window: least to greatest value', null]);
  });

  it.each(files)('%s is shown in the window that is given, as PS3.3 C.11.2.1.2.1 computes it', async (_, file) => {
    const image = await decodeImage(await file(), 'x-ray', { display: { window: { center: 2000, width: 1001 } } });
    const shown = [...values].map((value) => Math.round(Math.min(Math.max((value - 1999.5) / 1000 + 0.5, 0), 1) * 255));
    expect([...image.data]).toEqual(shown);
    expect(image.display).toBe('window given: 2000, 1001');
  });

  it('is black on white where the TIFF says so', async () => {
    const tiff = await write().tiff({ compression: 'none' }).toBuffer();
    const inverted = Buffer.from(tiff);
    invertPhotometric(inverted);
    const [one, other] = await Promise.all([decodeGray(tiff, 'one'), decodeGray(inverted, 'other')]);
    expect([...other.data]).toEqual([...one.data].map((value) => 255 - value));
  });

  it('of one value is black everywhere', async () => {
    const flat = sharp(new Uint16Array(256).fill(9000), { raw: { width: 16, height: 16, channels: 1 } });
    const { data } = await decodeGray(await flat.toColourspace('grey16').png().toBuffer(), 'flat');
    expect(new Set(data)).toEqual(new Set([0]));
  });

  it('is refused in colour, with what to do', async () => {
    const colour = sharp(new Uint16Array(16 * 16 * 3), { raw: { width: 16, height: 16, channels: 3 } });
    const png = await colour.toColourspace('rgb16').png().toBuffer();
    await expect(decodeGray(png, 'x.png')).rejects.toThrow(
      /^x\.png has 16 bits a channel, where 8 bits, or 16 of grey/,
    );
  });
});

/** TIFF 6.0 section 8: field 262 is 1 where black is zero, 0 where white is. */
function invertPhotometric(tiff: Buffer): void {
  const directory = tiff.readUInt32LE(4);
  for (let field = 0; field < tiff.readUInt16LE(directory); field++) {
    const at = directory + 2 + field * 12;
    if (tiff.readUInt16LE(at) === 262) tiff.writeUInt16LE(0, at + 8);
  }
}
