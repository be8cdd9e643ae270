/** Elements -> a DICOM file in explicit VR little endian, with its own header: PS3.5 section 7, PS3.10 section 7. */
import { PneumoscopeError } from '../base/errors.ts';

/** Numbers of US, SS and OW. Text is written in UTF-8, several values with backslashes between them. */
export type WrittenValue = string | Uint8Array | readonly number[] | { readonly items: readonly WrittenElements[] };

export interface WrittenElement {
  readonly vr:
    | 'AS'
    | 'CS'
    | 'DA'
    | 'DS'
    | 'IS'
    | 'LO'
    | 'OB'
    | 'OW'
    | 'PN'
    | 'SH'
    | 'SQ'
    | 'SS'
    | 'TM'
    | 'UI'
    | 'UL'
    | 'US';
  readonly value: WrittenValue;
  /** the length is not written, for the value ends by a delimiter of its own */
  readonly isEncapsulated?: boolean;
}

/** By tag; they are written in the order of the tags. */
export type WrittenElements = ReadonlyMap<number, WrittenElement>;

export interface WrittenFile {
  readonly transferSyntaxUid: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly elements: WrittenElements;
}

/** Says which program wrote a file; it names no installation. */
const implementationClassUid = '2.25.98561882531511570280448309137948734541';
const implementationVersion = 'PNEUMOSCOPE';

const preamble = Buffer.alloc(128);
const longVrs: ReadonlySet<string> = new Set(['OB', 'OW', 'SQ']);
const undefinedLength = 0xffff_ffff;
const item = 0xfffe_e000;
const sequenceEnd = 0xfffe_e0dd;

export function writeDicom({ transferSyntaxUid, sopClassUid, sopInstanceUid, elements }: WrittenFile): Buffer {
  const group = writeElements(
    new Map<number, WrittenElement>([
      [0x0002_0001, { vr: 'OB', value: Uint8Array.of(0, 1) }],
      [0x0002_0002, { vr: 'UI', value: sopClassUid }],
      [0x0002_0003, { vr: 'UI', value: sopInstanceUid }],
      [0x0002_0010, { vr: 'UI', value: transferSyntaxUid }],
      [0x0002_0012, { vr: 'UI', value: implementationClassUid }],
      [0x0002_0013, { vr: 'SH', value: implementationVersion }],
    ]),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(group.length);
  const first = writeElement(0x0002_0000, { vr: 'UL', value: length });
  return Buffer.concat([preamble, Buffer.from('DICM'), first, group, writeElements(elements)]);
}

/** Fragments as the value of Pixel Data, behind an empty offset table: PS3.5 A.4. */
export function encapsulateFragments(fragments: readonly Uint8Array[]): WrittenElement {
  const parts = [new Uint8Array(), ...fragments].flatMap((fragment) => {
    const isOdd = fragment.length % 2 === 1;
    return [delimiter(item, fragment.length + (isOdd ? 1 : 0)), fragment, Buffer.alloc(isOdd ? 1 : 0)];
  });
  return { vr: 'OB', value: Buffer.concat([...parts, delimiter(sequenceEnd, 0)]), isEncapsulated: true };
}

function writeElements(elements: WrittenElements): Buffer {
  const inOrder = [...elements].toSorted(([one], [other]) => one - other);
  return Buffer.concat(inOrder.map(([tag, element]) => writeElement(tag, element)));
}

function writeElement(tag: number, { vr, value, isEncapsulated = false }: WrittenElement): Buffer {
  const content = writeValue(vr, value);
  const isLong = longVrs.has(vr);
  if (!isLong && content.length > 0xffff) {
    throw new PneumoscopeError('E_USAGE', `A value of ${content.length} bytes does not fit into an element of ${vr}`);
  }
  const head = Buffer.alloc(isLong ? 12 : 8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(vr, 4, 'latin1');
  if (isLong) head.writeUInt32LE(isEncapsulated ? undefinedLength : content.length, 8);
  else head.writeUInt16LE(content.length, 6);
  return Buffer.concat([head, content]);
}

function writeValue(vr: WrittenElement['vr'], value: WrittenValue): Buffer {
  if (typeof value === 'string') return padTo2(Buffer.from(value, 'utf8'), vr === 'UI' ? 0 : 0x20);
  if (value instanceof Uint8Array) return padTo2(value, 0);
  if ('items' in value) {
    const parts = value.items.map((elements) => writeElements(elements));
    return Buffer.concat(parts.flatMap((part) => [delimiter(item, part.length), part]));
  }
  const words = Buffer.alloc(2 * value.length);
  // The bits of a negative number are those of its two's complement.
  value.forEach((number, index) => words.writeUInt16LE(number & 0xffff, 2 * index));
  return words;
}

function padTo2(bytes: Uint8Array, filler: number): Buffer {
  return bytes.length % 2 === 0 ? Buffer.from(bytes) : Buffer.concat([bytes, Buffer.of(filler)]);
}

function delimiter(tag: number, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(tag >>> 16, 0);
  bytes.writeUInt16LE(tag & 0xffff, 2);
  bytes.writeUInt32LE(length, 4);
  return bytes;
}
