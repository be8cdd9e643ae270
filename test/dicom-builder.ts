/** Small DICOM files for tests, byte for byte: right ones, and those that break a rule on purpose. */
import { findTransferSyntax, type TransferSyntax } from '../src/dicom/transfer-syntax.ts';

/** Numbers are written as US, SS, UL, FL or FD; text as Latin-1; lists of elements are the items of a sequence. */
export type BuiltValue =
  | string
  | Uint8Array
  | readonly number[]
  | { readonly items: readonly (readonly BuiltElement[])[] };

export interface BuiltElement {
  readonly tag: number;
  readonly vr: string;
  readonly value: BuiltValue;
  /** the sequence and its items end by delimiters */
  readonly isUndefinedLength: boolean;
}

export function element(tag: number, vr: string, value: BuiltValue): BuiltElement {
  return { tag, vr, value, isUndefinedLength: false };
}

export function sequence(
  tag: number,
  items: readonly (readonly BuiltElement[])[],
  isUndefinedLength = false,
): BuiltElement {
  return { tag, vr: 'SQ', value: { items }, isUndefinedLength };
}

type Encoding = 'implicit-little' | 'explicit-little' | 'explicit-big';

const longVrs = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));
const undefinedLength = 0xffff_ffff;
const itemTag = 0xfffe_e000;
const itemEnd = 0xfffe_e00d;
const sequenceEnd = 0xfffe_e0dd;

export function buildDataSet(elements: readonly BuiltElement[], encoding: Encoding): Buffer {
  return Buffer.concat(elements.map((one) => buildElement(one, encoding)));
}

function buildElement({ tag, vr, value, isUndefinedLength }: BuiltElement, encoding: Encoding): Buffer {
  const content = buildValue(vr, value, isUndefinedLength, encoding);
  const length = isUndefinedLength ? undefinedLength : content.length;
  if (encoding === 'implicit-little')
    return Buffer.concat([number(tag >>> 16, 2), number(tag & 0xffff, 2), number(length, 4), content]);
  const isBig = encoding === 'explicit-big';
  const lengthBytes = longVrs.has(vr)
    ? Buffer.concat([Buffer.alloc(2), number(length, 4, isBig)])
    : number(length, 2, isBig);
  return Buffer.concat([tagBytes(tag, isBig), Buffer.from(vr, 'latin1'), lengthBytes, content]);
}

function buildValue(vr: string, value: BuiltValue, isUndefinedLength: boolean, encoding: Encoding): Buffer {
  const isBig = encoding === 'explicit-big';
  if (typeof value === 'string') return pad(Buffer.from(value, 'latin1'), vr === 'UI' ? 0 : 0x20);
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (!('items' in value)) return Buffer.concat(value.map((one) => buildNumber(vr, one, isBig)));
  const items = value.items.map((elements) => {
    const content = buildDataSet(elements, encoding);
    if (!isUndefinedLength) return Buffer.concat([delimiter(itemTag, content.length, isBig), content]);
    return Buffer.concat([delimiter(itemTag, undefinedLength, isBig), content, delimiter(itemEnd, 0, isBig)]);
  });
  return Buffer.concat([...items, ...(isUndefinedLength ? [delimiter(sequenceEnd, 0, isBig)] : [])]);
}

function buildNumber(vr: string, value: number, isBig: boolean): Buffer {
  if (vr === 'FL' || vr === 'FD') {
    const bytes = Buffer.alloc(vr === 'FL' ? 4 : 8);
    if (vr === 'FL') bytes.writeFloatBE(value);
    else bytes.writeDoubleBE(value);
    return isBig ? bytes : Buffer.from(bytes.toReversed());
  }
  return number(value, vr === 'UL' || vr === 'SL' ? 4 : 2, isBig);
}

