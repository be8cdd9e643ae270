/** An image without its detail: what deletion and insertion show where a pixel is taken away. */

/** Standard deviation as a share of the longer side: of 256 pixels 16, so that ribs, vessels and opacities are gone and the body's outline is a haze. */
const deviationShare = 1 / 16;

/** Gaussian, to three standard deviations; beyond the border the image's edge goes on. */
export function blur(
  pixels: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
): Uint8Array {
  const kernel = gaussian(deviationShare * Math.max(width, height));
  const rows = smooth(Float64Array.from(pixels), width, height, 1, width, kernel);
  return Uint8Array.from(smooth(rows, height, width, width, 1, kernel), Math.round);
}

function gaussian(deviation: number): readonly number[] {
  const reach = Math.ceil(3 * deviation);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / deviation) ** 2));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Along lines of `length` values that lie `step` apart, of which there are `lines`, `lineStep` apart. */
function smooth(
  values: Float64Array,
  length: number,
  lines: number,
  step: number,
  lineStep: number,
  kernel: readonly number[],
): Float64Array {
  const result = new Float64Array(values.length);
  const reach = (kernel.length - 1) / 2;
  for (let line = 0; line < lines; line++) {
    for (let at = 0; at < length; at++) {
      let sum = 0;
      for (let i = 0; i < kernel.length; i++) {
        const source = Math.min(Math.max(at + i - reach, 0), length - 1);
        sum += (kernel[i] as number) * (values[line * lineStep + source * step] as number);
      }
      result[line * lineStep + at * step] = sum;
    }
  }
  return result;
}
