/** Real chest X-rays against digests of Pillow's pixels. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import golden from '../../../test/fixtures/imaging/shared.json' with { type: 'json' };
import { readArchive, sharedArchive } from '../../../test/shared-data.ts';
import { decodeGray } from '../decode/decode.ts';
import { createPreprocessingSpec } from './preprocessing-spec.ts';
import { preprocess } from './preprocess.ts';

const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex').slice(0, 16);

describe.each([
  ['ChestXRay2017-originals-200.zip', golden.originals],
  ['ChestXRay2017-train-224.zip', golden.small],
] as const)('%s', (name, entries) => {
  const archive = sharedArchive(name);
  const expected = new Map<string, readonly (string | number)[]>(Object.entries(entries));

  it.skipIf(archive === undefined)('decodes and resizes to the pixels of Pillow', { timeout: 60_000 }, async () => {
    const spec = createPreprocessingSpec(256);
    let seen = 0;
    for await (const { name: file, bytes } of readArchive(archive as string, (entry) => expected.has(entry))) {
      const { width, height, data } = await decodeGray(bytes, file);
      const nearest = digest(await preprocess(bytes, file, spec));
      const bilinear = digest(await preprocess(bytes, file, { ...spec, resize: 'bilinear' }));
      expect([file, width, height, digest(data), nearest, bilinear]).toEqual([file, ...(expected.get(file) ?? [])]);
      seen += 1;
    }
    expect(seen).toBe(expected.size);
  });
});
