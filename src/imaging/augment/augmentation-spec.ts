/** Which random changes a training image may undergo, in the words of Keras's ImageDataGenerator, and the draw of one. */
import { z } from 'zod';
import { PneumoscopeError } from '../../base/errors.ts';
import { describeFaults } from '../../base/schema-faults.ts';
import type { RandomGenerator } from '../../base/random.ts';

/** The random changes of training images. Where two numbers stand, one between them is drawn for each image. */
export interface AugmentationSpec {
  /** The angle that the image is turned by, in degrees: uniform in [-rotation, rotation). A number from 0 to 180. */
  readonly rotation: number;
  /** The angle that the image is sheared by, in degrees as in Keras: uniform in [-shear, shear). A number from 0 to 80. */
  readonly shear: number;
  /** The factors of width and height, drawn independently. A number z means [1 - z, 1 + z]. Above 1 zooms out. A number from 0 to 0.95 or [a number of at least 0.05, a number of at least 0.05]. */
  readonly zoom: number | readonly [low: number, high: number];
  /** The factor of the grey levels. Null: the levels stay. */
  readonly brightness: readonly [low: number, high: number] | null;
  /** Whether half of the images are mirrored from left to right. */
  readonly horizontalFlip: boolean;
  /** Whether half of the images are mirrored from top to bottom. */
  readonly verticalFlip: boolean;
  /** Whose transform: 2.8 stands for each version up to it, 2.9 for each later one. Centre, axis order and brightness differ. */
  readonly kerasVersion: '2.8' | '2.9';
  /** The share of width and height by which the image is moved at most, either way. Absent: the image stays. A number above 0 and at most 0.5. */
  readonly translation?: number;
  /** The exponent of the grey level as a share of white, uniform in its logarithm. Absent: 1. [a number of at least 0.1, a number of at least 0.1]. */
  readonly gamma?: readonly [low: number, high: number];
  /** The factor of each pixel's distance from the image's mean. Absent: 1. */
  readonly contrast?: readonly [low: number, high: number];
  /** Half of the images are blurred by a Gaussian. Its standard deviation is uniform up to this, in pixels. Absent: no blur. A number above 0 and at most 20. */
  readonly blur?: number;
  /** Half of the images get Gaussian noise. Its standard deviation is uniform up to this, in grey levels. Absent: no noise. A number above 0 and at most 128. */
  readonly noise?: number;
  /** Half of the images get what a JPEG of a quality in this range does to pixels. Absent: no JPEG. [a whole number from 1 to 100, a whole number from 1 to 100]. */
  readonly jpegQuality?: readonly [low: number, high: number];
  /** The share of the images whose appearance is changed at all: by gamma, contrast, blur, noise or JPEG. The others stay as they come. Absent: 1. A number from 0 to 1. */
  readonly appearanceShare?: number;
}

/** What happens to one image. */
export interface AugmentationParameters {
  /** degrees */
  readonly rotation: number;
  /** degrees */
  readonly shear: number;
  readonly zoomX: number;
  readonly zoomY: number;
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
  /** undefined: no brightness step, so no truncation to whole grey levels either */
  readonly brightness: number | undefined;
  readonly kerasVersion: '2.8' | '2.9';
  /** shares of width and height; absent: 0 */
  readonly translationX?: number;
  readonly translationY?: number;
  /** absent: 1 */
  readonly gamma?: number;
  /** absent: 1 */
  readonly contrast?: number;
  /** standard deviation, pixels; absent: 0 */
  readonly blur?: number;
  /** standard deviation, grey levels, and the seed of its random numbers; absent: none */
  readonly noise?: { readonly deviation: number; readonly seed: number };
  /** absent: not encoded */
  readonly jpegQuality?: number;
}

/** Leaves an image as it is. */
export const noAugmentation: AugmentationParameters = {
  rotation: 0,
  shear: 0,
  zoomX: 1,
  zoomY: 1,
  flipHorizontal: false,
  flipVertical: false,
  brightness: undefined,
  kerasVersion: '2.9',
};

// The descriptions below are the doc comments above, word for word: a test compares them.
const pair = (end: z.ZodNumber) =>
  z.tuple([end, end]).refine(([low, high]) => low <= high, { error: 'the first number must not be above the second' });

