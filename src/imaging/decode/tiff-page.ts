/** The first page of a TIFF file: what its fields say that the pixels depend on. Every other field may be as wrong as it likes. */
import { budgets } from '../../base/budgets.ts';
import type { TiffDirectory, TiffFile } from './tiff-file.ts';

/** TIFF 6.0 section 8 and its supplements. */
export const tiffTags = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planar: 284,
  group3Options: 292,
  group4Options: 293,
  predictor: 317,
  colourMap: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
  ycbcrCoefficients: 529,
  ycbcrSubsampling: 530,
  referenceBlackWhite: 532,
  /** ICC.1 annex B.5 */
  profile: 34675,
} as const;

export interface TiffPage {
  readonly file: TiffFile;
  readonly fields: TiffDirectory['fields'];
  readonly width: number;
  readonly height: number;
  /** of each sample */
  readonly bits: number;
  /** 1 unsigned, 2 signed, 3 floating point, 4 not said */
  readonly sampleFormat: number;
  /** with alpha and others */
  readonly samples: number;
  readonly compression: number;
  /** undefined where the file does not say what its numbers mean */
  readonly photometric: number | undefined;
  /** each sample lies in strips of its own */
  readonly isPlanar: boolean;
  /** 1 to 8: which corner the first row and column show */
  readonly orientation: number;
  /** colour has so many times fewer columns and rows than luminance */
  readonly subsampling: readonly [number, number];
  /** where each strip or tile starts, one sample after the other where they are apart, and its bytes */
  readonly pieces: readonly Piece[];
  readonly isTiled: boolean;
  /** rows of a strip, or of a tile */
  readonly pieceHeight: number;
  /** columns of a strip, or of a tile */
  readonly pieceWidth: number;
}

export interface Piece {
  readonly start: number;
  readonly length: number;
}

/** A page before its pieces are found. */
type PageFields = Omit<TiffPage, 'pieces'>;

/**
 * @returns undefined where the file lacks a field without which there are no pixels; pieces that the file does not list lie behind its end
 */
export function readTiffPage(file: TiffFile, { fields }: TiffDirectory): TiffPage | undefined {
  const read = (tag: number): readonly number[] => {
    const field = fields.get(tag);
    return (field === undefined ? undefined : file.readNumbers(field, 8)) ?? [];
  };
  const [width, height] = [read(tiffTags.width)[0] ?? 0, read(tiffTags.height)[0] ?? 0];
  if (width === 0 || height === 0) return undefined;
  const isTiled = fields.has(tiffTags.tileOffsets);
  const pieceHeight = read(isTiled ? tiffTags.tileHeight : tiffTags.rowsPerStrip)[0] ?? height;
  const bits = read(tiffTags.bits);
  const [across = 2, down = 2] = read(tiffTags.ycbcrSubsampling);
  const page: PageFields = {
    file,
    fields,
    width,
    height,
    // Where they differ, no one number is right; zero is none that is read.
    bits: bits.every((one) => one === bits[0]) ? (bits[0] ?? 1) : 0,
    sampleFormat: read(tiffTags.sampleFormat)[0] ?? 1,
    samples: read(tiffTags.samples)[0] ?? 1,
    compression: read(tiffTags.compression)[0] ?? 1,
    photometric: read(tiffTags.photometric)[0],
    isPlanar: read(tiffTags.planar)[0] === 2,
    orientation: read(tiffTags.orientation)[0] ?? 1,
    subsampling: [across, down],
    isTiled,
    pieceHeight: Math.max(1, isTiled ? pieceHeight : Math.min(height, pieceHeight)),
    pieceWidth: Math.max(1, (isTiled ? read(tiffTags.tileWidth)[0] : undefined) ?? width),
  };
  return { ...page, pieces: readPieces(page) };
}

/** Strips or tiles of one sample, or of all where they lie together. */
export function countPieces({ width, height, pieceWidth, pieceHeight }: PageFields): number {
  return Math.ceil(width / pieceWidth) * Math.ceil(height / pieceHeight);
}

/** At most one more than are read. */
function readPieces(page: PageFields): readonly Piece[] {
  const { file, fields, samples, isPlanar, isTiled } = page;
  const count = Math.min(countPieces(page) * (isPlanar ? samples : 1), budgets.tiffPieces.limit + 1);
  const readAll = (tag: number): readonly number[] => {
    const field = fields.get(tag);
    return (field === undefined ? undefined : file.readNumbers(field, count)) ?? [];
  };
  const starts = readAll(isTiled ? tiffTags.tileOffsets : tiffTags.stripOffsets);
  const lengths = readAll(isTiled ? tiffTags.tileByteCounts : tiffTags.stripByteCounts);
  // One that is not listed is enough to tell that the file is cut short.
  return Array.from({ length: Math.min(count, starts.length + 1) }, (_, index) => {
    const start = starts[index] ?? file.bytes.length + 1;
    return { start, length: lengths[index] ?? guessLength(page, starts, index) };
  });
}

/** Of a piece whose length the file does not say: what its rows take, or where they are compressed, all until the next one. */
function guessLength(page: PageFields, starts: readonly number[], index: number): number {
  const { height, bits, samples, compression, isPlanar, isTiled, pieceWidth, pieceHeight, file } = page;
  const [start = 0, next = 0] = [starts[index], starts[index + 1]];
  if (compression !== 1) return Math.max(0, (next > start ? next : file.bytes.length) - start);
  const above = isTiled ? 0 : (index % countPieces(page)) * pieceHeight;
  const rows = isTiled ? pieceHeight : Math.min(pieceHeight, height - above);
  return rows * Math.ceil((pieceWidth * bits * (isPlanar ? 1 : samples)) / 8);
}
