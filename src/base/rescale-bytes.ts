/** Bytes -> the float32 values that a network sees. */

/** The bytes of several images, one after the other, each times `rescale`. */
export function rescaleBytes(images: readonly Uint8Array[], rescale: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(images.reduce((total, { length }) => total + length, 0));
  let offset = 0;
  for (const image of images) {
    writeRescaled(image, rescale, out, offset);
    offset += image.length;
  }
  return out;
}

/**
 * Writes bytes as float32, times `rescale` in float32 arithmetic: `fround(v * fround(1/255))`. That differs from `fround(v / 255)` for
 * 126 of the 256 values, and is what Keras's `rescale` computes.
 *
 * @param offset index in `out` of the first value written
 */
export function writeRescaled(bytes: Uint8Array, rescale: number, out: Float32Array, offset: number): void {
  const table = rescaleTable(rescale);
  for (let i = 0, end = bytes.length; i < end; i++) out[offset + i] = table[bytes[i] as number] as number;
}

let lastTable: { readonly rescale: number; readonly table: Float32Array } | undefined;

/** The network input of each byte value. */
export function rescaleTable(rescale: number): Float32Array {
  if (lastTable?.rescale === rescale) return lastTable.table;
  const factor = Math.fround(rescale);
  const table = Float32Array.from({ length: 256 }, (_, value) => value * factor);
  lastTable = { rescale, table };
  return table;
}
