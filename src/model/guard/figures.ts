/** The three figures by which an image is judged, each the higher the stranger. */
import { computePoseDistances, type FoldedSubspace, type Pose } from './poses.ts';
import type { Thumbnail } from './thumbnail.ts';

/** In the order in which a tie is told. */
export const figureNames = ['turn', 'distance', 'fineness'] as const;
export type FigureName = (typeof figureNames)[number];

export interface Figures extends Readonly<Record<FigureName, number>> {
  // turn: log of the distance as it is over that of the best other pose: above 0, another pose would look more like an X-ray.
  // distance: log of the distance from the X-rays trained on; mirrored or not, whichever is nearer.
  // fineness: log-odds of the share of contrast in detail too fine for the thumbnail, which is all that noise and text are made of.
  /** Which other pose suits best, to be undone: a picture 'quarters: 1' is upright after one quarter turn clockwise. */
  readonly pose: Pose;
  /** log of the distance in that pose. */
  readonly poseDistance: number;
}

/** Beyond this a share of detail is all or nothing. */
const leastShare = 1e-4;

/** @param thumbnail with contrast */
export function computeFigures(subspace: FoldedSubspace, { values, coarseShare }: Thumbnail): Figures {
  let own = Infinity;
  let other = Infinity;
  let pose: Pose = { quarters: 0, mirrored: false, inverted: true };
  // A mirrored image may be training's own, so only turns and inversion are mistakes.
  for (const { quarters, mirrored, asIs, inverted } of computePoseDistances(subspace, values)) {
    if (quarters === 0) own = Math.min(own, asIs);
    else if (asIs < other) [other, pose] = [asIs, { quarters, mirrored, inverted: false }];
    if (inverted < other) [other, pose] = [inverted, { quarters, mirrored, inverted: true }];
  }
  const [distance, poseDistance] = [Math.log(own), Math.log(other)];
  const fine = Math.max(leastShare, Math.min(1 - leastShare, 1 - coarseShare));
  return { turn: distance - poseDistance, distance, fineness: Math.log(fine / (1 - fine)), pose, poseDistance };
}
