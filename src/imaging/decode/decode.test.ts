import { createHash } from 'node:crypto';
import { deflateSync, crc32 } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import golden from '../../../test/fixtures/imaging/decode.json' with { type: 'json' };
import { PneumoscopeError } from '../../base/errors.ts';
import { decodeGray, type DecodeLimits } from './decode.ts';
import { UnreadableImageError } from './unreadable-image.ts';

const files = new Map(golden.map(({ name, bytes }) => [name, Buffer.from(bytes, 'base64')]));

function bytesOf(name: string): Buffer {
  const bytes = files.get(name);
  if (bytes === undefined) throw new Error(`no fixture ${name}`);
  return bytes;
}

async function refusal(bytes: Uint8Array, limits?: DecodeLimits): Promise<string> {
  const error = await decodeGray(bytes, 'folder/name.jpeg', limits).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PneumoscopeError);
  expect(error).toMatchObject({ code: 'E_UNREADABLE_IMAGE' });
  const { message } = error as PneumoscopeError;
  expect(message).toMatch(/^folder\/name\.jpeg /);
  expect(message).not.toContain('\n');
  return message;
}

describe("decodeGray equals Pillow's convert('L')", () => {
  const read = golden.filter(({ sha256 }) => sha256 !== undefined);
  it.each(read)('$name', async ({ name, sha256 }) => {
    const image = await decodeGray(bytesOf(name), name);
    expect(image.data.length).toBe(image.width * image.height);
    expect(createHash('sha256').update(image.data).digest('hex')).toBe(sha256);
  });

  it('ignores what the file is named', async () => {
    const image = await decodeGray(bytesOf('grey.png'), 'grey.jpeg');
    expect([image.width, image.height]).toEqual([53, 37]);
  });
});

describe('decodeGray refuses, in one sentence that names the file', () => {
  it.each([
    ['cmyk.jpg', /CMYK/],
    ['cmyk.tif', /CMYK/],
    ['float.tif', /float/],
    ['grey.bmp', /BMP.*convert/],
    ['grey.pgm', /PGM.*convert/],
    ['grey.gif', /GIF.*convert/],
  ])('%s', async (name, sentence) => {
    expect(await refusal(bytesOf(name))).toMatch(sentence);
  });

  it('an empty file, text, and zeros', async () => {
    expect(await refusal(new Uint8Array())).toMatch(/empty/);
    expect(await refusal(Buffer.from('<html>not found</html>'))).toMatch(/not an image/);
    expect(await refusal(new Uint8Array(1000))).toMatch(/not an image/);
    expect(await refusal(Buffer.from([0xff, 0xd8]))).toMatch(/not an image/);
  });

  it.each([
    'grey.jpg',
    'grey-progressive.jpg',
    'colour-420.jpg',
    'rgb.png',
    'palette.png',
    'lossless.webp',
    'lossy.webp',
  ])('%s, cut anywhere', async (name) => {
    const bytes = bytesOf(name);
    const cuts = new Set([1, 2, 3, 4, 8, 12, 20, 33, 34]);
    for (let back = 1; back <= 16; back++) cuts.add(bytes.length - back);
    for (let at = 40; at < bytes.length; at += Math.ceil(bytes.length / 40)) cuts.add(at);
    for (const cut of cuts) expect(await refusal(bytes.subarray(0, cut))).toMatch(/cut short|not an image/);
  });

  it.each(['grey.tif', 'lzw.tif', 'group4.tif'])('%s, cut in its pixels', async (name) => {
    const bytes = bytesOf(name);
    for (const share of [0.3, 0.6, 0.9]) await refusal(bytes.subarray(0, Math.floor(bytes.length * share)));
  });

  it('a JPEG whose middle was lost, although its end is there', async () => {
    const bytes = bytesOf('grey.jpg');
    const half = Math.floor(bytes.length / 2);
    await refusal(Buffer.concat([bytes.subarray(0, half), bytes.subarray(half + 400)]));
  });

  it('a PNG with one flipped bit', async () => {
    const bytes = Buffer.from(bytesOf('rgb.png'));
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] as number) ^ 1;
    await refusal(bytes);
  });

  it('an image above the pixel limit, before decoding it', async () => {
    const before = process.memoryUsage().rss;
    expect(await refusal(pngBomb(60_000, 60_000))).toMatch(
      /60000 x 60000 pixels, above the limit of 100 million pixels/,
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
    expect(await refusal(bytesOf('grey.jpg'), { maximumPixels: 1960 })).toMatch(/53 x 37/);
    expect(await refusal(bytesOf('grey.tif'), { maximumPixels: 1960 })).toMatch(/above the limit of 0.00196 million/);
    await decodeGray(bytesOf('grey.tif'), 'name', { maximumPixels: 1961 });
  });

  it('an image below the minimum side', async () => {
    expect(await refusal(bytesOf('one-pixel.png'), { minimumSide: 2 })).toMatch(/1 x 1 pixels, where at least 2/);
  });
});

describe('what stands behind the end of an image', () => {
  it('is not looked at, whatever it is', async () => {
    for (const name of ['grey.png', 'grey.jpg', 'lossless.webp']) {
      const polyglot = Buffer.concat([bytesOf(name), Buffer.from('PK\u0003\u0004 and a whole archive')]);
      const padded = Buffer.concat([bytesOf(name), Buffer.alloc(512), Buffer.from('\r\n')]);
      const plain = await decodeGray(bytesOf(name), name);
      expect((await decodeGray(polyglot, name)).data).toEqual(plain.data);
      expect((await decodeGray(padded, name)).data).toEqual(plain.data);
    }
  });

  it('says which reason it was, apart from the words', async () => {
    const kindOf = async (bytes: Uint8Array, limits?: DecodeLimits): Promise<unknown> => {
      return decodeGray(bytes, 'x', limits).then(
        () => 'read',
        (error: unknown) => (error instanceof UnreadableImageError ? error.kind : error),
      );
    };
    const png = bytesOf('grey.png');
    expect(await kindOf(new Uint8Array())).toBe('empty');
    expect(await kindOf(Buffer.from('text'))).toBe('not-an-image');
    expect(await kindOf(bytesOf('grey.gif'))).toBe('unsupported');
    expect(await kindOf(png, { maximumPixels: 100 })).toBe('too-large');
    expect(await kindOf(png.subarray(0, -20))).toBe('truncated');
    expect(await kindOf(pngBomb(40, 40).with(100, 1) as unknown as Uint8Array)).toBe('damaged');
  });
});

it('decodes many files at once without mixing them', async () => {
  const expected = await Promise.all(
    Array.from({ length: 24 }, async (_, i) => {
      const data = Uint8Array.from({ length: 64 * 48 }, (_, at) => (at * (i + 3)) & 255);
      const raw = { width: 64, height: 48, channels: 1 as const };
      return { data, png: await sharp(data, { raw }).toColourspace('b-w').png().toBuffer() };
    }),
  );
  const images = await Promise.all(expected.map(({ png }, i) => decodeGray(png, String(i))));
  images.forEach((image, i) => expect(Buffer.compare(image.data, expected[i]?.data ?? new Uint8Array())).toBe(0));
});

/** A well-formed grey PNG of zeros whose header claims the given size. */
function pngBomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const pixels = deflateSync(Buffer.alloc(1_000_000));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}
