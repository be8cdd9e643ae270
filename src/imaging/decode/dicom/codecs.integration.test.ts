import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeFrame, drawSamples, encodeFrame } from '../../../../test/dicom-frames.ts';
import { sharedArchive } from '../../../../test/shared-data.ts';
import { mutate } from '../../../../torture/lib/mutate.ts';
import { RandomGenerator } from '../../../base/random.ts';
import { DicomError } from '../../../dicom/dicom-error.ts';
import { readDicom } from '../../../dicom/read-dicom.ts';
import { decodeCompressedFrame } from './codecs.ts';
import type { CompressedFrame, FrameCodec } from './compressed-frame.ts';
import { readStoredValues } from './stored-values.ts';

const codecs: readonly FrameCodec[] = ['rle', 'jpeg', 'jpeg-ls', 'jpeg-2000', 'ht-jpeg-2000'];
const sizes = [
  [1, 1],
  [7, 5],
  [64, 48],
  [131, 97],
] as const;

/** Compared as numbers, and not printed in full where they differ. */
const areEqual = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

describe.each(codecs)('%s', (codec) => {
  it.each([8, 10, 12, 16])('gives back the very samples of %i bits', async (bits) => {
    for (const [columns, rows] of sizes) {
      // The encoder refuses a single pixel.
      if (codec === 'jpeg-2000' && rows === 1) continue;
      for (const isSigned of [false, true]) {
        // The encoder makes all negative samples of 8 bits the same.
        if (codec === 'jpeg-2000' && bits === 8 && isSigned) continue;
        const description = describeFrame(columns, rows, bits, isSigned);
        const samples = drawSamples(description);
        const decoded = await decodeCompressedFrame(await encodeFrame(codec, description, samples));
        expect([columns, rows, areEqual(decoded, samples)]).toEqual([columns, rows, true]);
      }
    }
  });

  it('leaves the frame as it is, also a view of a larger buffer', async () => {
    const description = describeFrame(20, 10, 12);
    const frame = await encodeFrame(codec, description, drawSamples(description));
    const file = Buffer.concat([Buffer.alloc(7, 1), frame.bytes, Buffer.alloc(9, 2)]);
    const bytes = file.subarray(7, 7 + frame.bytes.length);
    const decoded = await decodeCompressedFrame({ ...frame, bytes });
    expect(areEqual(decoded, drawSamples(description))).toBe(true);
    expect(areEqual(bytes, frame.bytes)).toBe(true);
  });
});

it.each([1, 2, 3, 4, 5, 6, 7])('lossless JPEG of predictor %i', async (predictor) => {
  const description = describeFrame(61, 43, 12);
  const samples = drawSamples(description);
  const frame = await encodeFrame('jpeg', description, samples, { predictor });
  expect(areEqual(await decodeCompressedFrame(frame), samples)).toBe(true);
});

describe.skipIf(sharedArchive('dicom') === undefined)('files of other encoders', () => {
  const factsSchema = z.object({ file: z.string(), stored_sha256_i32le: z.string() });

  it('have the values that other decoders found', async () => {
    const folder = sharedArchive('dicom') as string;
    const seen: string[] = [];
    for (const line of readFileSync(join(folder, 'facts.jsonl'), 'utf8').trim().split('\n')) {
      const facts = factsSchema.safeParse(JSON.parse(line)).data;
      if (facts === undefined) continue;
      const frame = readFrame(readFileSync(join(folder, facts.file)));
      if (frame === undefined) continue;
      const values = readStoredValues(await decodeCompressedFrame(frame), frame.description, false);
      const digest = createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex').slice(0, 16);
      expect([facts.file, digest]).toEqual([facts.file, facts.stored_sha256_i32le]);
      seen.push(frame.codec);
    }
    expect(new Set(seen)).toEqual(new Set(codecs));
  });
});

function readFrame(bytes: Buffer): CompressedFrame | undefined {
  const { transferSyntax, pixels, pixelData } = readDicom(bytes);
  const { codec } = transferSyntax;
  if (codec === 'native' || pixels === undefined || pixelData?.kind !== 'encapsulated') return undefined;
  return { bytes: Buffer.concat(pixelData.fragments), codec, description: pixels };
}

describe('damaged frames', () => {
  const description = describeFrame(131, 97, 12);
  const samples = drawSamples(description);
  const sound = new Map<FrameCodec, CompressedFrame>();
  beforeAll(async () => {
    for (const codec of codecs) sound.set(codec, await encodeFrame(codec, description, samples));
  });

  it.each(codecs)('are refused where a part of them is missing: %s', async (codec) => {
    const frame = sound.get(codec) as CompressedFrame;
    const { bytes } = frame;
    const torn = Buffer.concat([bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2 + 300)]);
    await expect(decodeCompressedFrame({ ...frame, bytes: torn })).rejects.toMatchObject({
      name: 'DicomError',
      what: expect.stringMatching(
        codec === 'rle'
          ? /^is cut short: its compressed pixels stop/
          : /^is damaged: its pixels cannot be decoded \(.*[^.:]\); /,
      ) as string,
    });
  });

  it('are refused or decoded, and those after them keep their pixels', async () => {
    const frames = [...sound.values()];
    const random = new RandomGenerator(18, 500);
    const outcomes = new Map<unknown, number>();
    // A longer trial: DAMAGED_FRAMES=2500 and this file.
    const rounds = Number(process.env['DAMAGED_FRAMES'] ?? 100);
    for (let round = 0; round < rounds; round++) {
      const frame = frames[round % frames.length] as CompressedFrame;
      const other = frames[random.integer(frames.length)] as CompressedFrame;
      const outcome = await decodeCompressedFrame({ ...frame, bytes: damage(frame.bytes, other.bytes, random) }).then(
        ({ length }) => length,
        (error: unknown) => (error instanceof DicomError ? 'refused' : error),
      );
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (round % 10 !== 9) continue;
      for (const good of frames) expect(areEqual(await decodeCompressedFrame(good), samples)).toBe(true);
    }
    expect(new Set(outcomes.keys())).toEqual(new Set([samples.length, 'refused']));
  });
});

/** Half of them keep their header and their end: the others hardly ever come to a codec. */
function damage(sound: Uint8Array, other: Uint8Array, random: RandomGenerator): Buffer {
  if (random.integer(2) === 0) return mutate(sound, other, random);
  const kept = 64;
  const inside = mutate(sound.subarray(kept, -2), other.subarray(kept), random);
  return Buffer.concat([sound.subarray(0, kept), inside, sound.subarray(-2)]);
}
