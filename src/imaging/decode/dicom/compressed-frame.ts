/** One frame of a DICOM file as it stands compressed in it. */
import type { PixelDescription } from '../../../dicom/pixel-description.ts';
import type { PixelCodec } from '../../../dicom/transfer-syntax.ts';

export type FrameCodec = Exclude<PixelCodec, 'native'>;

export interface CompressedFrame {
  /** its fragments, joined */
  readonly bytes: Uint8Array;
  readonly codec: FrameCodec;
  readonly description: PixelDescription;
}

/** Bytes of the frame as it stands uncompressed. */
export function frameLength({ rows, columns, samplesPerPixel, bitsAllocated }: PixelDescription): number {
  return (rows * columns * samplesPerPixel * bitsAllocated) / 8;
}
