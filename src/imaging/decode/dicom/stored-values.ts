/** Samples of an uncompressed frame -> stored values: what lies outside of the bits that hold a value is cut off (PS3.5 section 8). */
import type { PixelDescription } from '../../../dicom/pixel-description.ts';

/** Both ends belong to it. */
export interface Range {
  readonly least: number;
  readonly greatest: number;
}

/** What values the stored bits can hold. */
export function storedRange({ bitsStored, isSigned }: PixelDescription): Range {
  const half = 2 ** (bitsStored - 1);
  return isSigned ? { least: -half, greatest: half - 1 } : { least: 0, greatest: 2 * half - 1 };
}

/** A sample of up to 16 bits -> its stored value. */
export function storedValue(sample: number, { bitsStored, highBit, isSigned }: PixelDescription): number {
  const value = (sample >>> (highBit + 1 - bitsStored)) & (2 ** bitsStored - 1);
  return isSigned && value >= 2 ** (bitsStored - 1) ? value - 2 ** bitsStored : value;
}

const isLittleEndianMachine = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The samples as numbers, without a copy where the machine reads them as they are. */
export function viewSamples(
  samples: Uint8Array,
  { bitsAllocated }: PixelDescription,
  isBigEndian: boolean,
): Uint8Array | Uint16Array {
  if (bitsAllocated === 8) return samples;
  const length = samples.length >> 1;
  if (isBigEndian !== isLittleEndianMachine && samples.byteOffset % 2 === 0) {
    return new Uint16Array(samples.buffer, samples.byteOffset, length);
  }
  const view = new DataView(samples.buffer, samples.byteOffset, samples.byteLength);
  const words = new Uint16Array(length);
  for (let i = 0; i < length; i++) words[i] = view.getUint16(2 * i, !isBigEndian);
  return words;
}

/** Row by row. @param samples as an uncompressed frame has them, 8 or 16 bits each */
export function readStoredValues(samples: Uint8Array, description: PixelDescription, isBigEndian: boolean): Int32Array {
  const found = viewSamples(samples, description, isBigEndian);
  const stored = new Int32Array(found.length);
  for (let i = 0; i < stored.length; i++) stored[i] = storedValue(found[i] as number, description);
  return stored;
}
