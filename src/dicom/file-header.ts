/** The file's own header, group 0002: which transfer syntax the data set has, and where it begins (PS3.10 section 7). */
import dicomParser, { type Element } from 'dicom-parser';
import { openBoundedStream, type ElementCounter } from './bounded-stream.ts';
import { refuseTruncated } from './dicom-error.ts';
import { headerStart, hasPreamble } from './is-dicom.ts';
import { elementName, peekGroup, refuseElement } from './read-elements.ts';
import { tags } from './tags.ts';

export interface FileHeader {
  /** as it stands there; undefined: the file does not say it */
  readonly transferSyntaxUid: string | undefined;
  /** where the data set begins */
  readonly end: number;
}

const group = 0x0002;

/** By the elements that are there: what (0002,0000) says of their length is often wrong. */
export function readFileHeader(bytes: Uint8Array, counter: ElementCounter): FileHeader {
  const start = hasPreamble(bytes) ? headerStart : 0;
  if (start >= bytes.length) refuseTruncated('it ends behind its preamble');
  const stream = openBoundedStream(bytes, start, false, counter);
  const elements: Record<string, Element> = {};
  while (peekGroup(stream) === group) {
    try {
      const element = dicomParser.readDicomElementExplicit(stream, stream.warnings);
      elements[element.tag] = element;
    } catch (error) {
      refuseElement('its header, group 0002', error);
    }
  }
  if (stream.position > bytes.length) refuseTruncated('it ends within its header, group 0002');
  const syntax = elements[elementName(tags.transferSyntaxUid)];
  return { transferSyntaxUid: syntax === undefined ? undefined : readUid(bytes, syntax), end: stream.position };
}

/** Padded by a NUL, and by some programs with spaces. */
function readUid(bytes: Uint8Array, { dataOffset, length }: Element): string {
  // No UID is longer than 64.
  const value = bytes.subarray(dataOffset, dataOffset + Math.min(length, 70));
  return String.fromCharCode(...value).replace(/[\0 ]+$/, '');
}
