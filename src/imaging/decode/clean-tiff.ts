/**
 * A TIFF file of one page that has only the fields its pixels depend on. libtiff warns of any field that is wrong, and libvips cannot tell
 * such a warning from one about pixels; it also walks through all pages before it reads the first. What this leaves, they read as they
 * would have read the file itself.
 */
import { jpegCompression, photometrics } from './tiff-header.ts';
import { countPieces, tiffTags, type TiffPage } from './tiff-page.ts';

/** A field's values as the file has them, or ready to be written. */
interface Values {
  readonly type: number;
  readonly count: number;
  readonly data: Buffer;
}

/** Types of TIFF 6.0 section 2: numbers of two bytes and of four. */
const short = 3;
const long = 4;

/** Fields about compression and colour, which are kept as they are. */
const kept = [
  tiffTags.fillOrder,
  tiffTags.group3Options,
  tiffTags.group4Options,
  tiffTags.predictor,
  tiffTags.colourMap,
  tiffTags.jpegTables,
  tiffTags.ycbcrSubsampling,
];

/** @param sample the only one that is kept, of a page that keeps them apart; undefined: all */
export function cleanTiff(page: TiffPage, sample?: number): Buffer {
  const { bytes, isLittleEndian } = page.file;
  const fields = [...describe(page, sample)].toSorted(([one], [other]) => one - other);
  // Places in a file are even.
  const start = bytes.length + (bytes.length % 2);
  const directory = Buffer.alloc(2 + fields.length * 12 + 4);
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  view.setUint16(0, fields.length, isLittleEndian);
  const outside: Buffer[] = [];
  let free = start + directory.length;
  for (const [index, [tag, { type, count, data }]] of fields.entries()) {
    const entry = 2 + index * 12;
    view.setUint16(entry, tag, isLittleEndian);
    view.setUint16(entry + 2, type, isLittleEndian);
    view.setUint32(entry + 4, count, isLittleEndian);
    if (data.length <= 4) directory.set(data, entry + 8);
    else {
      view.setUint32(entry + 8, free, isLittleEndian);
      const padded = data.length % 2 === 0 ? data : Buffer.concat([data, Buffer.alloc(1)]);
      outside.push(padded);
      free += padded.length;
    }
  }
  const cleaned = Buffer.concat([bytes, Buffer.alloc(start - bytes.length), directory, ...outside]);
  const head = new DataView(cleaned.buffer, cleaned.byteOffset, 8);
  head.setUint16(2, 42, isLittleEndian);
  head.setUint32(4, start, isLittleEndian);
  return cleaned;
}

function describe(page: TiffPage, sample: number | undefined): ReadonlyMap<number, Values> {
  const { file, fields, width, height, isTiled, pieceWidth, pieceHeight } = page;
  const write = (type: number, numbers: readonly number[]): Values => {
    const data = Buffer.alloc(numbers.length * (type === short ? 2 : 4));
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (const [index, number] of numbers.entries()) {
      if (type === short) view.setUint16(index * 2, number, file.isLittleEndian);
      else view.setUint32(index * 4, number, file.isLittleEndian);
    }
    return { type, count: numbers.length, data };
  };
  const perSample = countPieces(page);
  const pieces = sample === undefined ? page.pieces : page.pieces.slice(sample * perSample, (sample + 1) * perSample);
  const samples = sample === undefined ? page.samples : 1;
  const values = new Map<number, Values>([
    [tiffTags.width, write(long, [width])],
    [tiffTags.height, write(long, [height])],
    [tiffTags.bits, write(short, new Array<number>(samples).fill(page.bits))],
    [tiffTags.compression, write(short, [page.compression])],
    [tiffTags.photometric, write(short, [choosePhotometric(page, sample !== undefined)])],
    [tiffTags.samples, write(short, [samples])],
    [isTiled ? tiffTags.tileHeight : tiffTags.rowsPerStrip, write(long, [pieceHeight])],
    [
      isTiled ? tiffTags.tileOffsets : tiffTags.stripOffsets,
      write(
        long,
        pieces.map((piece) => piece.start),
      ),
    ],
    [
      isTiled ? tiffTags.tileByteCounts : tiffTags.stripByteCounts,
      write(
        long,
        pieces.map((piece) => piece.length),
      ),
    ],
  ]);
  if (isTiled) values.set(tiffTags.tileWidth, write(long, [pieceWidth]));
  // Alpha, or what takes its place: whichever it is, it is dropped.
  const extra = samples - (samples < 3 ? 1 : 3);
  if (extra > 0) values.set(tiffTags.extraSamples, write(short, new Array<number>(extra).fill(0)));
  for (const tag of kept) {
    const field = fields.get(tag);
    if (field === undefined) continue;
    const { type, count, at, length } = field;
    values.set(tag, { type, count, data: file.bytes.subarray(at, at + length) });
  }
  return values;
}

/** Planes of a colour image are grey ones. YCbCr without JPEG is given as it is stored: libvips would take it for RGB by itself. */
function choosePhotometric({ photometric, compression }: TiffPage, isPlane: boolean): number {
  if (photometric === photometrics.rgb) return isPlane ? photometrics.blackIsZero : photometrics.rgb;
  if (photometric !== photometrics.ycbcr) return photometric ?? photometrics.blackIsZero;
  if (compression === jpegCompression) return photometrics.ycbcr;
  return isPlane ? photometrics.blackIsZero : photometrics.rgb;
}
