/** Small images of made-up classes that a tiny network can tell apart, drawn from a seed. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { RandomGenerator } from '../src/base/random.ts';

export interface TinyImages {
  /** count * side * side grey bytes */
  readonly pixels: Uint8Array;
  readonly labels: readonly number[];
}

/** Noise with a bright square for class 1, a dark one for class 2 ...; labels 0, 1, ... by turns. */
export function drawTinyImages(
  count: number,
  side: number,
  options: { classes?: number; seed?: number } = {},
): TinyImages {
  const { classes = 2, seed = 0 } = options;
  const pixels = new Uint8Array(count * side * side);
  const labels = Array.from({ length: count }, (_, index) => index % classes);
  for (const [index, label] of labels.entries()) {
    const random = new RandomGenerator(seed, 77, index);
    const image = pixels.subarray(index * side * side, (index + 1) * side * side);
    for (let i = 0; i < image.length; i++) image[i] = 80 + random.integer(60);
    const square = Math.ceil(side / 3);
    const [top, left] = [random.integer(side - square), random.integer(side - square)];
    if (label === 0) continue;
    for (let y = top; y < top + square; y++) {
      image.fill(label === 1 ? 220 : 10, y * side + left, y * side + left + square);
    }
  }
  return { pixels, labels };
}

/** ROOT/{train,validation}/CLASS/0.png ... */
export async function writeTinyDataset(
  root: string,
  options: { side: number; train: number; validation: number; classNames?: readonly string[]; seed?: number },
): Promise<void> {
  const { side, classNames = ['NORMAL', 'PNEUMONIA'], seed = 0 } = options;
  for (const [part, split] of (['train', 'validation'] as const).entries()) {
    const images = drawTinyImages(options[split], side, { classes: classNames.length, seed: seed * 2 + part });
    for (const [index, label] of images.labels.entries()) {
      const folder = path.join(root, split, classNames[label] as string);
      await mkdir(folder, { recursive: true });
      const bytes = images.pixels.subarray(index * side * side, (index + 1) * side * side);
      await sharp(bytes, { raw: { width: side, height: side, channels: 1 } })
        .png()
        .toFile(path.join(folder, `${index}.png`));
    }
  }
}

/**
 * ROOT/NORMAL/IM-0001-0001.png, ROOT/PNEUMONIA/person1_virus_1.png ...: one or two images each of as many patients of either class, named as
 * the Kermany X-rays.
 *
 * @returns how many images there are
 */
export async function writeTinyPatients(root: string, options: { side: number; patients: number }): Promise<number> {
  const { side, patients } = options;
  const images = drawTinyImages(patients * 4, side);
  let written = 0;
  for (const [index, label] of images.labels.entries()) {
    const patient = 1 + Math.floor(index / 4);
    const image = 1 + Math.floor((index % 4) / 2);
    // Every third patient has a second image.
    if (image === 2 && patient % 3 !== 0) continue;
    const number = String(patient).padStart(4, '0');
    const [folder, name] =
      label === 0 ? ['NORMAL', `IM-${number}-000${image}.png`] : ['PNEUMONIA', `person${patient}_virus_${image}.png`];
    await mkdir(path.join(root, folder), { recursive: true });
    const bytes = images.pixels.subarray(index * side * side, (index + 1) * side * side);
    await sharp(bytes, { raw: { width: side, height: side, channels: 1 } })
      .png()
      .toFile(path.join(root, folder, name));
    written += 1;
  }
  return written;
}
