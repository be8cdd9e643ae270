/** A DICOM file as values: its data set, its transfer syntax, what it says of its pixels, and where they stand. Nothing is decoded. */
import { inflateRawSync } from 'node:zlib';
import { budgets, describeBudget } from '../base/budgets.ts';
import { ElementCounter } from './bounded-stream.ts';
import { DataSet } from './data-set.ts';
import { DicomError, refuseDamaged, refuseTruncated } from './dicom-error.ts';
import { readFileHeader } from './file-header.ts';
import { guessEncoding, type DataSetEncoding } from './guess-encoding.ts';
import { hasPreamble } from './is-dicom.ts';
import type { PixelDescription } from './pixel-description.ts';
import type { Elements } from './element.ts';
import { elementName, readElements } from './read-elements.ts';
import { readFragments } from './read-fragments.ts';
import { describePixels, readNativePixels, type EncapsulatedPixels, type NativePixels } from './read-pixels.ts';
import { tags } from './tags.ts';
import { findTransferSyntax, type TransferSyntax } from './transfer-syntax.ts';

export interface DicomLimits {
  /** of a deflated file, unpacked; default: what a file on disk may have */
  readonly inflatedBytes?: number | undefined;
}

export interface DicomFile {
  readonly dataSet: DataSet;
  readonly transferSyntax: TransferSyntax;
  /** the file does not say its transfer syntax, which was told by its first element */
  readonly isSyntaxGuessed: boolean;
  /** undefined: the file has no pixels, such as a report */
  readonly pixels: PixelDescription | undefined;
  readonly pixelData: NativePixels | EncapsulatedPixels | undefined;
}

interface Encoded {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly encoding: DataSetEncoding;
}

const guessedSyntaxes: Readonly<Record<DataSetEncoding, string>> = {
  'implicit-little': '1.2.840.10008.1.2',
  'explicit-little': '1.2.840.10008.1.2.1',
  'explicit-big': '1.2.840.10008.1.2.2',
};

/**
 * @param bytes that `isDicom` takes for a DICOM file
 * @throws DicomError where it is cut short, damaged, of a form that is not read, or above a limit
 */
export function readDicom(
  bytes: Uint8Array,
  { inflatedBytes = budgets.dicomInflatedBytes.limit }: DicomLimits = {},
): DicomFile {
  const counter = new ElementCounter();
  const header = readFileHeader(bytes, counter);
  const uid = header.transferSyntaxUid;
  const transferSyntax = uid === undefined ? guessSyntax(bytes, header.end) : findSyntax(uid);
  const encoded = findDataSet(bytes, header.end, transferSyntax, inflatedBytes);
  const elements = readElements(encoded.bytes, encoded.start, encoded.encoding, counter);
  if (Object.keys(elements).length === 0) refuseTruncated('it ends before its data set');
  const isBigEndian = encoded.encoding === 'explicit-big';
  const dataSet = new DataSet({ elements, bytes: encoded.bytes, isBigEndian });
  const isSyntaxGuessed = uid === undefined;
  return { dataSet, transferSyntax, isSyntaxGuessed, ...readPixels(elements, encoded.bytes, dataSet, transferSyntax) };
}

function findSyntax(uid: string): TransferSyntax {
  const syntax = findTransferSyntax(uid);
  if (syntax !== undefined) return syntax;
  if (!/^[\d.]{1,64}$/.test(uid)) refuseDamaged('its transfer syntax, (0002,0010), is no UID');
  const what = `has the transfer syntax ${uid}, which is not read; export it as explicit VR little endian`;
  throw new DicomError('unsupported', what);
}

function guessSyntax(bytes: Uint8Array, start: number): TransferSyntax {
  // Less than an element.
  if (start + 8 > bytes.length) refuseTruncated('it ends within its header, group 0002');
  // Implicit VR little endian is the default of DICOM (PS3.5 10.1); without `DICM` the file may be anything.
  const encoding = guessEncoding(bytes, start) ?? (hasPreamble(bytes) ? 'implicit-little' : undefined);
  const syntax = encoding === undefined ? undefined : findTransferSyntax(guessedSyntaxes[encoding]);
  return syntax ?? refuseDamaged('no data set begins where it should');
}

/** Some programs write explicit VR and call it implicit, or the other way round. What is there counts. */
function findDataSet(bytes: Uint8Array, start: number, { encoding }: TransferSyntax, inflatedBytes: number): Encoded {
  if (encoding === 'deflated') {
    return { bytes: inflate(bytes.subarray(start), inflatedBytes), start: 0, encoding: 'explicit-little' };
  }
  if (encoding === 'explicit-big') return { bytes, start, encoding };
  const found = guessEncoding(bytes, start) ?? encoding;
  return { bytes, start, encoding: found === 'explicit-big' ? encoding : found };
}

function inflate(deflated: Uint8Array, most: number): Uint8Array {
  try {
    return inflateRawSync(deflated, { maxOutputLength: most });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'Z_BUF_ERROR') refuseTruncated('its deflated data set is not whole', error);
    if (code !== 'ERR_BUFFER_TOO_LARGE') refuseDamaged('its deflated data set cannot be unpacked', error);
    const what = `has more than ${describeBudget({ limit: most, unit: 'bytes' })} when it is unpacked; export the one image alone`;
    throw new DicomError('too-large', what, { cause: error });
  }
}

function readPixels(
  elements: Elements,
  bytes: Uint8Array,
  dataSet: DataSet,
  transferSyntax: TransferSyntax,
): Pick<DicomFile, 'pixels' | 'pixelData'> {
  const element = elements[elementName(tags.pixelData)];
  if (element === undefined) return { pixels: undefined, pixelData: undefined };
  const pixels = describePixels(dataSet);
  const isNative = transferSyntax.codec === 'native';
  if (isNative === (element.fragments !== undefined)) {
    refuseDamaged(
      `its pixels are ${isNative ? '' : 'not '}compressed, but its transfer syntax is ${transferSyntax.name}`,
    );
  }
  const pixelData = isNative
    ? readNativePixels(dataSet, element, pixels, transferSyntax)
    : readFragments(bytes, dataSet, element, pixels.frames);
  return { pixels, pixelData };
}
