/** Images of a few bytes that cost much: scans, segments, pages and pixels that a header announces. */
import sharp from 'sharp';

/** A progressive JPEG whose last scan comes again and again. */
export async function drawScanBomb(side: number, scans: number): Promise<Buffer> {
  const jpeg = await sharp({ create: { width: side, height: side, channels: 3, background: '#808080' } })
    .jpeg({ progressive: true })
    .toBuffer();
  const start = jpeg.lastIndexOf(Buffer.from([0xff, 0xda]));
  const scan = jpeg.subarray(start, jpeg.length - 2);
  return Buffer.concat([jpeg.subarray(0, -2), ...Array.from({ length: scans }, () => scan), jpeg.subarray(-2)]);
}

/** A JPEG that begins with comments without content. */
export function drawSegmentBomb(jpeg: Buffer, segments: number): Buffer {
  const comments = Buffer.alloc(4 * segments, Buffer.from([0xff, 0xfe, 0x00, 0x02]));
  return Buffer.concat([jpeg.subarray(0, 2), comments, jpeg.subarray(2)]);
}

/** A TIFF of so many pages without an entry. */
export function drawPageBomb(pages: number): Buffer {
  const bytes = Buffer.alloc(8 + 6 * pages);
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(8, 4);
  for (let page = 0; page < pages - 1; page++) bytes.writeUInt32LE(8 + 6 * (page + 1), 8 + 6 * page + 2);
  return bytes;
}

/** So many pixels in a few hundred bytes. */
export async function drawPixelBomb(side: number): Promise<Buffer> {
  return await sharp({ create: { width: side, height: side, channels: 3, background: '#000' } })
    .webp({ lossless: true, effort: 0 })
    .toBuffer();
}
