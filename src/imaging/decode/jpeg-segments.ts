/** The marker segments of a JPEG file, ISO/IEC 10918-1 Annex B, without decoding what lies between them. */

export interface JpegSegment {
  /** the second byte of its marker, such as 0xda for the start of a scan */
  readonly marker: number;
  /** where its content starts, behind the length; the end of the image has none */
  readonly start: number;
  /** where it ends; may lie behind the end of a file that is cut short */
  readonly end: number;
}

export const jpegMarkers = {
  /** SOF0 and SOF1: Huffman codes, each block whole in one scan */
  lastSequentialFrame: 0xc1,
  huffmanTables: 0xc4,
  endOfImage: 0xd9,
  startOfScan: 0xda,
  quantisation: 0xdb,
  restartInterval: 0xdd,
  /** APP0 and APP14 */
  jfif: 0xe0,
  adobe: 0xee,
} as const;

/** SOF0 to SOF15, without DHT, JPG and DAC, which stand among them. */
export function isFrameMarker(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/**
 * Walks from the start of the image to its end, or to where the file stops. In entropy-coded data 0xff is followed by 0x00 or RST
 * only, so markers are found behind it; stray bytes between segments are skipped, as decoders skip them.
 */
export function* walkJpegSegments(bytes: Buffer): Generator<JpegSegment> {
  let at = 2;
  while (at + 1 < bytes.length) {
    if (bytes[at] !== 0xff) {
      at = bytes.indexOf(0xff, at);
      if (at < 0) return;
      continue;
    }
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) at += 1;
    else if (marker === 0x00 || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else if (marker === jpegMarkers.endOfImage) {
      yield { marker, start: at + 2, end: at + 2 };
      return;
    } else {
      if (at + 4 > bytes.length) return;
      const end = at + 2 + bytes.readUInt16BE(at + 2);
      yield { marker, start: at + 4, end };
      at = end;
    }
  }
}
