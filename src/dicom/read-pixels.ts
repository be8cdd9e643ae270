/** Where the pixels of a DICOM file stand, and whether they are all there. */
import type { Element } from './element.ts';
import type { DataSet } from './data-set.ts';
import { DicomError, refuseDamaged, refuseTruncated } from './dicom-error.ts';
import type { PixelDescription } from './pixel-description.ts';
import { describeTag, tags } from './tags.ts';
import type { TransferSyntax } from './transfer-syntax.ts';

/** Of the first frame, as many as the description needs. Samples of two bytes have the byte order of the transfer syntax. */
export interface NativePixels {
  readonly kind: 'native';
  readonly bytes: Uint8Array;
}

/** Of the first frame, in their order. */
export interface EncapsulatedPixels {
  readonly kind: 'encapsulated';
  readonly fragments: readonly Uint8Array[];
}

/** @throws DicomError where it contradicts itself, or says too little */
export function describePixels(dataSet: DataSet): PixelDescription {
  const number = (tag: number, otherwise?: number): number => {
    const value = dataSet.numbers(tag)[0] ?? otherwise;
    return value ?? refuseDamaged(`it has pixels, but ${describeTag(tag)} is missing`);
  };
  const bitsAllocated = number(tags.bitsAllocated);
  const bitsStored = number(tags.bitsStored, bitsAllocated);
  const photometricInterpretation = dataSet.text(tags.photometricInterpretation)?.toUpperCase();
  const pixels = {
    rows: number(tags.rows),
    columns: number(tags.columns),
    samplesPerPixel: number(tags.samplesPerPixel, 1),
    photometricInterpretation:
      photometricInterpretation ??
      refuseDamaged(`it has pixels, but ${describeTag(tags.photometricInterpretation)} is missing`),
    bitsAllocated,
    bitsStored,
    highBit: number(tags.highBit, bitsStored - 1),
    isSigned: number(tags.pixelRepresentation, 0) === 1,
    // Some programs write 0, or nothing, of a single frame.
    frames: Math.max(1, Math.trunc(dataSet.numbers(tags.numberOfFrames)[0] ?? 1) || 1),
  };
  checkDescription(pixels);
  return pixels;
}

function checkDescription(pixels: PixelDescription): void {
  const { rows, columns, samplesPerPixel, bitsAllocated, bitsStored, highBit } = pixels;
  if (rows === 0 || columns === 0) refuseDamaged(`it has ${columns} x ${rows} pixels`);
  if (samplesPerPixel === 0) refuseDamaged('its pixels have no samples, (0028,0002)');
  if (bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32) {
    const what = `stores a sample in ${bitsAllocated} bits, where 8, 16 or 32 are read; convert it first`;
    throw new DicomError('unsupported', what);
  }
  if (bitsStored >= 1 && bitsStored <= bitsAllocated && highBit >= bitsStored - 1 && highBit < bitsAllocated) return;
  refuseDamaged(`${bitsStored} bits stored with high bit ${highBit} do not fit into ${bitsAllocated} bits`);
}

/** The first frame of pixels that are not compressed. */
export function readNativePixels(
  dataSet: DataSet,
  element: Element,
  pixels: PixelDescription,
  { encoding }: TransferSyntax,
): NativePixels {
  const value = dataSet.bytes(tags.pixelData) ?? new Uint8Array();
  const length = measureFrame(pixels);
  if (value.length < length * pixels.frames) {
    const found = value.length.toLocaleString('en-US');
    refuseTruncated(
      `its pixels take ${(length * pixels.frames).toLocaleString('en-US')} bytes, and ${found} are there`,
    );
  }
  const frame = value.subarray(0, length);
  // Words of 16 bits hold two samples each there, the first in the lower byte (PS3.5 A.3 and annex D).
  const isSwapped = encoding === 'explicit-big' && pixels.bitsAllocated === 8 && element.vr === 'OW';
  return { kind: 'native', bytes: isSwapped ? swapPairs(value, length) : frame };
}

/** Bytes of an uncompressed frame. */
function measureFrame(pixels: PixelDescription): number {
  const { rows, columns, samplesPerPixel, bitsAllocated, photometricInterpretation } = pixels;
  // Two neighbours share their colour.
  const samples = photometricInterpretation.endsWith('_422') ? 2 : samplesPerPixel;
  return rows * columns * samples * (bitsAllocated / 8);
}

function swapPairs(value: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => value[index ^ 1] ?? 0);
}
