/** Guards fitted on phantoms or on any other images, for tests. */
import { planPhantoms } from '../src/data/phantoms/phantoms.ts';
import { renderPhantom } from '../src/data/phantoms/phantom-render.ts';
import type { GuardImages } from '../src/model/guard/fit-guard.ts';
import type { GrayImage } from '../src/imaging/gray-image.ts';

export const phantomSide = 64;

/** The first so many phantoms of a seed. */
export function drawPhantoms(count: number, seed: number): GrayImage[] {
  return planPhantoms(count, seed)
    .slice(0, count)
    .map((phantom) => renderPhantom({ seed, ...phantom }, phantomSide));
}

/** Images of one size behind each other. */
export function joinImages(images: readonly GrayImage[]): GuardImages {
  const { width, height } = images[0] as GrayImage;
  const pixels = new Uint8Array(images.length * width * height);
  images.forEach(({ data }, index) => pixels.set(data, index * width * height));
  return { pixels, width, height };
}
