/**
 * What happens to the same X-ray on its way through another hospital: another compression, response curve, resolution, framing or
 * table angle. Each is a fixed change of the decoded image before the preprocessing, so that a model can be asked whether its
 * answers hold.
 */
import { changeAppearance } from './appearance.ts';
import { augmentationMatrix, sampleBilinear } from './augmentation.ts';
import { noAugmentation, type AugmentationParameters } from './augmentation-spec.ts';
import { cropBorder } from '../prepare/crop.ts';
import type { GrayImage } from '../gray-image.ts';
import { resizeBilinear } from '../prepare/resample.ts';

export interface ImageShift {
  /** For tables and flags. */
  readonly name: string;
  readonly description: string;
  /** A new image; the one given is left alone. */
  readonly apply: (image: GrayImage) => GrayImage;
}

export const imageShifts: readonly ImageShift[] = [
  appearance('jpeg-50', 'compressed as JPEG of quality 50', () => ({ jpegQuality: 50 })),
  appearance('jpeg-20', 'compressed as JPEG of quality 20', () => ({ jpegQuality: 20 })),
  appearance('gamma-0.7', 'brighter: gamma 0.7', () => ({ gamma: 0.7 })),
  appearance('gamma-1.4', 'darker: gamma 1.4', () => ({ gamma: 1.4 })),
  appearance('contrast-0.7', 'contrast times 0.7 about the mean', () => ({ contrast: 0.7 })),
  appearance('contrast-1.4', 'contrast times 1.4 about the mean', () => ({ contrast: 1.4 })),
  appearance('blur', 'blurred: a Gaussian of 0.4 % of the shorter side', (side) => ({ blur: 0.004 * side })),
  appearance('noise', 'Gaussian noise of 8 grey levels', () => ({ noise: { deviation: 8, seed: 1 } })),
  {
    name: 'reduced-112',
    description: 'reduced to 112 pixels on its shorter side',
    apply: (image) => reduce(image, 112),
  },
  { name: 'crop-5', description: '5 % cut from each side', apply: (image) => cropBorder(image, 0.05) },
  { name: 'crop-10', description: '10 % cut from each side', apply: (image) => cropBorder(image, 0.1) },
  { name: 'frame-10', description: 'a black frame of 10 % around it', apply: (image) => frame(image, 0.1) },
  turn('turn-left', 'turned left by 7 degrees', 7),
  turn('turn-right', 'turned right by 7 degrees', -7),
  { name: 'mirrored', description: 'left and right exchanged', apply: mirror },
];

/** @param change of an image with this shorter side, pixels */
function appearance(
  name: string,
  description: string,
  change: (side: number) => Partial<AugmentationParameters>,
): ImageShift {
  return {
    name,
    description,
    apply: ({ width, height, data }) => {
      const levels = Float32Array.from(data);
      changeAppearance(levels, width, height, { ...noAugmentation, ...change(Math.min(width, height)) });
      return { width, height, data: toBytes(levels) };
    },
  };
}

/** Counter-clockwise for positive degrees; the edge's pixels fill what comes in. */
function turn(name: string, description: string, degrees: number): ImageShift {
  return {
    name,
    description,
    apply: (image) => {
      const { width, height, data } = image;
      const map = augmentationMatrix({ ...noAugmentation, rotation: degrees }, width, height);
      if (map === undefined) return image;
      const levels = new Float32Array(width * height);
      sampleBilinear(data, width, height, map, levels);
      return { width, height, data: toBytes(levels) };
    },
  };
}

function reduce(image: GrayImage, side: number): GrayImage {
  const factor = side / Math.min(image.width, image.height);
  if (factor >= 1) return image;
  return resizeBilinear(image, Math.round(image.width * factor), Math.round(image.height * factor));
}

function frame({ width, height, data }: GrayImage, share: number): GrayImage {
  const [left, top] = [Math.round(width * share), Math.round(height * share)];
  const wide = width + 2 * left;
  const framed = new Uint8Array(wide * (height + 2 * top));
  for (let y = 0; y < height; y++) framed.set(data.subarray(y * width, (y + 1) * width), (top + y) * wide + left);
  return { width: wide, height: height + 2 * top, data: framed };
}

function mirror({ width, height, data }: GrayImage): GrayImage {
  const mirrored = new Uint8Array(data);
  for (let y = 0; y < height; y++) mirrored.subarray(y * width, (y + 1) * width).reverse();
  return { width, height, data: mirrored };
}

function toBytes(levels: Float32Array): Uint8Array {
  return Uint8Array.from(levels, (level) => Math.round(level));
}
