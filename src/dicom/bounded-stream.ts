/** The stream that dicom-parser reads elements from, with what it lacks: an end to their number, and the younger value representations. */
import dicomParser, { type ByteStream } from 'dicom-parser';
import { budgets, describeBudget } from '../base/budgets.ts';
import { DicomError } from './dicom-error.ts';
import { shortVrs } from './guess-encoding.ts';

// Node finds no names in its bundle, only the whole of it.
const { bigEndianByteArrayParser, littleEndianByteArrayParser } = dicomParser;

/** Those that dicom-parser itself gives a length of four bytes. */
const parserLongVrs = new Set('OB OD OL OW SQ OF UC UR UT UN'.split(' '));

/**
 * dicom-parser reads one length of four bytes for each item, fragment and long element, and one value representation for each element of
 * explicit VR: the stream counts these.
 *
 * @param at within the bytes
 * @param counter of all streams of one file
 */
export function openBoundedStream(
  bytes: Uint8Array,
  at: number,
  isBigEndian: boolean,
  counter: ElementCounter,
): ByteStream {
  const stream = new dicomParser.ByteStream(
    isBigEndian ? bigEndianByteArrayParser : littleEndianByteArrayParser,
    bytes,
    at,
  );
  const readUint32 = stream.readUint32.bind(stream);
  const readFixedString = stream.readFixedString.bind(stream);
  stream.readUint32 = () => {
    counter.count();
    return readUint32();
  };
  stream.readFixedString = (length) => {
    const text = readFixedString(length);
    // PS3.5 6.2.2: a representation that is not known has a length of four bytes, as UN has. dicom-parser knows no OV, SV and UV.
    const isLong = /^[A-Z]{2}$/.test(text) && !shortVrs.has(text);
    if (!isLong) counter.count();
    return isLong && !parserLongVrs.has(text) ? 'UN' : text;
  };
  return stream;
}

export class ElementCounter {
  #left = budgets.dicomElements.limit;

  /** @throws DicomError where there are more than the limit */
  count(): void {
    this.#left -= 1;
    if (this.#left >= 0) return;
    const what = `has more than ${describeBudget(budgets.dicomElements)} elements, items and fragments`;
    throw new DicomError('too-large', `${what}; export the one image alone`);
  }
}
