/** Reading and decoding of one X-ray in each compressed transfer syntax of DICOM: processor time of all threads, against gdcm's. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { release } from '../src/base/release.ts';
import { RandomGenerator } from '../src/base/random.ts';
import type { PixelDescription } from '../src/dicom/pixel-description.ts';
import { readDicom } from '../src/dicom/read-dicom.ts';
import { findTransferSyntax } from '../src/dicom/transfer-syntax.ts';
import { decodeCompressedFrame } from '../src/imaging/decode/dicom/codecs.ts';
import type { FrameCodec } from '../src/imaging/decode/dicom/compressed-frame.ts';
import { buildDicom, element, encapsulate, imageElements } from '../test/dicom-builder.ts';
import { describeFrame, encodeFrame, type EncoderOptions } from '../test/dicom-frames.ts';
import { runGdcm } from './lib/peer.ts';
import { median } from './lib/statistics.ts';
import type { BenchSettings, Row } from './settings.ts';

interface Syntax {
  readonly uid: string;
  /** default 10 */
  readonly bits?: number;
  readonly options?: EncoderOptions;
  readonly goal: string;
}

const usual = '0.67, then 0.91';
const syntaxes: readonly Syntax[] = [
  { uid: '1.2.840.10008.1.2.5', goal: '2' },
  { uid: '1.2.840.10008.1.2.4.50', bits: 8, options: { lossy: true }, goal: usual },
  { uid: '1.2.840.10008.1.2.4.70', options: { predictor: 1 }, goal: usual },
  { uid: '1.2.840.10008.1.2.4.80', goal: usual },
  { uid: '1.2.840.10008.1.2.4.90', goal: usual },
  { uid: '1.2.840.10008.1.2.4.91', options: { lossy: true, rate: 12 }, goal: usual },
  { uid: '1.2.840.10008.1.2.4.201', goal: usual },
];

/** Passes over a file that are not measured: V8 compiles the codecs a second time once they have run for a while. */
const warmups = 5;
const passes = 5;

export async function benchDicom({ rounds, smoke }: BenchSettings): Promise<readonly Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pneumoscope-bench-'));
  try {
    const files = await writeFiles(folder, smoke ? 64 : 1760);
    return await measureFiles(files, rounds, smoke);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** SOP Class UID: without one gdcm reads a file several times. */
const digitalXRay = element(0x0008_0016, 'UI', '1.2.840.10008.5.1.4.1.1.1.1');

/** One a syntax, in their order. */
async function writeFiles(folder: string, side: number): Promise<readonly string[]> {
  const files: string[] = [];
  for (const { uid, bits = 10, options } of syntaxes) {
    const description = describeFrame(side, side, bits);
    const { bytes } = await encodeFrame(codecOf(uid), description, drawXRay(description), options);
    const even = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
    const file = path.join(folder, `${uid}.dcm`);
    await writeFile(file, buildDicom([digitalXRay, ...imageElements(description), encapsulate([even])], uid));
    files.push(file);
  }
  return files;
}

function codecOf(uid: string): FrameCodec {
  const codec = findTransferSyntax(uid)?.codec;
  if (codec === undefined || codec === 'native') throw new Error(`${uid} is not compressed`);
  return codec;
}

/** Waves and noise: as hard to compress as an X-ray, to about half of its size. */
function drawXRay({ columns, rows, bitsAllocated, bitsStored }: PixelDescription): Uint8Array {
  const random = new RandomGenerator(columns, rows);
  const samples = bitsAllocated === 8 ? new Uint8Array(columns * rows) : new Uint16Array(columns * rows);
  const scale = 2 ** bitsStored / 4;
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const waves = Math.sin(row / 170) + Math.cos(column / 130) * Math.sin((row + column) / 310);
      samples[at] = scale * (1.8 + 0.7 * waves) + random.uniform(-scale / 32, scale / 32);
    }
  }
  return new Uint8Array(samples.buffer);
}

async function measureFiles(files: readonly string[], rounds: number, smoke: boolean): Promise<readonly Row[]> {
  const seconds = files.map((): number[] => []);
  const ratios = files.map((): number[] => []);
  let against = 'gdcm left out';
  for (const file of files) for (let pass = 0; pass < warmups; pass++) await decodeOnce(file);
  for (let round = 0; round < rounds; round++) {
    const peer = smoke ? undefined : await runGdcm(files, passes);
    if (peer !== undefined) against = peer.status === 'measured' ? `gdcm ${peer.value.gdcm}, one process` : peer.reason;
    for (const [index, file] of files.entries()) {
      const own = await measureFile(file);
      seconds[index]?.push(own);
      const theirs = peer?.status === 'measured' ? peer.value.seconds[index] : undefined;
      if (typeof theirs === 'number') ratios[index]?.push(theirs / own);
    }
  }
  return syntaxes.map(({ uid, goal }, index) => {
    const [own, ratio] = [seconds[index] ?? [], ratios[index] ?? []];
    const hasRatio = ratio.length > 0;
    return {
      what: `DICOM, ${findTransferSyntax(uid)?.name}, one X-ray: processor time`,
      value: median(own) * 1000,
      unit: 'ms',
      against: hasRatio || !against.endsWith('process') ? against : 'gdcm does not know it',
      ratio: hasRatio ? median(ratio) : undefined,
      goal: { text: goal },
    };
  });
}

/** Seconds of the processor, in whichever thread. */
async function measureFile(file: string): Promise<number> {
  const samples: number[] = [];
  for (let pass = 0; pass < passes; pass++) {
    const before = process.cpuUsage();
    await decodeOnce(file);
    const { user, system } = process.cpuUsage(before);
    samples.push((user + system) / 1e6);
  }
  return median(samples);
}

async function decodeOnce(file: string): Promise<void> {
  const { transferSyntax, pixels, pixelData } = readDicom(await readFile(file));
  if (pixels === undefined || pixelData?.kind !== 'encapsulated') throw new Error(`${file} has no compressed pixels`);
  const bytes = Buffer.concat(pixelData.fragments);
  release(await decodeCompressedFrame({ bytes, codec: codecOf(transferSyntax.uid), description: pixels }));
}
