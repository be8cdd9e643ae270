/**
 * How pixels become a network's input. It travels inside the model file as JSON, so that every user of the model
 * prepares images as its training did; a mismatch is an error, never a warning.
 */
import { z } from 'zod';
import { PneumoscopeError } from '../../base/errors.ts';
import { describeFaults } from '../../base/schema-faults.ts';

/**
 * What may differ from the article's way. Each takes away something that can tell the classes apart although it has
 * nothing to do with lungs. They are applied in the order in which they stand here; see `crop.ts`, `letterbox.ts`, `histogram.ts` and
 * `recompress.ts`.
 */
export interface PreprocessingOptions {
  /** The share of width and height that is cut off each of the four sides. Absent: nothing is cut. A number above 0 and at most 0.3. */
  readonly crop?: number;
  /** How an image comes to its size: letterbox keeps its aspect ratio, on black. Absent: the image is stretched. */
  readonly fit?: 'letterbox';
  /** What the grey levels of each image are mapped to. Absent: the levels stay. */
  readonly histogram?: 'uniform' | 'normal';
  /** The resized image is encoded as a JPEG of this quality and decoded again. Absent: no JPEG. A whole number from 1 to 100. */
  readonly jpegQuality?: number;
}

export interface PreprocessingSpec extends PreprocessingOptions {
  /** The format of this table. There is only 1. */
  readonly version: 1;
  /** The width of the network's input, pixels. */
  readonly width: number;
  /** The height of the network's input, pixels. */
  readonly height: number;
  /** The channels of an image. Networks see grey images. */
  readonly channels: 1;
  /** How pixels are read: nearest without a filter, so a reduction aliases; bilinear antialiased, as Pillow's Image.BILINEAR. */
  readonly resize: 'nearest' | 'bilinear';
  /** The float32 factor of each grey level 0..255. 1/255 makes shares of white. */
  readonly rescale: number;
}

// The descriptions are the doc comments above, word for word: a test compares them.
const side = z.int().min(1).max(4096);

const options = {
  crop: z
    .number()
    .positive()
    .max(0.3)
    .exactOptional()
    .describe('The share of width and height that is cut off each of the four sides. Absent: nothing is cut.'),
  fit: z
    .literal('letterbox')
    .exactOptional()
    .describe(
      'How an image comes to its size: letterbox keeps its aspect ratio, on black. Absent: the image is stretched.',
    ),
  histogram: z
    .enum(['uniform', 'normal'])
    .exactOptional()
    .describe('What the grey levels of each image are mapped to. Absent: the levels stay.'),
  jpegQuality: z
    .int()
    .min(1)
    .max(100)
    .exactOptional()
    .describe('The resized image is encoded as a JPEG of this quality and decoded again. Absent: no JPEG.'),
} satisfies Record<keyof PreprocessingOptions, z.ZodType>;

/** In the order in which they are applied. */
export const preprocessingOptionNames = Object.keys(options) as readonly (keyof PreprocessingOptions)[];

export const preprocessingSpecSchema = z.strictObject({
  version: z.literal(1).describe('The format of this table. There is only 1.'),
  width: side.describe("The width of the network's input, pixels."),
  height: side.describe("The height of the network's input, pixels."),
  channels: z.literal(1).describe('The channels of an image. Networks see grey images.'),
  resize: z
    .enum(['nearest', 'bilinear'])
    .describe(
      "How pixels are read: nearest without a filter, so a reduction aliases; bilinear antialiased, as Pillow's Image.BILINEAR.",
    ),
  rescale: z.number().positive().describe('The float32 factor of each grey level 0..255. 1/255 makes shares of white.'),
  ...options,
} satisfies Record<keyof PreprocessingSpec, z.ZodType>) satisfies z.ZodType<PreprocessingSpec>;

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
  const faults = describeFaults(preprocessingSpecSchema, value, result.error.issues);
  throw new PneumoscopeError(
    'E_MODEL_FILE',
    `${where} does not describe a preprocessing this version knows (${faults})`,
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
