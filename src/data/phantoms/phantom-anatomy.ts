/**
 * What varies from one phantom patient to the next, and from one of his images to the next. Coordinates: u to the right and v
 * downwards, -1..1 over the image; the patient faces the viewer, so his left side, with the heart, has u > 0.
 * Nothing here knows the class: both are drawn from the same distributions.
 */
import type { RandomGenerator } from '../../base/random.ts';

export type Side = -1 | 1;

export interface Anatomy {
  /** half the width of the trunk and of the lungs at their widest */
  readonly trunkWidth: number;
  readonly lungWidth: number;
  /** v of the lungs' tops and of their greatest width */
  readonly apex: number;
  readonly widest: number;
  /** v of the domes of the diaphragm, by side; the right one (u < 0) stands higher, over the liver */
  readonly dome: Readonly<Record<Side, number>>;
  readonly domeHeight: number;
  /** half the width of the mediastinum beside the spine */
  readonly mediastinum: number;
  readonly heart: Ellipse;
  readonly aorticKnob: number;
  readonly ribs: number;
  readonly firstRib: number;
  readonly ribSpacing: number;
  readonly ribDrop: number;
  readonly ribWidth: number;
  readonly boneDensity: number;
  readonly spineBend: number;
  readonly shoulder: number;
  readonly clavicleSlope: number;
  readonly vesselDensity: number;
  readonly stomachGas: Ellipse | undefined;
  readonly softTissue: number;
}

export interface Ellipse {
  readonly u: number;
  readonly v: number;
  readonly a: number;
  readonly b: number;
  /** radians */
  readonly angle: number;
}

/** How one image was taken: position, breath, exposure. */
export interface Exposure {
  readonly shiftU: number;
  readonly shiftV: number;
  readonly scale: number;
  /** radians */
  readonly rotation: number;
  /** shift of the diaphragm */
  readonly inspiration: number;
  readonly gain: number;
  readonly offset: number;
  readonly gamma: number;
  /** brightness differences from side to side and from top to bottom */
  readonly tiltU: number;
  readonly tiltV: number;
  /** standard deviation of the noise, of the full range */
  readonly noise: number;
  /** strength of the slow irregularities of the soft tissue */
  readonly mottle: number;
}

export function drawAnatomy(random: RandomGenerator): Anatomy {
  const vary = (middle: number, spread: number): number => middle + spread * (2 * random.next() - 1);
  const trunkWidth = vary(0.77, 0.05);
  const domeRight = vary(0.4, 0.06);
  return {
    trunkWidth,
    lungWidth: trunkWidth * vary(0.865, 0.02),
    apex: vary(-0.7, 0.03),
    widest: vary(0.16, 0.06),
    dome: { [-1]: domeRight, [1]: domeRight + vary(0.06, 0.03) },
    domeHeight: vary(0.17, 0.035),
    mediastinum: vary(0.13, 0.02),
    heart: {
      u: vary(0.13, 0.025),
      v: domeRight - vary(0.13, 0.025),
      a: vary(0.41, 0.045),
      b: vary(0.29, 0.03),
      angle: vary(0.72, 0.1),
    },
    aorticKnob: vary(0.175, 0.02),
    ribs: 10,
    firstRib: vary(-0.765, 0.02),
    ribSpacing: vary(0.123, 0.006),
    ribDrop: vary(0.17, 0.04),
    ribWidth: vary(0.021, 0.003),
    boneDensity: vary(0.12, 0.025),
    spineBend: vary(0, 0.02),
    shoulder: vary(-0.66, 0.04),
    clavicleSlope: vary(0.16, 0.06),
    vesselDensity: vary(0.055, 0.02),
    stomachGas:
      random.next() < 0.5
        ? {
            u: vary(0.36, 0.06),
            v: domeRight + vary(0.29, 0.04),
            a: vary(0.13, 0.05),
            b: vary(0.07, 0.02),
            angle: vary(0, 0.3),
          }
        : undefined,
    softTissue: vary(0.5, 0.04),
  };
}

export function drawExposure(random: RandomGenerator): Exposure {
  const vary = (middle: number, spread: number): number => middle + spread * (2 * random.next() - 1);
  return {
    shiftU: vary(0, 0.04),
    shiftV: vary(0, 0.04),
    scale: vary(1, 0.05),
    rotation: vary(0, 0.04),
    inspiration: vary(0, 0.03),
    gain: vary(1, 0.13),
    offset: vary(0, 0.045),
    gamma: vary(1, 0.16),
    tiltU: vary(0, 0.05),
    tiltV: vary(0, 0.06),
    noise: vary(0.016, 0.007),
    mottle: vary(0.024, 0.01),
  };
}
