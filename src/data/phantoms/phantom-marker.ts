/** The word SYNTHETIC, burnt into every phantom at the same place: nobody shall take one for a patient. */

/** 5 x 7 pixels each; a bit a pixel, the highest is the left one. */
const glyphs: Readonly<Record<string, readonly number[]>> = {
  S: [0b01111, 0b10000, 0b10000, 0b01110, 0b00001, 0b00001, 0b11110],
  Y: [0b10001, 0b10001, 0b01010, 0b00100, 0b00100, 0b00100, 0b00100],
  N: [0b10001, 0b11001, 0b10101, 0b10101, 0b10011, 0b10001, 0b10001],
  T: [0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100],
  H: [0b10001, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001],
  E: [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111],
  I: [0b01110, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
  C: [0b01110, 0b10001, 0b10000, 0b10000, 0b10000, 0b10001, 0b01110],
};
const [glyphWidth, glyphHeight] = [5, 7];
const words = ['SYNTHETIC', 'SYN', 'S'];
const [dark, bright] = [0, 235];

/** Light letters on a black strip along the lower edge, at the left; shortened where the image is too small for the word. */
export function burnInMarker(pixels: Uint8Array, size: number): void {
  // From 256 pixels on the letters are large enough to survive a reduction to half the size.
  const scale = Math.max(1, Math.floor(size / 128));
  const margin = scale;
  const word = words.find((text) => widthOf(text) * scale + 2 * margin <= size) ?? 'S';
  const [width, height] = [widthOf(word) * scale + 2 * margin, glyphHeight * scale + 2 * margin];
  const top = size - height;
  for (let y = top; y < size; y++) pixels.fill(dark, y * size, y * size + width);
  for (const [index, letter] of Array.from(word).entries()) {
    const left = margin + index * (glyphWidth + 1) * scale;
    for (let y = 0; y < glyphHeight * scale; y++) {
      const row = glyphs[letter]?.[Math.floor(y / scale)] ?? 0;
      for (let x = 0; x < glyphWidth * scale; x++) {
        const isSet = ((row >> (glyphWidth - 1 - Math.floor(x / scale))) & 1) === 1;
        if (isSet) pixels[(top + margin + y) * size + left + x] = bright;
      }
    }
  }
}

function widthOf(word: string): number {
  return word.length * (glyphWidth + 1) - 1;
}
