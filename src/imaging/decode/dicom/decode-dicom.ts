/** A DICOM file: what its header promises, and its pixels as a screen shows them. */
import { DicomError, type DicomFault } from '../../../dicom/dicom-error.ts';
import { readHeaderFacts, type HeaderFacts } from '../../../dicom/header-facts.ts';
import type { PixelDescription } from '../../../dicom/pixel-description.ts';
import { readDicom, type DicomFile, type DicomLimits } from '../../../dicom/read-dicom.ts';
import type { HeaderRefusal, ImageHeader } from '../image-header.ts';
import type { DecodedImage } from '../libvips.ts';
import type { decodeCompressedFrame } from './codecs.ts';
import type { FrameCodec } from './compressed-frame.ts';
import { describeDisplay, displayFrame, type DisplayChoice } from './display.ts';

/** @param bytes that `isDicom` takes for a DICOM file */
export function readDicomHeader(bytes: Buffer, limits?: DicomLimits): ImageHeader {
  try {
    const dicom = readDicom(bytes, limits);
    const { pixels } = dicom;
    if (pixels === undefined)
      return refuseHeader('unsupported', 'is a DICOM file without pixels, where an image is needed');
    const {
      columns: width,
      rows: height,
      frames: pages,
      bitsStored: bitsPerChannel,
      samplesPerPixel: channels,
    } = pixels;
    const size = { format: 'dicom', width, height, channels, bitsPerChannel, pages, complete: true, dicom } as const;
    const refusal = findRefusal(pixels);
    return refusal === undefined ? size : { ...size, refusal };
  } catch (error) {
    if (error instanceof DicomError) return refuseHeader(error.kind, error.what);
    throw error;
  }
}

function refuseHeader(kind: DicomFault, what: string): ImageHeader {
  return { format: 'dicom', complete: true, refusal: { kind, what } };
}

/** One frame of one sample each is read: a film shows no still chest, and colours are no X-ray's. */
export function findRefusal({ frames, samplesPerPixel }: PixelDescription): HeaderRefusal | undefined {
  if (frames > 1) {
    const what = `has ${frames.toLocaleString('en-US')} frames, where one is needed; export the frame as a file of its own`;
    return { kind: 'unsupported', what };
  }
  if (samplesPerPixel === 1) return undefined;
  return {
    kind: 'unsupported',
    what: 'has colours, where MONOCHROME1 or MONOCHROME2 is needed; export it as a grey image',
  };
}

export interface ShownDicom {
  readonly image: DecodedImage;
  readonly facts: HeaderFacts;
  /** how its values became grey levels */
  readonly display: string;
}

/**
 * @param choice of a window; default: the header's first
 * @throws DicomError where the pixels are damaged, or the choice is none of the header's
 */
export async function decodeDicom(
  file: DicomFile,
  decodeFrame: typeof decodeCompressedFrame,
  choice: DisplayChoice = {},
): Promise<ShownDicom> {
  const display = describeDisplay(file, choice);
  const { pixels, transferSyntax } = file;
  if (pixels === undefined) throw new DicomError('unsupported', 'has no pixels, where an image is needed');
  const samples = await readSamples(file, pixels, decodeFrame);
  const data = displayFrame(samples, pixels, display, transferSyntax.encoding === 'explicit-big');
  const image = { width: pixels.columns, height: pixels.rows, channels: 1, data };
  return { image, facts: readHeaderFacts(file), display: display.words };
}

async function readSamples(
  { pixelData, transferSyntax }: DicomFile,
  description: PixelDescription,
  decodeFrame: typeof decodeCompressedFrame,
): Promise<Uint8Array> {
  if (pixelData === undefined) throw new DicomError('truncated', 'has no pixel data; replace it or leave it out');
  if (pixelData.kind === 'native') return pixelData.bytes;
  const bytes = Buffer.concat(pixelData.fragments);
  return decodeFrame({ bytes, codec: transferSyntax.codec as FrameCodec, description });
}
