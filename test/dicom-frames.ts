/** Compressed frames for tests, made by the encoders of dcmjs-codecs, which are independent of what is tested only in their direction. */
import codecs from 'dcmjs-codecs';
import { RandomGenerator } from '../src/base/random.ts';
import type { PixelDescription } from '../src/dicom/pixel-description.ts';
import type { CompressedFrame, FrameCodec } from '../src/imaging/decode/dicom/compressed-frame.ts';

const { Context, NativeCodecs } = codecs;

export function describeFrame(columns: number, rows: number, bits: number, isSigned = false): PixelDescription {
  return {
    rows,
    columns,
    samplesPerPixel: 1,
    photometricInterpretation: 'MONOCHROME2',
    bitsAllocated: bits > 8 ? 16 : 8,
    bitsStored: bits,
    highBit: bits - 1,
    isSigned,
    frames: 1,
  };
}

/** A slope with noise and an even square: every bit is used, and runs occur. @returns samples in little endian */
export function drawSamples({ columns, rows, bitsAllocated, bitsStored, isSigned }: PixelDescription): Uint8Array {
  const random = new RandomGenerator(columns, rows, bitsStored, Number(isSigned));
  const values = 2 ** bitsStored;
  const lowest = isSigned ? -values / 2 : 0;
  const samples = bitsAllocated === 8 ? new Int8Array(columns * rows) : new Int16Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const isEven = Math.abs(row - rows / 2) < rows / 6 && Math.abs(column - columns / 2) < columns / 6;
      const slope = ((row + column) / (rows + columns)) * values + random.uniform(-values / 16, values / 16);
      const value = isEven ? values - 1 : Math.min(values - 1, Math.max(0, Math.floor(slope)));
      samples[row * columns + column] = lowest + value;
    }
  }
  return new Uint8Array(samples.buffer);
}

export interface EncoderOptions {
  /** default false */
  readonly lossy?: boolean;
  /** of lossless JPEG, 1 to 7 */
  readonly predictor?: number;
  /** of lossy JPEG 2000: so many times smaller */
  readonly rate?: number;
}

const encoders = {
  rle: 'encodeRle',
  jpeg: 'encodeJpeg',
  'jpeg-ls': 'encodeJpegLs',
  'jpeg-2000': 'encodeJpeg2000',
  'ht-jpeg-2000': 'encodeHtJpeg2000',
} as const;

/** @param samples as {@link drawSamples} returns them */
export async function encodeFrame(
  codec: FrameCodec,
  description: PixelDescription,
  samples: Uint8Array,
  options: EncoderOptions = {},
): Promise<CompressedFrame> {
  if (!NativeCodecs.isInitialized()) await NativeCodecs.initializeAsync();
  const { columns, rows, isSigned, ...rest } = description;
  const pixelRepresentation = Number(isSigned);
  const context = new Context({
    ...rest,
    width: columns,
    height: rows,
    pixelRepresentation,
    planarConfiguration: 0,
    decodedBuffer: samples,
  });
  try {
    const bytes = NativeCodecs[encoders[codec]](context, { lossy: false, ...options }).getEncodedBuffer();
    if (bytes === undefined) throw new Error(`${codec} made nothing`);
    return { bytes, codec, description };
  } catch (error) {
    // After an error it makes no more frames.
    NativeCodecs.release();
    throw error;
  }
}
