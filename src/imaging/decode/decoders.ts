/** What decodes an image whose header was read and not refused. */
import type { decodeCompressedFrame } from './dicom/codecs.ts';
import type { JpegDecoder } from './jpeg-decoder.ts';
import type { decodeWithLibvips } from './libvips.ts';

export interface Decoders {
  readonly libvips: typeof decodeWithLibvips;
  /** decodes compressed DICOM frames */
  readonly decodeFrame: typeof decodeCompressedFrame;
  /** decodes small JPEG files in the calling thread; undefined: libvips decodes all */
  readonly jpegDecoder: JpegDecoder | undefined;
}
