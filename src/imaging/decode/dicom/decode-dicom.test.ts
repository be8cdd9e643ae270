import { describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { buildDicom, element, imageElements, pixelElement, type BuiltElement } from '../../../../test/dicom-builder.ts';
import { decodeImage } from '../decode.ts';
import { recogniseFormat } from '../image-format.ts';

const modality = element(0x0008_0060, 'CS', 'DX');
const age = element(0x0010_1010, 'AS', '081Y');
const grey = imageElements({ rows: 2, columns: 4 });
const pixels = pixelElement([0, 1000, 2000, 3000, 4000, 500, 1500, 4095]);

const read = (...elements: readonly BuiltElement[]): ReturnType<typeof decodeImage> =>
  decodeImage(buildDicom(elements), 'x.dcm');

describe('a DICOM file among the images', () => {
  it('brings its pixels, how they are shown, and what its header says', async () => {
    const { width, height, channels, data, display, facts } = await read(modality, age, ...grey, pixels);
    expect([width, height, channels]).toEqual([4, 2, 1]);
    expect([...data]).toEqual([0, 62, 125, 187, 249, 31, 93, 255]);
    expect(display).toBe('no window: least to greatest value');
    expect(facts).toMatchObject({ modality: 'DX', age: { years: 81, from: 'age' } });
  });

  it('is one also where its free preamble makes it another kind of file, whose header nobody would ask', async () => {
    const preambles = {
      tiff: Buffer.from('II*\0\x08\0\0\0', 'latin1'),
      jpeg: (
        await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
          .jpeg()
          .toBuffer()
      ).subarray(0, 128),
      png: Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'),
    };
    for (const [format, preamble] of Object.entries(preambles)) {
      const file = buildDicom([modality, age, ...grey, pixels]);
      preamble.copy(file);
      expect(recogniseFormat(file), format).toBe('dicom');
      expect((await decodeImage(file, format)).facts?.age).toEqual({ years: 81, from: 'age' });
    }
  });

  it.each<[string, readonly BuiltElement[], RegExp]>([
    ['without pixels', [modality, age], /^x\.dcm is a DICOM file without pixels/],
    [
      'a film',
      [modality, element(0x0028_0008, 'IS', '12'), ...grey, pixelElement(Array.from({ length: 96 }, () => 1))],
      /^x\.dcm has 12 frames/,
    ],
    [
      'cut short',
      [modality, ...grey, pixelElement([1, 2, 3])],
      /^x\.dcm is cut short: its pixels take 16 bytes, and 6 are there/,
    ],
  ])('is refused with one sentence: %s', async (_, elements, sentence) => {
    await expect(read(...elements)).rejects.toThrow(sentence);
  });
});
