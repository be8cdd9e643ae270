import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomGenerator } from '../../base/random.ts';
import { readBufferFile, writeBufferFile } from './buffer-files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'buffers-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** More than one piece, and no whole number of them. */
const values = new Float32Array(700_001).map((_, i) => new RandomGenerator(i % 97).normal());

describe('a buffer file', () => {
  it('holds the bytes as they are, and comes back bit for bit', async () => {
    const file = path.join(folder, 'whole');
    const digest = writeBufferFile(file, values, 'weights');
    const bytes = await readFile(file);
    expect(bytes.equals(new Uint8Array(values.buffer))).toBe(true);
    expect(digest).toEqual({ bytes: values.byteLength, crc32: crc32(bytes) });
    const back = new Float32Array(values.length);
    readBufferFile(file, back, digest);
    expect(Buffer.from(back.buffer).equals(Buffer.from(values.buffer))).toBe(true);
  });

  it('never replaces a file', () => {
    const file = path.join(folder, 'whole');
    expect(() => writeBufferFile(file, values, 'weights')).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  });

  it.each([NaN, Infinity, -Infinity])('is refused to a buffer with %s in it', (bad) => {
    const damaged = new Float32Array(values);
    damaged[600_000] = bad;
    const write = (): unknown => writeBufferFile(path.join(folder, `bad${bad}`), damaged, 'weights');
    expect(write).toThrow(
      expect.objectContaining({ code: 'E_NOT_FINITE', message: expect.stringContaining('weights') }),
    );
  });

  it.each<[string, (file: string) => Promise<unknown>, RegExp]>([
    ['missing', (file) => rm(file), /does not exist/],
    ['cut off', (file) => truncate(file, 1000), /has 1000 bytes instead of 2800004/],
    ['empty', (file) => truncate(file, 0), /has 0 bytes instead of 2800004/],
    ['longer', (file) => writeFile(file, 'x', { flag: 'a' }), /has 2800005 bytes instead of 2800004/],
    [
      'changed in one bit',
      async (file) => {
        const bytes = await readFile(file);
        bytes[2_000_003] = (bytes[2_000_003] as number) ^ 0x10;
        await writeFile(file, bytes);
      },
      /checksum differs/,
    ],
  ])('that is %s is refused', async (name, damage, reason) => {
    const file = path.join(folder, name);
    const digest = writeBufferFile(file, values, 'weights');
    await damage(file);
    const read = (): unknown => readBufferFile(file, new Float32Array(values.length), digest);
    expect(read).toThrow(expect.objectContaining({ code: 'E_CHECKPOINT', message: expect.stringMatching(reason) }));
    expect(read).toThrow(file);
  });

  it('of another network is refused', () => {
    const file = path.join(folder, 'other');
    const digest = writeBufferFile(file, values, 'weights');
    const read = (): unknown => readBufferFile(file, new Float32Array(5), digest);
    expect(read).toThrow(/has 2800004 bytes, but this network needs 20/);
  });
});
