/** What the marker segments of a JPEG file tell (ISO/IEC 10918-1 Annex B), and the encoder's quality setting behind its tables. */
import { isFrameMarker, jpegMarkers, walkJpegSegments } from '../../imaging/decode/jpeg-segments.ts';

export interface JpegFacts {
  readonly progressive: boolean;
  readonly iccBytes: number;
  readonly exif: boolean;
  readonly restartInterval: number;
  /** by their number 0..3: 64 values each, row by row */
  readonly tables: ReadonlyMap<number, Uint16Array>;
  /** the one of the first component: luminance, or grey */
  readonly luminance: Uint16Array | undefined;
}

const app1 = 0xe1;
const app2 = 0xe2;
const exifName = Buffer.from('Exif\0\0', 'latin1');
const profileName = Buffer.from('ICC_PROFILE\0', 'latin1');

/** Place of the k-th value of a table, which files keep in zigzag order (Figure A.6). */
const zigzag = makeZigzag();

export function readJpegFacts(bytes: Buffer): JpegFacts {
  let progressive = false;
  let iccBytes = 0;
  let exif = false;
  let restartInterval = 0;
  let luminanceId = 0;
  const tables = new Map<number, Uint16Array>();
  for (const { marker, start, end } of walkJpegSegments(bytes)) {
    if (end > bytes.length) break;
    const content = bytes.subarray(start, end);
    if (marker === jpegMarkers.quantisation) readTables(content, tables);
    else if (marker === jpegMarkers.restartInterval && content.length >= 2) restartInterval = content.readUInt16BE(0);
    else if (marker === app1) exif ||= startsWith(content, exifName);
    // ICC.1 annex B.4: behind the name stand the number of this piece and the count of all.
    else if (marker === app2 && startsWith(content, profileName)) {
      iccBytes += Math.max(0, content.length - profileName.length - 2);
    } else if (isFrameMarker(marker)) {
      progressive = marker === 0xc2 || marker === 0xc6 || marker === 0xca || marker === 0xce;
      // Precision, height, width, count; then each component's name, sampling and table.
      luminanceId = content[8] ?? 0;
    }
  }
  return { progressive, iccBytes, exif, restartInterval, tables, luminance: tables.get(luminanceId) };
}

/** Section B.2.4.1: precision and number in one byte, then 64 values of one byte or two. */
function readTables(content: Buffer, tables: Map<number, Uint16Array>): void {
  for (let at = 0; at < content.length;) {
    const head = content[at] as number;
    const size = head >> 4 === 0 ? 1 : 2;
    if (at + 1 + 64 * size > content.length) return;
    const table = new Uint16Array(64);
    for (let k = 0; k < 64; k++) {
      const from = at + 1 + k * size;
      table[zigzag[k] as number] = size === 1 ? (content[from] as number) : content.readUInt16BE(from);
    }
    tables.set(head & 15, table);
    at += 1 + 64 * size;
  }
}

/** Table K.1 of the standard, row by row. */
const standardLuminance = [
  [16, 11, 10, 16, 24, 40, 51, 61],
  [12, 12, 14, 19, 26, 58, 60, 55],
  [14, 13, 16, 24, 40, 57, 69, 56],
  [14, 17, 22, 29, 51, 87, 80, 62],
  [18, 22, 37, 56, 68, 109, 103, 77],
  [24, 35, 55, 64, 81, 104, 113, 92],
  [49, 64, 78, 87, 103, 121, 120, 101],
  [72, 92, 95, 98, 112, 100, 103, 99],
].flat();

/**
 * The setting of the IJG's encoder (libjpeg, jcparam.c: jpeg_quality_scaling, jpeg_add_quant_table) whose luminance table is
 * nearest by the sum of absolute differences; exact for files of libjpeg and its kin. Of equally near ones the highest.
 *
 * @returns 1..100
 */
export function fitQuality(table: Uint16Array): number {
  let best = 1;
  let least = Infinity;
  for (let quality = 1; quality <= 100; quality++) {
    const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
    let difference = 0;
    for (const [i, base] of standardLuminance.entries()) {
      const value = Math.min(255, Math.max(1, Math.floor((base * scale + 50) / 100)));
      difference += Math.abs(value - (table[i] as number));
    }
    if (difference > least) continue;
    least = difference;
    best = quality;
  }
  return best;
}

function startsWith(content: Buffer, name: Buffer): boolean {
  return content.length >= name.length && content.compare(name, 0, name.length, 0, name.length) === 0;
}

function makeZigzag(): readonly number[] {
  const places: number[] = [];
  for (let sum = 0; sum <= 14; sum++) {
    const diagonal: number[] = [];
    for (let row = Math.max(0, sum - 7); row <= Math.min(7, sum); row++) diagonal.push(row * 8 + (sum - row));
    // Upwards on even diagonals, downwards on odd ones.
    places.push(...(sum % 2 === 0 ? diagonal.toReversed() : diagonal));
  }
  return places;
}