function number(value: number, bytes: number, isBig = false): Buffer {
  const written = Buffer.alloc(bytes);
  const unsigned = value < 0 ? value + 256 ** bytes : value;
  if (isBig) written.writeUIntBE(unsigned, 0, bytes);
  else written.writeUIntLE(unsigned, 0, bytes);
  return written;
}

function tagBytes(tag: number, isBig: boolean): Buffer {
  return Buffer.concat([number(tag >>> 16, 2, isBig), number(tag & 0xffff, 2, isBig)]);
}

function delimiter(tag: number, length: number, isBig = false): Buffer {
  return Buffer.concat([tagBytes(tag, isBig), number(length, 4, isBig)]);
}

function pad(bytes: Buffer, by: number): Buffer {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.of(by)]);
}

/** Pixel Data of compressed frames. @param offsets of the basic offset table */
export function encapsulate(fragments: readonly Uint8Array[], offsets: readonly number[] = []): BuiltElement {
  const items = fragments.map((fragment) => Buffer.concat([delimiter(itemTag, fragment.length), fragment]));
  const table = Buffer.concat([delimiter(itemTag, 4 * offsets.length), ...offsets.map((offset) => number(offset, 4))]);
  const value = Buffer.concat([table, ...items, delimiter(sequenceEnd, 0)]);
  return { tag: 0x7fe0_0010, vr: 'OB', value, isUndefinedLength: true };
}

/** Preamble and group 0002. */
export function buildFileHeader(transferSyntaxUid: string): Buffer {
  const elements = [element(0x0002_0001, 'OB', Uint8Array.of(0, 1)), element(0x0002_0010, 'UI', transferSyntaxUid)];
  const group = buildDataSet(elements, 'explicit-little');
  const length = buildDataSet([element(0x0002_0000, 'UL', [group.length])], 'explicit-little');
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), length, group]);
}

export const syntaxUids = {
  implicit: '1.2.840.10008.1.2',
  explicit: '1.2.840.10008.1.2.1',
  deflated: '1.2.840.10008.1.2.1.99',
  big: '1.2.840.10008.1.2.2',
  jpegLossless: '1.2.840.10008.1.2.4.70',
} as const;

/** A whole file, but for the deflated syntax. */
export function buildDicom(elements: readonly BuiltElement[], uid: string = syntaxUids.explicit): Buffer {
  const encoding = (findTransferSyntax(uid) as TransferSyntax).encoding as Encoding;
  return Buffer.concat([buildFileHeader(uid), buildDataSet(elements, encoding)]);
}

export interface BuiltImage {
  readonly rows: number;
  readonly columns: number;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly isSigned: boolean;
  readonly photometricInterpretation: string;
}

const grey: BuiltImage = {
  rows: 2,
  columns: 2,
  bitsAllocated: 16,
  bitsStored: 12,
  highBit: 11,
  isSigned: false,
  photometricInterpretation: 'MONOCHROME2',
};

/** The Image Pixel module without its pixels; of 2 x 2 samples of 12 bits unless said otherwise. */
export function imageElements(image: Partial<BuiltImage> = {}): BuiltElement[] {
  const { rows, columns, bitsAllocated, bitsStored, highBit, isSigned, photometricInterpretation } = {
    ...grey,
    ...image,
  };
  return [
    element(0x0028_0002, 'US', [1]),
    element(0x0028_0004, 'CS', photometricInterpretation),
    element(0x0028_0010, 'US', [rows]),
    element(0x0028_0011, 'US', [columns]),
    element(0x0028_0100, 'US', [bitsAllocated]),
    element(0x0028_0101, 'US', [bitsStored]),
    element(0x0028_0102, 'US', [highBit]),
    element(0x0028_0103, 'US', [isSigned ? 1 : 0]),
  ];
}

/** Pixel Data that is not compressed. */
export function pixelElement(samples: readonly number[], vr: 'OW' | 'OB' = 'OW'): BuiltElement {
  return element(0x7fe0_0010, vr, vr === 'OB' ? Uint8Array.from(samples) : samples);
}
