/** Which random changes a training image may undergo, in the words of Keras's ImageDataGenerator, and the draw of one. */
import { z } from 'zod';
import { PneumoscopeError } from '../../base/errors.ts';
import type { RandomGenerator } from '../../base/random.ts';

export interface AugmentationSpec {
  /** degrees; the angle is uniform in [-rotation, rotation) */
  readonly rotation: number;
  /** degrees, as in Keras; uniform in [-shear, shear) */
  readonly shear: number;
  /** z means [1 - z, 1 + z]; drawn independently for the two axes; above 1 zooms out */
  readonly zoom: number | readonly [low: number, high: number];
  /** factor; null leaves the brightness alone */
  readonly brightness: readonly [low: number, high: number] | null;
  readonly horizontalFlip: boolean;
  readonly verticalFlip: boolean;
  /** '2.8' also stands for every version before it, '2.9' for every one after: centre, axis order and brightness differ */
  readonly kerasVersion: '2.8' | '2.9';
  /** share of width and height by which the image is moved at most, either way; absent: it is not moved */
  readonly translation?: number;
  /** exponent of the grey level as a share of white, uniform in its logarithm; absent: none */
  readonly gamma?: readonly [low: number, high: number];
  /** factor of each pixel's distance from the image's mean; absent: none */
  readonly contrast?: readonly [low: number, high: number];
  /** pixels; half of the images are blurred by a Gaussian whose standard deviation is uniform up to this; absent: none */
  readonly blur?: number;
  /** grey levels; half of the images get Gaussian noise whose standard deviation is uniform up to this; absent: none */
  readonly noise?: number;
  /** 1 to 100; half of the images are encoded as a JPEG of a quality in this range and decoded again; absent: none */
  readonly jpegQuality?: readonly [low: number, high: number];
  /** share of the images whose appearance is changed at all, by gamma, contrast, blur, noise or JPEG; absent: every one's */
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

const range = (minimum: number) =>
  z
    .tuple([z.number().min(minimum), z.number()])
    .refine(([low, high]) => low <= high, { error: 'the first number must not be above the second' });

export const augmentationSpecSchema = z.strictObject({
  rotation: z.number().min(0).max(180),
  shear: z.number().min(0).max(80),
  zoom: z.union([z.number().min(0).max(0.95), range(0.05)]),
  brightness: range(0).nullable(),
  horizontalFlip: z.boolean(),
  verticalFlip: z.boolean(),
  kerasVersion: z.enum(['2.8', '2.9']),
  translation: z.number().positive().max(0.5).exactOptional(),
  gamma: range(0.1).exactOptional(),
  contrast: range(0).exactOptional(),
  blur: z.number().positive().max(20).exactOptional(),
  noise: z.number().positive().max(128).exactOptional(),
  jpegQuality: z
    .tuple([z.int().min(1).max(100), z.int().min(1).max(100)])
    .refine(([low, high]) => low <= high, { error: 'the first number must not be above the second' })
    .exactOptional(),
  appearanceShare: z.number().min(0).max(1).exactOptional(),
});

/** All settings by name, those that may be left out included. */
export const augmentationSettings: readonly string[] = Object.keys(augmentationSpecSchema.shape);

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

// The schema and the type say the same.
augmentationSpecSchema satisfies z.ZodType<AugmentationSpec>;

/** @throws PneumoscopeError E_RECIPE when a setting is missing, unknown or impossible */
export function parseAugmentationSpec(value: unknown, where = 'the augmentation'): AugmentationSpec {
  const result = augmentationSpecSchema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => `${path.join('.') || 'spec'}: ${message}`).join('; ');
  throw new PneumoscopeError('E_RECIPE', `${where} has settings that cannot be used (${issues})`);
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
