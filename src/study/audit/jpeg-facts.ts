/** What the marker segments of a JPEG file tell (ISO/IEC 10918-1 Annex B), and the encoder's quality setting behind its tables. */
import { isFrameMarker, jpegMarkers, walkJpegSegments } from '../../imaging/decode/jpeg-segments.ts';
import { luminanceTable, scaleTable, zigzag } from '../../imaging/jpeg-tables.ts';

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

/**
 * The setting of the IJG's encoder whose luminance table is nearest by the sum of absolute differences; exact for files of libjpeg and its kin. Of equally near ones the highest.
 *
 * @returns 1..100
 */
export function fitQuality(table: Uint16Array): number {
  let best = 1;
  let least = Infinity;
  for (let quality = 1; quality <= 100; quality++) {
    const scaled = scaleTable(luminanceTable, quality);
    const difference = scaled.reduce((sum, step, i) => sum + Math.abs(step - (table[i] as number)), 0);
    if (difference > least) continue;
    least = difference;
    best = quality;
  }
  return best;
}

function startsWith(content: Buffer, name: Buffer): boolean {
  return content.length >= name.length && content.compare(name, 0, name.length, 0, name.length) === 0;
}
