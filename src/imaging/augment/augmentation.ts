/**
 * One random change of one image, with the arithmetic of Keras's ImageDataGenerator: SciPy's affine_transform (order 1,
 * mode 'nearest'), flips, Pillow's brightness, and the rescaling last. Equal to them bit for bit for a given matrix. What Keras has
 * not (appearance.ts) stands between flips and brightness.
 */
import type { AugmentationParameters } from './augmentation-spec.ts';
import { changeAppearance } from './appearance.ts';
import { rescaleTable } from '../../base/rescale-bytes.ts';

/** Output (row, column) -> input (row, column): `in = matrix * out + offset`. */
export interface AffineMatrix {
  /** m00, m01, m10, m11 */
  readonly matrix: readonly [number, number, number, number];
  readonly offset: readonly [row: number, column: number];
}

/**
 * The affine map of rotation, shear and zoom about the image's centre, and of a translation; undefined when it is the identity, which Keras skips.
 * `M = R(theta) * Shear(k) * Zoom(zx, zy)`; Keras 2.9 takes its first coordinate as the column and turns about
 * size/2 - 0.5, Keras 2.8 and earlier takes it as the row and turns about size/2 + 0.5.
 */
export function augmentationMatrix(
  parameters: AugmentationParameters,
  width: number,
  height: number,
): AffineMatrix | undefined {
  const { rotation, shear, zoomX, zoomY, kerasVersion, translationX = 0, translationY = 0 } = parameters;
  const moves = translationX !== 0 || translationY !== 0;
  if (rotation === 0 && shear === 0 && zoomX === 1 && zoomY === 1 && !moves) return undefined;
  const theta = (rotation * Math.PI) / 180;
  const k = (shear * Math.PI) / 180;
  const m00 = zoomX * Math.cos(theta);
  const m01 = -zoomY * Math.sin(theta + k);
  const m10 = zoomX * Math.sin(theta);
  const m11 = zoomY * Math.cos(theta + k);
  const shift = kerasVersion === '2.9' ? -0.5 : 0.5;
  // Keras names them x and y but gives the height for x, in all versions.
  const centreX = height / 2 + shift;
  const centreY = width / 2 + shift;
  const offsetX = centreX - (m00 * centreX + m01 * centreY);
  const offsetY = centreY - (m10 * centreX + m11 * centreY);
  const [down, right] = [translationY * height, translationX * width];
  return kerasVersion === '2.9'
    ? { matrix: [m11, m10, m01, m00], offset: [offsetY + down, offsetX + right] }
    : { matrix: [m00, m01, m10, m11], offset: [offsetX + down, offsetY + right] };
}

/**
 * Applies affine map, flips, gamma, contrast, blur, noise, JPEG, brightness and rescaling, in this order.
 *
 * @param pixels `width * height` grey bytes
 * @param out receives `width * height` floats from `offset` on, each the grey level (0..255) times `rescale` in float32
 * @param rescale default 1/255
 */
export function augment(
  pixels: Uint8Array,
  width: number,
  height: number,
  parameters: AugmentationParameters,
  out: Float32Array,
  offset: number,
  rescale: number = 1 / 255,
): void {
  const map = augmentationMatrix(parameters, width, height);
  const target = out.subarray(offset, offset + width * height);
  if (map === undefined) target.set(pixels);
  else sampleBilinear(pixels, width, height, map, target);
  if (parameters.flipHorizontal) {
    for (let row = 0; row < height; row++) target.subarray(row * width, (row + 1) * width).reverse();
  }
  if (parameters.flipVertical) flipRows(target, width, height);
  changeAppearance(target, width, height, parameters);
  finish(target, parameters, rescale);
}

/** SciPy's NI_GeometricTransform for order 1 and mode 'nearest': float64 arithmetic in its very order, then float32. */
export function sampleBilinear(
  pixels: Uint8Array,
  width: number,
  height: number,
  { matrix: [m00, m01, m10, m11], offset: [rowOffset, columnOffset] }: AffineMatrix,
  target: Float32Array,
): void {
  const lastRow = height - 1;
  const lastColumn = width - 1;
  for (let y = 0, at = 0; y < height; y++) {
    const rowStart = rowOffset + y * m00;
    const columnStart = columnOffset + y * m10;
    for (let x = 0; x < width; x++, at++) {
      let row = rowStart + x * m01;
      let column = columnStart + x * m11;
      row = row < 0 ? 0 : row > lastRow ? lastRow : row;
      column = column < 0 ? 0 : column > lastColumn ? lastColumn : column;
      const top = row | 0;
      const left = column | 0;
      const down = row - top;
      const right = column - left;
      const up = 1 - down;
      const back = 1 - right;
      const first = top * width + left;
      // On the last row or column the weight of the neighbour beyond is 0, so any pixel will do there.
      const nextColumn = left < lastColumn ? 1 : 0;
      const second = top < lastRow ? first + width : first;
      target[at] =
        (pixels[first] as number) * up * back +
        (pixels[first + nextColumn] as number) * up * right +
        (pixels[second] as number) * down * back +
        (pixels[second + nextColumn] as number) * down * right;
    }
  }
}

/**
 * Pillow's ImageEnhance.Brightness of each byte value: a blend with black in float32 that is cut off, not rounded
 * (Blend.c).
 */
export function brightnessTable(factor: number): Uint8Array {
  const alpha = Math.fround(factor);
  return Uint8Array.from({ length: 256 }, (_, value) =>
    Math.max(0, Math.min(255, Math.trunc(Math.fround(alpha * value)))),
  );
}

/** Brightness where wanted, then the rescaling. */
function finish(target: Float32Array, { brightness, kerasVersion }: AugmentationParameters, rescale: number): void {
  if (brightness === undefined) {
    const factor = Math.fround(rescale);
    for (let i = 0, end = target.length; i < end; i++) target[i] = Math.fround(target[i] as number) * factor;
    return;
  }
  // Until Keras 2.8 the way to a Pillow image stretched each image to 0..255 first.
  if (kerasVersion === '2.8') stretch(target);
  const rescaled = rescaleTable(rescale);
  const levels = Float32Array.from(brightnessTable(brightness), (value) => rescaled[value] as number);
  for (let i = 0, end = target.length; i < end; i++) target[i] = levels[(target[i] as number) | 0] as number;
}

/** keras-preprocessing 1.1.2 array_to_img(scale=True), in float32: subtract the minimum, divide by the maximum, times 255. */
function stretch(values: Float32Array): void {
  let minimum = Infinity;
  let maximum = -Infinity;
  for (const value of values) {
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  const span = Math.fround(maximum - minimum);
  for (let i = 0, end = values.length; i < end; i++) {
    const shifted = Math.fround((values[i] as number) - minimum);
    values[i] = Math.fround(span === 0 ? shifted : shifted / span) * 255;
  }
}

function flipRows(values: Float32Array, width: number, height: number): void {
  for (let row = 0; row < height >> 1; row++) {
    const above = values.subarray(row * width, (row + 1) * width);
    const below = values.subarray((height - 1 - row) * width, (height - row) * width);
    const kept = above.slice();
    above.set(below);
    below.set(kept);
  }
}
