/**
 * How pixels become a network's input. It travels inside the model file as JSON, so that every user of the model
 * prepares images as its training did; a mismatch is an error, never a warning.
 */
import { z } from 'zod';
import { PneumoscopeError } from '../errors.ts';

export interface PreprocessingSpec {
  readonly version: 1;
  /** of the network's input, pixels */
  readonly width: number;
  readonly height: number;
  readonly channels: 1;
  readonly resize: 'nearest';
  /** the float32 factor each pixel is multiplied by, 1/255 */
  readonly rescale: number;
}

const side = z.int().min(1).max(4096);

export const preprocessingSpecSchema: z.ZodType<PreprocessingSpec> = z.strictObject({
  version: z.literal(1),
  width: side,
  height: side,
  channels: z.literal(1),
  resize: z.literal('nearest'),
  rescale: z.number().positive(),
});

/** The article's: grey, nearest, 1/255. */
export function createPreprocessingSpec(width: number, height: number = width): PreprocessingSpec {
  return { version: 1, width, height, channels: 1, resize: 'nearest', rescale: 1 / 255 };
}

/**
 * @param where named in the error sentence, such as the model file
 * @throws PneumoscopeError E_MODEL_FILE when a field is missing, unknown or impossible
 */
export function parsePreprocessingSpec(value: unknown, where = 'the preprocessing spec'): PreprocessingSpec {
  const result = preprocessingSpecSchema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => `${path.join('.') || 'spec'}: ${message}`).join('; ');
  throw new PneumoscopeError(
    'E_MODEL_FILE',
    `${where} does not describe a preprocessing this version knows (${issues})`,
  );
}

/** One string for each spec; equal strings mean equal pixels and equal network input. */
export function preprocessingSpecKey(spec: PreprocessingSpec): string {
  const { version, width, height, channels, resize, rescale } = spec;
  return `v${version}-${width}x${height}x${channels}-${resize}-${Math.fround(rescale)}`;
}
