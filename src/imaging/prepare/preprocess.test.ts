import { describe, expect, it } from 'vitest';
import decoded from '../../../test/fixtures/imaging/decode.json' with { type: 'json' };
import { createPreprocessingSpec, parsePreprocessingSpec, preprocessingSpecKey } from './preprocessing-spec.ts';
import { decodeGray } from '../decode/decode.ts';
import { preprocess, writeNetworkInput } from './preprocess.ts';
import { nearestPositions } from './resize.ts';

function bytesOf(name: string): Buffer {
  return Buffer.from(decoded.find((entry) => entry.name === name)?.bytes ?? '', 'base64');
}

describe('preprocess', () => {
  it('is decode, then grey, then nearest', async () => {
    const pixels = await preprocess(bytesOf('colour-420.jpg'), 'a.jpg', createPreprocessingSpec(20, 10));
    const { width, data } = await decodeGray(bytesOf('colour-420.jpg'), 'a.jpg');
    const columns = [...nearestPositions(53, 20)];
    const expected = [...nearestPositions(37, 10)].flatMap((row) =>
      columns.map((column) => data[row * width + column]),
    );
    expect([...pixels]).toEqual(expected);
  });

  it('refuses an image of one pixel', async () => {
    await expect(preprocess(bytesOf('one-pixel.png'), 'dot.png', createPreprocessingSpec(256))).rejects.toMatchObject({
      code: 'E_UNREADABLE_IMAGE',
      message: expect.stringMatching(/^dot\.png has 1 x 1 pixels/) as string,
    });
  });
});

describe('writeNetworkInput', () => {
  it('multiplies by 1/255 in float32, which is not a division by 255', () => {
    const pixels = Uint8Array.from({ length: 256 }, (_, value) => value);
    const out = new Float32Array(260).fill(-1);
    writeNetworkInput(pixels, createPreprocessingSpec(16), out, 2);
    const written = [...out.subarray(2, 258)];
    expect(written).toEqual([...pixels].map((value) => Math.fround(value * Math.fround(1 / 255))));
    expect(written.filter((value, i) => value !== Math.fround(i / 255))).toHaveLength(126);
    expect([written[0], written[255]]).toEqual([0, 1]);
    expect([out[1], out[258]]).toEqual([-1, -1]);
  });

  it('follows the factor of the spec', () => {
    const out = new Float32Array(1);
    writeNetworkInput(Uint8Array.of(10), { ...createPreprocessingSpec(1), rescale: 0.5 }, out, 0);
    expect(out[0]).toBe(5);
    writeNetworkInput(Uint8Array.of(10), { ...createPreprocessingSpec(1), rescale: 1 }, out, 0);
    expect(out[0]).toBe(10);
  });
});

describe('the preprocessing spec', () => {
  it('survives JSON', () => {
    const spec = createPreprocessingSpec(256);
    expect(parsePreprocessingSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });

  it.each([
    [{ ...createPreprocessingSpec(256), resize: 'bicubic' }, /resize/],
    [{ ...createPreprocessingSpec(256), version: 2 }, /version/],
    [{ ...createPreprocessingSpec(256), widht: 3 }, /widht/],
    [{ ...createPreprocessingSpec(256), width: 2.5 }, /width/],
    [null, /model\.onnx/],
  ])('refuses %j', (value, sentence) => {
    expect(() => parsePreprocessingSpec(value, 'model.onnx')).toThrow(sentence);
  });

  it('has one key for each spec', () => {
    const spec = createPreprocessingSpec(256, 128);
    expect(preprocessingSpecKey(spec)).toBe('v1-256x128x1-nearest-0.003921568859368563');
    expect(preprocessingSpecKey({ ...spec, rescale: Math.fround(1 / 255) })).toBe(preprocessingSpecKey(spec));
    expect(preprocessingSpecKey({ ...spec, rescale: 1 })).not.toBe(preprocessingSpecKey(spec));
  });
});
