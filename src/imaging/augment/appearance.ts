/**
 * What another machine, another export or another hospital does to an X-ray without changing what it shows: the response curve, the
 * contrast, the sharpness, the noise, the compression. A network that learned from one hospital's files should not mind.
 */
import { RandomGenerator } from '../../base/random.ts';
import type { AugmentationParameters } from './augmentation-spec.ts';
import { quantizeAsJpeg } from './jpeg-quantization.ts';

/**
 * Gamma, contrast, blur, noise and JPEG, in this order; nothing where none is wanted.
 *
 * @param target `width * height` grey levels 0..255, changed in place, and within 0..255 afterwards
 */
export function changeAppearance(
  target: Float32Array,
  width: number,
  height: number,
  { gamma = 1, contrast = 1, blur = 0, noise, jpegQuality }: AugmentationParameters,
): void {
  if (gamma !== 1) applyGamma(target, gamma);
  if (contrast !== 1) applyContrast(target, contrast);
  if (blur > 0) blurGaussian(target, width, height, blur);
  if (noise !== undefined) addNoise(target, noise.deviation, noise.seed);
  if (jpegQuality !== undefined) quantizeAsJpeg(target, width, height, jpegQuality);
}

/** 255 (v / 255)^gamma: above 1 darker, below 1 brighter. Between whole levels the curve is a chord. */
function applyGamma(target: Float32Array, gamma: number): void {
  const curve = Float64Array.from({ length: 257 }, (_, level) => 255 * Math.min(1, level / 255) ** gamma);
  for (let i = 0, end = target.length; i < end; i++) {
    const value = target[i] as number;
    const below = value | 0;
    const low = curve[below] as number;
    target[i] = low + (value - below) * ((curve[below + 1] as number) - low);
  }
}

/** mean + factor (v - mean), cut off at black and white. */
function applyContrast(target: Float32Array, factor: number): void {
  let sum = 0;
  for (const value of target) sum += value;
  const mean = sum / target.length;
  for (let i = 0, end = target.length; i < end; i++) {
    target[i] = Math.max(0, Math.min(255, mean + factor * ((target[i] as number) - mean)));
  }
}

/** A Gaussian cut off at three standard deviations, first along the rows, then along the columns; edges are continued. */
function blurGaussian(target: Float32Array, width: number, height: number, deviation: number): void {
  const reach = Math.ceil(3 * deviation);
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * deviation ** 2)),
  );
  const total = kernel.reduce((sum, weight) => sum + weight, 0);
  const weights = kernel.map((weight) => weight / total);
  const line = new Float64Array(Math.max(width, height) + 2 * reach);
  const blurLines = (lines: number, length: number, start: number, step: number): void => {
    for (let l = 0; l < lines; l++) {
      const first = l * start;
      for (let i = -reach; i < length + reach; i++) {
        line[i + reach] = target[first + Math.max(0, Math.min(length - 1, i)) * step] as number;
      }
      for (let i = 0; i < length; i++) {
        let sum = 0;
        for (let k = 0, end = weights.length; k < end; k++) sum += (weights[k] as number) * (line[i + k] as number);
        target[first + i * step] = sum;
      }
    }
  };
  blurLines(height, width, width, 1);
  blurLines(width, height, 1, width);
}

/** A normal deviate for each of 2^16 equally likely draws: exact enough for noise, and twenty times as fast as computing each. */
let deviates: Float32Array | undefined;

function addNoise(target: Float32Array, deviation: number, seed: number): void {
  if (deviates === undefined) {
    const source = new RandomGenerator(0);
    deviates = Float32Array.from({ length: 65_536 }, () => source.normal());
  }
  const random = new RandomGenerator(seed);
  for (let i = 0, end = target.length; i < end; i++) {
    const noise = deviation * (deviates[random.nextUint32() >>> 16] as number);
    target[i] = Math.max(0, Math.min(255, (target[i] as number) + noise));
  }
}
