/** Luminance and colour differences -> RGB, as TIFF 6.0 section 21 defines it and libtiff computes it. */
import { tiffTags, type TiffPage } from './tiff-page.ts';

/** ITU-R 601-2: the shares of red, green and blue in luminance. */
const usualCoefficients = [0.299, 0.587, 0.114] as const;
/** Black and white of luminance and of the two differences: all 256 levels are used. */
const usualRange = [0, 255, 128, 255, 128, 255] as const;

/** @param data three bytes a pixel, changed in place @param page says how they are meant */
export function convertYcbcr(data: Uint8Array, page: Pick<TiffPage, 'file' | 'fields'>): void {
  const [red = 0, green = 0, blue = 0] = readNumbers(page, tiffTags.ycbcrCoefficients, usualCoefficients);
  const [black = 0, white = 0, ...range] = readNumbers(page, tiffTags.referenceBlackWhite, usualRange);
  const [blackBlue = 0, whiteBlue = 0, blackRed = 0, whiteRed = 0] = range;
  const [redPart, bluePart] = [2 - 2 * red, 2 - 2 * blue];
  // Sums of fixed-point numbers with 16 fractional bits, rounded once.
  const level = tabulate((code) => Math.trunc(stretch(code, black, white, 255)));
  const blueDifference = tabulate((code) => Math.trunc(stretch(code, blackBlue, whiteBlue, 127)));
  const redDifference = tabulate((code) => Math.trunc(stretch(code, blackRed, whiteRed, 127)));
  const [toRed, toBlue] = [fix(redPart), fix(bluePart)];
  const [redToGreen, blueToGreen] = [fix((red * redPart) / green), fix((blue * bluePart) / green)];
  const half = 1 << 15;
  for (let at = 0; at < data.length; at += 3) {
    const y = level[data[at] as number] as number;
    const cb = blueDifference[data[at + 1] as number] as number;
    const cr = redDifference[data[at + 2] as number] as number;
    data[at] = clamp(y + ((toRed * cr + half) >> 16));
    data[at + 1] = clamp(y + ((half - blueToGreen * cb - redToGreen * cr) >> 16));
    data[at + 2] = clamp(y + ((toBlue * cb + half) >> 16));
  }
}

function readNumbers(
  { file, fields }: Pick<TiffPage, 'file' | 'fields'>,
  tag: number,
  usual: readonly number[],
): readonly number[] {
  const field = fields.get(tag);
  const numbers = field === undefined ? undefined : file.readNumbers(field, usual.length);
  return numbers?.length === usual.length && numbers.every(Number.isFinite) ? numbers : usual;
}

function tabulate(compute: (code: number) => number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, code) => compute(code));
}

/** A code between black and white -> 0 to full. */
function stretch(code: number, black: number, white: number, full: number): number {
  const range = white - black;
  return ((code - black) * full) / (range === 0 ? 1 : range);
}

/** With 16 fractional bits. */
function fix(value: number): number {
  return Math.floor(value * 65_536 + 0.5);
}

function clamp(value: number): number {
  return Math.min(255, Math.max(0, value));
}
