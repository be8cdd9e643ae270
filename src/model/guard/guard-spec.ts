/** The input guard as it travels in a model file: the entry `pneumoscope.guard`, JSON with its arrays in base64. */
import { z } from 'zod';
import { openSubspace, type Subspace } from './subspace.ts';

/** Where a figure's scale lies: of the X-rays that the thresholds were chosen on. */
export interface FigureScale {
  readonly middle: number;
  /** Above the middle; one image in a hundred lies beyond. */
  readonly limit: number;
}

export interface GuardSpec {
  readonly version: 1;
  /** Cells of the thumbnail along each side. */
  readonly side: number;
  /** Little-endian float32 in base64; `side * side` numbers. */
  readonly mean: string;
  /** The same; `side * side` numbers for each of {@link variances}. */
  readonly components: string;
  readonly variances: string;
  readonly restVariance: number;
  readonly scales: {
    readonly turn: FigureScale;
    readonly distance: FigureScale;
    readonly fineness: FigureScale;
  };
  /** An image is flagged or refused if its score is strictly greater. */
  readonly thresholds: { readonly flag: number; readonly refuse: number };
  /** Images it was fitted on, and images that scales and thresholds were chosen on. */
  readonly fittedOn: { readonly train: number; readonly validation: number };
}

const score = z.number().min(0).max(1);
const scaleSchema = z
  .strictObject({ middle: z.number(), limit: z.number() })
  .refine(({ middle, limit }) => limit > middle, { error: 'a limit is not above its middle' });

export const guardSpecSchema: z.ZodType<GuardSpec> = z
  .strictObject({
    version: z.literal(1),
    side: z.int().min(4).max(64),
    mean: z.base64({ abort: true }),
    components: z.base64({ abort: true }),
    variances: z.base64({ abort: true }),
    restVariance: z.number().positive(),
    scales: z.strictObject({ turn: scaleSchema, distance: scaleSchema, fineness: scaleSchema }),
    thresholds: z.strictObject({ flag: score, refuse: score }),
    fittedOn: z.strictObject({ train: z.int().min(1), validation: z.int().min(1) }),
  })
  .refine(({ thresholds }) => thresholds.flag <= thresholds.refuse, { error: 'refused images would not be flagged' })
  .refine(
    (spec) => {
      const { size, mean, components, variances } = openGuardSubspace(spec);
      return (
        mean.length === size &&
        variances.length >= 1 &&
        components.length === variances.length * size &&
        [mean, components].every((values) => values.every(Number.isFinite)) &&
        variances.every((variance) => variance > 0 && variance < Infinity)
      );
    },
    { error: 'its arrays do not fit together' },
  );

/** The arrays of a spec. Numbers cut short are left out, so that lengths tell. */
export function openGuardSubspace(
  spec: Pick<GuardSpec, 'side' | 'mean' | 'components' | 'variances' | 'restVariance'>,
): Subspace {
  return openSubspace({
    size: spec.side * spec.side,
    mean: decodeFloats(spec.mean),
    components: decodeFloats(spec.components),
    variances: decodeFloats(spec.variances),
    restVariance: spec.restVariance,
  });
}

export function encodeFloats(values: Float32Array): string {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, index) => view.setFloat32(4 * index, value, true));
  let text = '';
  for (let i = 0; i < view.byteLength; i++) text += String.fromCharCode(view.getUint8(i));
  return btoa(text);
}

/** With `atob`, which browsers have too. */
function decodeFloats(base64: string): Float32Array {
  const text = atob(base64);
  const bytes = new DataView(Uint8Array.from(text, (character) => character.charCodeAt(0)).buffer);
  const length = bytes.byteLength % 4 === 0 ? bytes.byteLength / 4 : 0;
  return Float32Array.from({ length }, (_, index) => bytes.getFloat32(4 * index, true));
}
