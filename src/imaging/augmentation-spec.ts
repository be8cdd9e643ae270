/** Which random changes a training image may undergo, in the words of Keras's ImageDataGenerator, and the draw of one. */
import { z } from 'zod';
import { PneumoscopeError } from '../errors.ts';
import type { RandomGenerator } from '../random.ts';

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
}

const range = (minimum: number) =>
  z
    .tuple([z.number().min(minimum), z.number()])
    .refine(([low, high]) => low <= high, { error: 'the first number must not be above the second' });

export const augmentationSpecSchema: z.ZodType<AugmentationSpec> = z.strictObject({
  rotation: z.number().min(0).max(180),
  shear: z.number().min(0).max(80),
  zoom: z.union([z.number().min(0).max(0.95), range(0.05)]),
  brightness: range(0).nullable(),
  horizontalFlip: z.boolean(),
  verticalFlip: z.boolean(),
  kerasVersion: z.enum(['2.8', '2.9']),
});

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
  const issues = result.error.issues.map(({ path, message }) => `${path.join('.') || 'spec'}: ${message}`).join('; ');
  throw new PneumoscopeError('E_RECIPE', `${where} has settings that cannot be used (${issues})`);
}

/**
 * Draws in Keras's order (ImageDataGenerator.get_random_transform): rotation, shear, two zooms, two flips, brightness.
 * The flips are drawn even where they are off, the others only where their range is not empty.
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
  return { rotation, shear, zoomX, zoomY, flipHorizontal, flipVertical, brightness, kerasVersion };
}
