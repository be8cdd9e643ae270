/** Digits drawn at random places under noise: a data set that needs no file. */
import { RandomGenerator } from '../src/base/random.ts';
import type { LabelledArrays } from '../src/engine/fit/array-batches.ts';

/** 4 x 6 pixels each: one hexadecimal figure a row. */
const bitmaps = ['699996', '262227', '69124f', 'e1611e', '26af22', 'f8e11e', '68e996', 'f12244', '696996', '699716'];

export const digitSide = 12;

/** @param noise what is added to each pixel, uniform in [-noise, noise); ink is 1 */
export function drawDigits(count: number, seed: number, noise = 0.3): LabelledArrays {
  const random = new RandomGenerator(seed);
  const images = new Float32Array(count * digitSide ** 2);
  const labels = Int32Array.from({ length: count }, () => random.integer(bitmaps.length));
  for (let image = 0; image < count; image++) {
    const bitmap = bitmaps[labels[image] as number] as string;
    const left = random.integer(digitSide - 3);
    const top = random.integer(digitSide - 5);
    for (let y = 0; y < digitSide; y++) {
      const row = parseInt(bitmap[y - top] ?? '0', 16);
      for (let x = 0; x < digitSide; x++) {
        const isInk = x >= left && x < left + 4 && ((row >> (left + 3 - x)) & 1) === 1;
        images[(image * digitSide + y) * digitSide + x] = Number(isInk) + random.uniform(-noise, noise);
      }
    }
  }
  return { images, labels };
}
