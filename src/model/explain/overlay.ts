/** Heat over a grey image: the hotter, the less of the image shows through; where there is no heat the image is as it was. */
import sharp from 'sharp';
import { pickColor, viridis, type ColorMap } from '../../imaging/color-maps.ts';

/** Of the hottest place. The image must show through it: what is there is the question. */
const strongest = 0.65;

/** The colours of heat 0..1; the lowest of them are never seen, being transparent. */
export const heatColors: ColorMap = viridis;

/**
 * @param pixels grey bytes, width * height
 * @param heat 0..1 for each of them
 * @returns red, green and blue for each
 */
export function blendHeat(pixels: Uint8Array, heat: Float32Array): Uint8Array {
  const blended = new Uint8Array(pixels.length * 3);
  pixels.forEach((level, index) => {
    const share = heat[index] as number;
    const color = pickColor(heatColors, share);
    const opacity = strongest * share;
    for (const channel of [0, 1, 2] as const) {
      blended[index * 3 + channel] = Math.round(level * (1 - opacity) + color[channel] * opacity);
    }
  });
  return blended;
}

/** {@link blendHeat} as a PNG of the network's input size. */
export function renderOverlay(pixels: Uint8Array, heat: Float32Array, width: number): Promise<Uint8Array> {
  const raw = { width, height: pixels.length / width, channels: 3 } as const;
  return sharp(blendHeat(pixels, heat), { raw }).png({ compressionLevel: 9 }).toBuffer();
}
