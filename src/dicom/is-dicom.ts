/** Whether bytes are a DICOM file, by its first 256 bytes. */
import { guessEncoding } from './guess-encoding.ts';

/** What stands before `DICM` is free, and may make the file another kind of file as well. */
export const preambleBytes = 128;
/** `DICM` */
const prefix = [0x44, 0x49, 0x43, 0x4d];
/** Where the first element stands behind the preamble. */
export const headerStart = preambleBytes + prefix.length;

export function hasPreamble(bytes: Uint8Array): boolean {
  return prefix.every((letter, index) => bytes[preambleBytes + index] === letter);
}

/** With `DICM` at its place; or without, where a data set begins at once. */
export function isDicom(bytes: Uint8Array): boolean {
  return hasPreamble(bytes) || guessEncoding(bytes, 0) !== undefined;
}
