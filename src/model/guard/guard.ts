/**
 * Whether an image looks like what a model was trained on. It sees what the network sees, after all preprocessing, so it works wherever the
 * network does; it knows nothing of lungs, and an X-ray of another part that happens to look alike passes.
 */
import { computeFigures, figureNames, type FigureName, type Figures } from './figures.ts';
import { openGuardSubspace, type FigureScale, type GuardSpec } from './guard-spec.ts';
import { foldSubspace, type FoldedSubspace } from './poses.ts';
import { computeThumbnail } from './thumbnail.ts';

export type GuardVerdict = 'accepted' | 'flagged' | 'refused';

/** What is most unlike the X-rays. The first four: as the image is, not as it would have to be changed. */
export type GuardReason = 'inverted' | 'upside down' | 'on its side' | 'unlike' | 'fine pattern' | 'empty';

export interface GuardResult {
  /** 0 (as usual) to 1 (nothing like it); 0.5 is where one X-ray in a hundred lies. */
  readonly score: number;
  readonly verdict: GuardVerdict;
  /** null where the image is accepted */
  readonly reason: GuardReason | null;
}

/** A guard ready to look at images; see {@link scoreGuard} for a single one. */
export class Guard {
  readonly spec: GuardSpec;
  readonly #subspace: FoldedSubspace;

  constructor(spec: GuardSpec) {
    this.spec = spec;
    this.#subspace = foldSubspace(openGuardSubspace(spec), spec.side);
  }

  /** @param pixels `width * height` grey bytes, as the network gets them */
  score(pixels: Uint8Array, width: number, height: number): GuardResult {
    const { side, scales, thresholds } = this.spec;
    const thumbnail = computeThumbnail(pixels, width, height, side);
    if (thumbnail.contrast === 0) return { score: 1, verdict: 'refused', reason: 'empty' };
    const figures = computeFigures(this.#subspace, thumbnail);
    const { score, name } = combineFigures(figures, scales);
    const verdict = score > thresholds.refuse ? 'refused' : score > thresholds.flag ? 'flagged' : 'accepted';
    return { score, verdict, reason: verdict === 'accepted' ? null : explain(figures, name, scales) };
  }
}

/** Opens the spec for one image: for many, open a {@link Guard} once. */
export function scoreGuard(spec: GuardSpec, pixels: Uint8Array, width: number, height: number): GuardResult {
  return new Guard(spec).score(pixels, width, height);
}

/**
 * The score of the strangest figure. A figure's excess is 0 in the middle of the X-rays and 1 at their limit; e becomes e / (1 + e), so that
 * 0.5 is the limit, and what lies in the middle or on the other side of it is 0.
 */
export function combineFigures(
  figures: Readonly<Record<FigureName, number>>,
  scales: Readonly<Record<FigureName, FigureScale>>,
): { readonly score: number; readonly name: FigureName } {
  let [excess, name]: [number, FigureName] = [0, 'distance'];
  for (const each of figureNames) {
    const { middle, limit } = scales[each];
    const own = (figures[each] - middle) / (limit - middle);
    if (own > excess) [excess, name] = [own, each];
  }
  return { score: excess / (1 + excess), name };
}

/** A pose is named only where the image would look like an X-ray in it. */
function explain(figures: Figures, name: FigureName, scales: GuardSpec['scales']): GuardReason {
  const { pose, poseDistance, turn } = figures;
  if (turn > 0 && poseDistance <= scales.distance.limit && figures.fineness <= scales.fineness.limit) {
    if (pose.inverted) return 'inverted';
    return pose.quarters === 2 ? 'upside down' : 'on its side';
  }
  return name === 'fineness' ? 'fine pattern' : 'unlike';
}

const sentences: Readonly<Record<GuardReason, string>> = {
  inverted: 'its light and dark parts lie as in an inverted or cropped one',
  'upside down': 'it seems to be upside down',
  'on its side': 'it seems to lie on its side',
  unlike: 'its light and dark parts lie elsewhere',
  'fine pattern': 'its fine detail is unlike that of an X-ray',
  empty: 'it has next to no contrast',
};

/** Why an image was flagged or refused, as a clause that ends in no full stop; '' for one that was accepted. */
export function describeGuardResult({ verdict, reason }: GuardResult): string {
  if (reason === null) return '';
  const how = verdict === 'refused' ? 'does not look like' : 'hardly looks like';
  return `${how} the frontal chest X-rays this model was trained on: ${sentences[reason]}`;
}