export const augmentationSpecSchema = z.strictObject({
  rotation: z
    .number()
    .min(0)
    .max(180)
    .describe('The angle that the image is turned by, in degrees: uniform in [-rotation, rotation).'),
  shear: z
    .number()
    .min(0)
    .max(80)
    .describe('The angle that the image is sheared by, in degrees as in Keras: uniform in [-shear, shear).'),
  zoom: z
    .union([z.number().min(0).max(0.95), pair(z.number().min(0.05))])
    .describe(
      'The factors of width and height, drawn independently. A number z means [1 - z, 1 + z]. Above 1 zooms out.',
    ),
  brightness: pair(z.number().min(0)).nullable().describe('The factor of the grey levels. Null: the levels stay.'),
  horizontalFlip: z.boolean().describe('Whether half of the images are mirrored from left to right.'),
  verticalFlip: z.boolean().describe('Whether half of the images are mirrored from top to bottom.'),
  kerasVersion: z
    .enum(['2.8', '2.9'])
    .describe(
      'Whose transform: 2.8 stands for each version up to it, 2.9 for each later one. Centre, axis order and brightness differ.',
    ),
  translation: z
    .number()
    .positive()
    .max(0.5)
    .exactOptional()
    .describe(
      'The share of width and height by which the image is moved at most, either way. Absent: the image stays.',
    ),
  gamma: pair(z.number().min(0.1))
    .exactOptional()
    .describe('The exponent of the grey level as a share of white, uniform in its logarithm. Absent: 1.'),
  contrast: pair(z.number().min(0))
    .exactOptional()
    .describe("The factor of each pixel's distance from the image's mean. Absent: 1."),
  blur: z
    .number()
    .positive()
    .max(20)
    .exactOptional()
    .describe(
      'Half of the images are blurred by a Gaussian. Its standard deviation is uniform up to this, in pixels. Absent: no blur.',
    ),
  noise: z
    .number()
    .positive()
    .max(128)
    .exactOptional()
    .describe(
      'Half of the images get Gaussian noise. Its standard deviation is uniform up to this, in grey levels. Absent: no noise.',
    ),
  jpegQuality: pair(z.int().min(1).max(100))
    .exactOptional()
    .describe('Half of the images get what a JPEG of a quality in this range does to pixels. Absent: no JPEG.'),
  appearanceShare: z
    .number()
    .min(0)
    .max(1)
    .exactOptional()
    .describe(
      'The share of the images whose appearance is changed at all: by gamma, contrast, blur, noise or JPEG. The others stay as they come. Absent: 1.',
    ),
} satisfies Record<keyof AugmentationSpec, z.ZodType>) satisfies z.ZodType<AugmentationSpec>;

/** The article's: rotation 15, shear 5, zoom 0.2, brightness 0.9 to 1.1, no flips. */
export const articleAugmentation: AugmentationSpec = {
  rotation: 15,
  shear: 5,
  zoom: 0.2,
  brightness: [0.9, 1.1],
  horizontalFlip: false,
  verticalFlip: false,
  kerasVersion: '2.9',
};

/** @throws PneumoscopeError E_RECIPE when a setting is missing, unknown or impossible */
export function parseAugmentationSpec(value: unknown, where = 'the augmentation'): AugmentationSpec {
  const result = augmentationSpecSchema.safeParse(value);
  if (result.success) return result.data;
  const faults = describeFaults(augmentationSpecSchema, value, result.error.issues, {
    whole: 'the augmentation',
    part: 'setting',
  });
  throw new PneumoscopeError('E_RECIPE', `${where} has settings that cannot be used (${faults})`);
}

/**
 * Draws in Keras's order (ImageDataGenerator.get_random_transform): rotation, shear, two zooms, two flips, brightness; then what
 * Keras has not, in the order of the spec. The flips are drawn even where they are off, the others only where their range is not empty.
 */
export function drawAugmentation(spec: AugmentationSpec, random: RandomGenerator): AugmentationParameters {
  const { kerasVersion } = spec;
  const rotation = spec.rotation === 0 ? 0 : random.uniform(-spec.rotation, spec.rotation);
  const shear = spec.shear === 0 ? 0 : random.uniform(-spec.shear, spec.shear);
  const [low, high] = typeof spec.zoom === 'number' ? [1 - spec.zoom, 1 + spec.zoom] : spec.zoom;
  const zooms = low !== 1 || high !== 1;
  const zoomX = zooms ? random.uniform(low, high) : 1;
  const zoomY = zooms ? random.uniform(low, high) : 1;
  const flipHorizontal = random.next() < 0.5 && spec.horizontalFlip;
  const flipVertical = random.next() < 0.5 && spec.verticalFlip;
  const brightness = spec.brightness === null ? undefined : random.uniform(...spec.brightness);
  const keras = { rotation, shear, zoomX, zoomY, flipHorizontal, flipVertical, brightness, kerasVersion };
  return { ...keras, ...drawBeyondKeras(spec, random) };
}

function drawBeyondKeras(spec: AugmentationSpec, random: RandomGenerator): Partial<AugmentationParameters> {
  const { translation, appearanceShare } = spec;
  return {
    ...(translation !== undefined && {
      translationX: random.uniform(-translation, translation),
      translationY: random.uniform(-translation, translation),
    }),
    ...((appearanceShare === undefined || random.next() < appearanceShare) && drawAppearance(spec, random)),
  };
}

function drawAppearance(spec: AugmentationSpec, random: RandomGenerator): Partial<AugmentationParameters> {
  const { gamma, contrast, blur, noise, jpegQuality } = spec;
  return {
    ...(gamma && { gamma: Math.exp(random.uniform(Math.log(gamma[0]), Math.log(gamma[1]))) }),
    ...(contrast && { contrast: random.uniform(...contrast) }),
    ...(blur !== undefined && random.next() < 0.5 && { blur: random.uniform(0, blur) }),
    ...(noise !== undefined &&
      random.next() < 0.5 && { noise: { deviation: random.uniform(0, noise), seed: random.nextUint32() } }),
    ...(jpegQuality &&
      random.next() < 0.5 && { jpegQuality: jpegQuality[0] + random.integer(jpegQuality[1] - jpegQuality[0] + 1) }),
  };
}
