/** How a DICOM file is encoded, and its pixels within it: the transfer syntaxes that are read (PS3.5 section 10, PS3.6 annex A). */

/** `native`: not compressed. `jpeg` is lossy or lossless, `jpeg-2000` and `jpeg-ls` likewise; `ht-jpeg-2000` is high throughput. */
export type PixelCodec = 'native' | 'rle' | 'jpeg' | 'jpeg-ls' | 'jpeg-2000' | 'ht-jpeg-2000';

export interface TransferSyntax {
  readonly uid: string;
  /** as the standard names it, shortened */
  readonly name: string;
  /** of the data set; compressed pixels stand in explicit little endian */
  readonly encoding: 'implicit-little' | 'explicit-little' | 'explicit-big' | 'deflated';
  readonly codec: PixelCodec;
  /** whether pixels in it may differ from those that were taken, whatever the header says */
  readonly isLossy: boolean;
}

const compressed = (uid: string, name: string, codec: PixelCodec, isLossy: boolean): TransferSyntax => ({
  uid,
  name,
  encoding: 'explicit-little',
  codec,
  isLossy,
});
const native = (uid: string, name: string, encoding: TransferSyntax['encoding']): TransferSyntax => ({
  uid,
  name,
  encoding,
  codec: 'native',
  isLossy: false,
});

export const transferSyntaxes: readonly TransferSyntax[] = [
  native('1.2.840.10008.1.2', 'implicit little endian', 'implicit-little'),
  native('1.2.840.10008.1.2.1', 'explicit little endian', 'explicit-little'),
  native('1.2.840.10008.1.2.1.99', 'deflated explicit little endian', 'deflated'),
  native('1.2.840.10008.1.2.2', 'explicit big endian', 'explicit-big'),
  compressed('1.2.840.10008.1.2.5', 'RLE lossless', 'rle', false),
  compressed('1.2.840.10008.1.2.4.50', 'JPEG baseline', 'jpeg', true),
  compressed('1.2.840.10008.1.2.4.51', 'JPEG extended', 'jpeg', true),
  compressed('1.2.840.10008.1.2.4.57', 'JPEG lossless', 'jpeg', false),
  compressed('1.2.840.10008.1.2.4.70', 'JPEG lossless, first-order prediction', 'jpeg', false),
  compressed('1.2.840.10008.1.2.4.80', 'JPEG-LS lossless', 'jpeg-ls', false),
  compressed('1.2.840.10008.1.2.4.81', 'JPEG-LS near-lossless', 'jpeg-ls', true),
  compressed('1.2.840.10008.1.2.4.90', 'JPEG 2000 lossless', 'jpeg-2000', false),
  compressed('1.2.840.10008.1.2.4.91', 'JPEG 2000', 'jpeg-2000', true),
  compressed('1.2.840.10008.1.2.4.201', 'HTJ2K lossless', 'ht-jpeg-2000', false),
  compressed('1.2.840.10008.1.2.4.202', 'HTJ2K lossless, RPCL', 'ht-jpeg-2000', false),
  compressed('1.2.840.10008.1.2.4.203', 'HTJ2K', 'ht-jpeg-2000', true),
];

const byUid = new Map(transferSyntaxes.map((syntax) => [syntax.uid, syntax]));

/** @returns undefined for one that is not read */
export function findTransferSyntax(uid: string): TransferSyntax | undefined {
  return byUid.get(uid);
}
