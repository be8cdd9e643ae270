/** The elements of a data set, with those of its sequences: where each value stands, and no value yet. */
import dicomParser, { type ByteStream, type Element } from 'dicom-parser';
import { budgets, describeBudget } from '../base/budgets.ts';
import { openBoundedStream, type ElementCounter } from './bounded-stream.ts';
import { DicomError, refuseDamaged, refuseTruncated } from './dicom-error.ts';
import type { Elements } from './element.ts';
import type { DataSetEncoding } from './guess-encoding.ts';
import { describeTag, tags } from './tags.ts';

export function elementName(tag: number): string {
  return `x${tag.toString(16).padStart(8, '0')}`;
}

const pixelDataName = elementName(tags.pixelData);
const undefinedLength = 0xffff_ffff;

/**
 * Reads to the end of the bytes. What follows Pixel Data and cannot be read is padding, and passed over.
 *
 * @throws DicomError where an element before that is no element or ends beyond the bytes, or there are too many
 */
export function readElements(
  bytes: Uint8Array,
  start: number,
  encoding: DataSetEncoding,
  counter: ElementCounter,
): Elements {
  const elements: Record<string, Element> = {};
  if (start >= bytes.length) return elements;
  const stream = openBoundedStream(bytes, start, encoding === 'explicit-big', counter);
  const read = encoding === 'implicit-little' ? readImplicit : readExplicit;
  while (stream.position < bytes.length) {
    const at = stream.position;
    try {
      const element = read(stream);
      if (pixelDataName in elements && element.tag <= pixelDataName) break;
      // Of Pixel Data may be there what is needed: that is looked at by who knows how much it is.
      const isCut = stream.position > bytes.length && element.tag !== pixelDataName;
      if (isCut || stream.warnings.some(isMissingEnd)) throw new Error(pastEnd);
      elements[element.tag] = element;
    } catch (error) {
      if (pixelDataName in elements && !(error instanceof DicomError)) break;
      refuseElement(nameElement(bytes, at, encoding), error);
    }
  }
  checkDepth(elements, 0);
  return elements;
}

const pastEnd = 'past end of buffer';
/** What dicom-parser says where bytes end too early; the last is its own fault, a warning that it has nowhere to write. */
const endsEarly = new RegExp(`${pastEnd}|buffer overrun|parameter 'maxP|reading 'push'`);

/** A sequence or an item did not end before the file did. At the last element it only says that it cannot look further. */
function isMissingEnd(warning: string): boolean {
  return warning.startsWith('eof encountered') && !warning.endsWith('to determine VR');
}

/**
 * What dicom-parser threw, as an error of ours: it throws strings, and its recursion ends where the stack does.
 *
 * @param name of the element that could not be read
 */
export function refuseElement(name: string, error: unknown): never {
  if (error instanceof DicomError) throw error;
  if (error instanceof RangeError) refuseDepth(error);
  const words = error instanceof Error ? error.message : String(error);
  if (endsEarly.test(words)) refuseTruncated(`it ends within ${name}`, error);
  refuseDamaged(`${name} is no element of DICOM`, error);
}

function nameElement(bytes: Uint8Array, at: number, encoding: DataSetEncoding): string {
  if (at + 4 > bytes.length) return `the element at byte ${at}`;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 4);
  const isLittle = encoding !== 'explicit-big';
  return describeTag(view.getUint16(0, isLittle) * 0x1_0000 + view.getUint16(2, isLittle));
}

function readExplicit(stream: ByteStream): Element {
  const element = dicomParser.readDicomElementExplicit(stream, stream.warnings, pixelDataName);
  if (element.tag === pixelDataName) return finishPixelData(stream, element);
  if (element.vr === 'UN' && element.items === undefined) readUnknownSequence(stream, element);
  if (element.vr?.startsWith('O') === true && element.hadUndefinedLength === true) {
    // Fragments, such as those of a private thumbnail: dicom-parser has looked for another end than theirs.
    stream.position = element.dataOffset;
    dicomParser.findEndOfEncapsulatedElement(stream, element);
  }
  return element;
}

function readImplicit(stream: ByteStream): Element {
  const element = dicomParser.readDicomElementImplicit(stream, pixelDataName);
  return element.tag === pixelDataName ? finishPixelData(stream, element) : element;
}

/** dicom-parser was told to stop behind its length, for in implicit VR it would take some pixels for a sequence. */
function finishPixelData(stream: ByteStream, element: Element): Element {
  if (element.length === undefinedLength) dicomParser.findEndOfEncapsulatedElement(stream, element);
  else stream.seek(element.length);
  return element;
}

/** A program that did not know a sequence wrote it on as unknown, in implicit VR, little endian (PS3.5 6.2.2). */
function readUnknownSequence(stream: ByteStream, element: Element): void {
  const { byteArray: bytes, position: end } = stream;
  if (element.length < 8 || end > bytes.length || !beginsWithItem(bytes, element.dataOffset)) return;
  const isPrivate = (Number.parseInt(element.tag.slice(1, 5), 16) & 1) === 1;
  if (isPrivate) return;
  stream.position = element.dataOffset;
  dicomParser.readSequenceItemsImplicit(stream, element);
  stream.position = end;
}

function beginsWithItem(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xfe && bytes[at + 1] === 0xff && bytes[at + 2] === 0x00 && bytes[at + 3] === 0xe0;
}

function checkDepth(elements: Elements, depth: number): void {
  if (depth > budgets.dicomDepth.limit) refuseDepth();
  for (const { items = [] } of Object.values(elements)) {
    for (const { dataSet } of items) if (dataSet !== undefined) checkDepth(dataSet.elements, depth + 1);
  }
}

function refuseDepth(cause?: unknown): never {
  const what = `has more than ${describeBudget(budgets.dicomDepth)} sequences within sequences`;
  throw new DicomError('too-large', `${what}; export the image anew`, { cause });
}

/** The group of the element that begins there; undefined at the end. */
export function peekGroup(stream: ByteStream): number | undefined {
  if (stream.position + 8 > stream.byteArray.length) return undefined;
  const name = dicomParser.readTag(stream);
  stream.seek(-4);
  return Number.parseInt(name.slice(1, 5), 16);
}
