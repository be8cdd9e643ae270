import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import tiffs from '../../../test/fixtures/imaging/tiff.json' with { type: 'json' };
import { PneumoscopeError } from '../../base/errors.ts';
import { readImageFacts, type ImageFacts } from './image-facts.ts';
import { fitQuality } from './jpeg-facts.ts';

vi.setConfig({ testTimeout: 60_000 });

interface Case {
  readonly name: string;
  readonly base64: string;
  readonly zlib?: string;
  readonly facts: ImageFacts;
}

const golden = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/inspection/facts-golden.json', import.meta.url), 'utf8'),
) as { readonly facts: readonly Case[] };

const toBytes = ({ base64, zlib }: Case): Buffer =>
  zlib === undefined ? Buffer.from(base64, 'base64') : inflateSync(Buffer.from(zlib, 'base64'));
const find = (name: string): Buffer => toBytes(golden.facts.find((one) => one.name === name) as Case);

describe('readImageFacts says what Pillow says', () => {
  it.each(golden.facts.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const { quality, ...rest } = await readImageFacts(toBytes(one), 'x');
    expect(rest).toEqual(Object.fromEntries(Object.entries(one.facts).filter(([key]) => key !== 'quality')));
    expect(quality).toBe(one.facts.quality);
  });
});

describe('readImageFacts of unusual files', () => {
  it('reads the segments of a file that is cut short in its pixels', async () => {
    const bytes = find('jpeg progressive');
    expect(await readImageFacts(bytes.subarray(0, bytes.length - 50), 'x')).toMatchObject({
      progressive: true,
      width: 40,
      height: 30,
      quality: 75,
    });
  });

  it('reads tables of 16 bits and passes over stray bytes between segments', async () => {
    const grey = find('jpeg grey quality 90');
    const table = grey.indexOf(Buffer.from([0xff, 0xdb]));
    const wide = Buffer.alloc(2 + 2 + 1 + 128);
    wide.set([0xff, 0xdb, 0, 131, 0x10]);
    for (let k = 0; k < 64; k++) wide.writeUInt16BE(300 + k, 5 + 2 * k);
    const changed = Buffer.concat([grey.subarray(0, table), wide, Buffer.alloc(3), grey.subarray(table + 2 + 67)]);
    const [before, after] = [await readImageFacts(grey, 'x'), await readImageFacts(changed, 'x')];
    expect([after.width, after.height]).toEqual([40, 30]);
    expect(after.quantisation).toMatch(/^[0-9a-f]{12}$/);
    expect(after.quantisation).not.toBe(before.quantisation);
    expect(after.quality).toBeLessThan(10);
  });

  it('reads a TIFF whose other fields are wrong', async () => {
    for (const name of ['sloppy-software-without-nul', 'sloppy-unsorted', 'orientation-6']) {
      const file = tiffs.read.find((one) => one.name === name);
      const facts = await readImageFacts(Buffer.from(file?.bytes ?? '', 'base64'), 'x');
      expect(facts).toMatchObject({ format: 'tiff', width: 21, height: 11, bitsPerChannel: 8, iccBytes: 0 });
    }
  });

  it('refuses what is no image with one sentence, however the bytes are cut', async () => {
    await expect(readImageFacts(Buffer.from('file,label\n'), 'a.png')).rejects.toMatchObject({
      code: 'E_UNREADABLE_IMAGE',
      message: expect.stringMatching(/^a\.png is not an image/) as string,
    });
    await expect(readImageFacts(Buffer.from('GIF89a...'), 'a.png')).rejects.toThrow(/is a GIF file/);
    for (const name of ['jpeg progressive', 'png palette', 'tiff colour', 'webp']) {
      const bytes = find(name);
      for (let length = 0; length < bytes.length; length += length < 200 ? 1 : 97) {
        const part = Buffer.from(bytes.subarray(0, length));
        const isTold = await readImageFacts(part, 'x').then(
          () => true,
          (error: unknown) => error instanceof PneumoscopeError,
        );
        expect(isTold, `${name} cut at ${length}`).toBe(true);
      }
    }
  });
});

describe('fitQuality', () => {
  it('takes the highest of equally near settings', () => {
    expect(fitQuality(new Uint16Array(64).fill(1))).toBe(100);
    expect(fitQuality(new Uint16Array(64).fill(255))).toBe(1);
  });
});
