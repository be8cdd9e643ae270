/**
 * How pixels become a network's input. It travels inside the model file as JSON, so that every user of the model
 * prepares images as its training did; a mismatch is an error, never a warning.
 */
import { z } from 'zod';
import { PneumoscopeError } from '../../base/errors.ts';

/**
 * What may differ from the article's way. Each takes away something that can tell the classes apart although it has
 * nothing to do with lungs. They are applied in the order in which they stand here.
 */
export interface PreprocessingOptions {
  /** share of width and height cut from each of the four sides, above 0, at most 0.3; see `crop.ts`; absent: none */
  readonly crop?: number;
  /** the aspect ratio is kept, on black; see `letterbox.ts`; absent: stretched to the size */
  readonly fit?: 'letterbox';
  /** what each image's grey levels are mapped to; see `histogram.ts`; absent: left as they are */
  readonly histogram?: 'uniform' | 'normal';
  /** 1 to 100: the resized image is encoded and decoded again; see `recompress.ts`; absent: it is not */
  readonly jpegQuality?: number;
}

export interface PreprocessingSpec extends PreprocessingOptions {
  readonly version: 1;
  /** of the network's input, pixels */
  readonly width: number;
  readonly height: number;
  readonly channels: 1;
  /** nearest: no filter, so a reduction aliases; bilinear: antialiased, Pillow's `Image.BILINEAR` */
  readonly resize: 'nearest' | 'bilinear';
  /** the float32 factor each pixel is multiplied by, 1/255 */
  readonly rescale: number;
}

const side = z.int().min(1).max(4096);

/** For every place where they can be written down. */
export const resizeSchema = z.enum(['nearest', 'bilinear']);
export const preprocessingOptionSchemas = {
  crop: z.number().positive().max(0.3).exactOptional(),
  fit: z.literal('letterbox').exactOptional(),
  histogram: z.enum(['uniform', 'normal']).exactOptional(),
  jpegQuality: z.int().min(1).max(100).exactOptional(),
};

export const preprocessingSpecSchema: z.ZodType<PreprocessingSpec> = z.strictObject({
  version: z.literal(1),
  width: side,
  height: side,
  channels: z.literal(1),
  resize: resizeSchema,
  rescale: z.number().positive(),
  ...preprocessingOptionSchemas,
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

/** One string for each spec; equal strings mean equal pixels and equal network input. It can be a folder's name. */
export function preprocessingSpecKey(spec: PreprocessingSpec): string {
  const { version, width, height, channels, resize, rescale, crop, fit, histogram, jpegQuality, ...rest } = spec;
  // A field added to the spec must be added here: this line does not compile until it is.
  rest satisfies { [name: string]: never };
  const options = [
    ...(crop === undefined ? [] : [`crop${crop}`]),
    ...(fit === undefined ? [] : [fit]),
    ...(histogram === undefined ? [] : [histogram]),
    ...(jpegQuality === undefined ? [] : [`jpeg${jpegQuality}`]),
  ];
  return [`v${version}-${width}x${height}x${channels}-${resize}-${Math.fround(rescale)}`, ...options].join('-');
}
