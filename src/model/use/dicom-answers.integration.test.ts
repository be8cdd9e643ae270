/** DICOM files through the model that comes with the package. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedArchive } from '../../../test/shared-data.ts';
import { decodeImage } from '../../imaging/decode/decode.ts';
import type { Answered } from './answer.ts';
import { loadClassifier, type Classifier } from './classifier.ts';

const folder = sharedArchive('dicom');
let classifier: Classifier;

beforeAll(async () => {
  classifier = await loadClassifier();
});
afterAll(() => classifier.close());

const read = (file: string): Buffer => readFileSync(join(folder ?? '', file));

/** Whatever guard and header say: of the numbers alone. */
async function ask(image: Buffer): Promise<Answered> {
  const answer = await classifier.classify(image, { ignoreGuard: true, ignoreHeader: true });
  if (answer.status !== 'answered') throw new Error(answer.reason.sentence);
  return answer;
}

async function showAsPng(dicom: Buffer): Promise<Buffer> {
  const { width, height, data } = await decodeImage(dicom, 'file');
  return sharp(data, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}

const lossless = [
  'phantom-explicit-le-12bit.dcm',
  'phantom-explicit-be-12bit.dcm',
  'phantom-cr-j2k-lossless-signed12.dcm',
  'phantom-htj2k-lossless-12bit.dcm',
  'phantom-jpeg-lossless-sv1-12bit.dcm',
];
const others = [
  'phantom-jpeg-baseline-8bit.dcm',
  'phantom-jpeg-extended-12bit.dcm',
  'phantom-jpegls-near-12bit.dcm',
  'phantom-monochrome1-jpeg-lossless.dcm',
  'phantom-rle-10bit.dcm',
  'phantom-voi-lut-sequence.dcm',
];

describe.skipIf(folder === undefined)('DICOM files', () => {
  it.each([...lossless, ...others])('%s has the answer of the same pixels as PNG, to the last bit', async (file) => {
    const dicom = await ask(read(file));
    const png = await ask(await showAsPng(read(file)));
    expect(dicom.logits).toEqual(png.logits);
    expect(dicom.probability).toBe(png.probability);
    expect([dicom.header === null, png.header]).toEqual([false, null]);
    expect([dicom.display, png.display]).toEqual([expect.stringMatching(/window|VOI LUT/), null]);
  });

  it('have one answer, however they are encoded', async () => {
    const answers = await Promise.all(lossless.map((file) => ask(read(file))));
    expect(new Set(answers.map(({ probability }) => probability)).size).toBe(1);
  });

  it.each([
    ['highdicom-dx-dog.dcm', 'guard-refused'],
    ['pydicom-cr-cspine-lateral.dcm', 'header-age'],
    ['pydicom-mlut_18.dcm', 'header-modality'],
    ['pydicom-MR_truncated.dcm', 'truncated'],
  ])('%s has no answer: %s', async (file, code) => {
    const answer = await classifier.classify(read(file), { name: file });
    expect(answer.reason?.code).toBe(code);
    expect(answer.probability).toBeNull();
  });

  it('say in the answer what their header says, and no name', async () => {
    const { header } = await ask(read('phantom-explicit-le-12bit.dcm'));
    expect(header).toEqual({
      verdict: 'accepted',
      reason: null,
      flags: [],
      modality: 'DX',
      age: 3,
      bodyPart: 'CHEST',
      view: 'AP',
    });
  });

  it('are shown with the window that is asked for', async () => {
    const dicom = read('phantom-explicit-le-12bit.dcm');
    const narrow = { display: { window: { center: 1000, width: 500 } } };
    const { display } = await decodeImage(dicom, 'file', narrow);
    expect(display).toContain('1000, 500');
    await expect(decodeImage(dicom, 'x.dcm', { display: { voi: 9 } })).rejects.toThrow(/^x\.dcm has one .*no number 9/);
  });
});
