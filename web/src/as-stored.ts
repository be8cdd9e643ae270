/**
 * Images with their pixels as they are stored. Browsers turn a JPEG as its EXIF data ask for; the network does not, and a heat map would
 * lie across the turned image.
 */
import { pageBudgets } from './page-budgets.ts';

/** Places of EXIF segments before the first scan of a JPEG; none of anything else. */
export function findExif(bytes: Uint8Array): readonly (readonly [start: number, end: number])[] {
  const found: [number, number][] = [];
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return found;
  let at = 2;
  while (at + 10 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    // Start of scan: pixels from here on.
    if (marker === 0xda) break;
    const end = at + 2 + (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (marker === 0xe1 && name === 'Exif') found.push([at, end]);
    at = end;
  }
  return found;
}

/** The same image without what would turn it, in one piece: Firefox decodes no blob whose first part is a few bytes long. */
export async function asStored(file: Blob): Promise<Blob> {
  const exif = findExif(new Uint8Array(await file.slice(0, pageBudgets.exifBytes.limit).arrayBuffer()));
  if (exif.length === 0) return file;
  const parts: Blob[] = [];
  let kept = 0;
  for (const [start, end] of exif) {
    parts.push(file.slice(kept, start));
    kept = end;
  }
  const whole = await new Blob([...parts, file.slice(kept)]).arrayBuffer();
  return new Blob([whole], { type: file.type });
}
