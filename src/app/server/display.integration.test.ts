/** Images as a screen shows them: `/api/v1/display`, and windows that are asked for. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildXRay, patientName, patientNumber } from '../../../test/dicom-x-ray.ts';
import { drawChest } from '../../../test/service-images.ts';
import { decodeGray } from '../../imaging/decode/decode.ts';
import type { GrayImage } from '../../imaging/gray-image.ts';
import { resizeBilinear } from '../../imaging/prepare/resample.ts';
import type { ClassifyAnswer } from './contract.ts';
import { startService, type RunningService } from './serve.ts';

let service: RunningService;
let chest: Buffer;
let dicom: Buffer;
const lines: string[] = [];

beforeAll(async () => {
  const log = { write: (line: string) => void lines.push(line) };
  service = await startService({ port: 0, workers: 1, log });
  chest = await drawChest(0);
  dicom = buildXRay(await decodeGray(chest, 'chest'), { window: [2048, 4096] });
});

afterAll(() => service.close());

function send(what: string, body: Uint8Array): Promise<Response> {
  return fetch(`${service.url}/api/v1/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(body),
  });
}

interface Shown {
  readonly width: number;
  readonly height: number;
  /** of the pixels: a list of differences between so many would take minutes */
  readonly digest: string;
}

const describeImage = ({ width, height, data }: GrayImage): Shown => ({
  width,
  height,
  digest: createHash('sha256').update(data).digest('hex'),
});

async function show(query: string, body: Uint8Array): Promise<Shown> {
  const response = await send(`display${query}`, body);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png']);
  const png = Buffer.from(await response.arrayBuffer());
  expect(await sharp(png).metadata()).toMatchObject({ format: 'png', channels: 1, depth: 'uchar' });
  return describeImage(await decodeGray(png, 'PNG'));
}

it('shows a DICOM file, a TIFF and a JPEG in the pixels that the model sees', async () => {
  const files = [dicom, await sharp(chest).tiff().toBuffer(), await sharp(chest).jpeg().toBuffer()];
  for (const file of files) {
    expect(await show('', file)).toEqual(describeImage(await decodeGray(file, 'file')));
  }
});

it('scales a large image down, without a change of its proportions', async () => {
  const whole = await decodeGray(dicom, 'file');
  const [width, height] = [40, Math.round((whole.height * 40) / whole.width)];
  expect(await show('?maximumSide=40', dicom)).toEqual(describeImage(resizeBilinear(whole, width, height)));
});

it('shows the window that is asked for, and the model sees it too', async () => {
  const display = { window: { center: 1000, width: 200 } };
  const expected = describeImage(await decodeGray(dicom, 'file', { display }));
  const query = '?window=1000,200';
  expect(await show(query, dicom)).toEqual(expected);
  expect(await show('', dicom)).not.toEqual(expected);
  const answers = await Promise.all(
    ['', query, '?voi=1'].map(async (each) => (await send(`classify${each}`, dicom)).json()),
  );
  const shown = (answers as ClassifyAnswer[]).map(({ results }) => results[0]?.display);
  const first = expect.stringMatching(/^window 1/) as unknown;
  expect(shown).toEqual([first, 'window given: 1000, 200', first]);
});

it('shows what the header keeps from the model', async () => {
  const old = buildXRay(await decodeGray(chest, 'chest'), { age: '081Y' });
  const { results } = (await (await send('classify', old)).json()) as ClassifyAnswer;
  expect(results[0]).toMatchObject({ status: 'refused', reason: { code: 'header-age' }, header: { age: 81 } });
  expect((await show('', old)).width).toBeGreaterThan(1);
});

it.each([
  ['?window=1,0.5', 400, 'bad-request'],
  ['?window=wide', 400, 'bad-request'],
  ['?voi=1&window=1,2', 400, 'bad-request'],
  ['?maximumSide=0', 400, 'bad-request'],
  ['?maximumSide=8193', 400, 'bad-request'],
  ['?voi=7', 415, 'wrong-type'],
])('refuses %s with %i', async (query, status, code) => {
  const response = await send(`display${query}`, dicom);
  expect(await response.json()).toMatchObject({ status, code });
});

it('says nothing of a patient in log, metrics or answers', async () => {
  const answer = await (await send('classify', dicom)).text();
  const broken = await (await send('display', dicom.subarray(0, -100))).text();
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  const said = [answer, broken, metrics, ...lines].join('\n');
  expect(metrics).toContain('kind="display"');
  for (const secret of [patientName, patientNumber, '1.2.3.4.5']) expect(said).not.toContain(secret);
});
