/** Bones, airways and vessels of a phantom, as strokes. */
import type { RandomGenerator } from '../../base/random.ts';
import type { Anatomy, Side } from './phantom-anatomy.ts';
import type { Stroke } from './phantom-canvas.ts';
import { lungOuterEdge } from './phantom-lungs.ts';

type StrokePoint = Stroke['points'][number];

const sides: readonly Side[] = [-1, 1];
const ribSteps = 26;
const branches = 7;

/** Ribs, clavicles, shoulder blades and upper arms. */
export function drawBones(anatomy: Anatomy): Stroke[] {
  const strokes: Stroke[] = [];
  for (const side of sides) {
    for (let rib = 0; rib < anatomy.ribs; rib++) strokes.push(drawRib(anatomy, rib, side));
    strokes.push(drawClavicle(anatomy, side), ...drawShoulder(anatomy, side));
  }
  return strokes;
}

/**
 * One loop: from the spine outwards and slightly down (posterior part), round the side of the chest, then inwards and down again
 * (anterior part), where it is fainter and ends in cartilage, which X-rays do not show.
 */
function drawRib(anatomy: Anatomy, rib: number, side: Side): Stroke {
  const start = anatomy.firstRib + rib * anatomy.ribSpacing;
  const drop = anatomy.ribDrop * (0.55 + 0.075 * Math.min(rib, 6));
  const inner = 0.075;
  const outer = Math.max(0.3, lungOuterEdge(anatomy, start + drop) + 0.012);
  const end = rib < 7 ? 2.45 : 2.45 - 0.35 * (rib - 6);
  const points: StrokePoint[] = [];
  for (let i = 0; i <= ribSteps; i++) {
    const angle = (end * i) / ribSteps;
    const behind = angle < Math.PI / 2;
    const reach = behind ? Math.sin(angle) : 1 - 0.75 * (1 - Math.sin(angle));
    points.push({
      u: side * (inner + (outer - inner) * reach),
      v: start - 0.03 * Math.sin(2 * Math.min(angle, Math.PI / 2)) + drop * (1 - Math.cos(angle)) * (behind ? 1 : 1.05),
      halfWidth: anatomy.ribWidth * (behind ? 1 : 1.1),
      strength: anatomy.boneDensity * (behind ? 1 : 1 - 0.62 * Math.min(1, (angle - Math.PI / 2) / 0.55)),
    });
  }
  return { points, profile: 'bone' };
}

function drawClavicle({ shoulder, clavicleSlope, boneDensity }: Anatomy, side: Side): Stroke {
  const strength = 1.15 * boneDensity;
  const points: StrokePoint[] = [];
  for (let i = 0; i <= 12; i++) {
    const t = i / 12;
    points.push({
      u: side * (0.075 + 0.65 * t),
      v: shoulder + 0.1 - clavicleSlope * t + 0.02 * Math.sin(2 * Math.PI * t),
      halfWidth: 0.024 + 0.008 * (2 * t - 1) ** 2,
      strength,
    });
  }
  return { points, profile: 'bone' };
}

function drawShoulder({ shoulder, clavicleSlope, boneDensity, trunkWidth }: Anatomy, side: Side): Stroke[] {
  const line = (
    profile: 'bone' | 'soft',
    ...points: readonly (readonly [number, number, number, number])[]
  ): Stroke => ({
    points: points.map(([u, v, halfWidth, strength]) => ({
      u: side * u,
      v,
      halfWidth,
      strength: strength * boneDensity,
    })),
    profile,
  });
  const joint = shoulder + 0.1 - clavicleSlope;
  const edge = trunkWidth;
  return [
    // Acromion and humerus.
    line('bone', [0.7, joint - 0.01, 0.035, 1], [edge + 0.05, joint + 0.05, 0.045, 0.9]),
    line(
      'bone',
      [edge + 0.08, joint + 0.16, 0.085, 0.8],
      [edge + 0.11, joint + 0.2, 0.08, 0.8],
      [edge + 0.2, joint + 0.42, 0.052, 1],
      [edge + 0.42, joint + 0.9, 0.05, 1],
    ),
    // Borders of the shoulder blade.
    line('soft', [0.58, joint + 0.1, 0.03, 0.3], [0.57, joint + 0.3, 0.025, 0.35], [0.63, joint + 0.56, 0.025, 0.4]),
    line(
      'soft',
      [edge - 0.02, joint + 0.13, 0.05, 0.5],
      [edge - 0.07, joint + 0.35, 0.03, 0.5],
      [0.63, joint + 0.56, 0.02, 0.4],
    ),
  ];
}

/** Windpipe and main bronchi: full of air, so their strengths are negative in the end; here they are amounts of air. */
export function drawAirways({ mediastinum }: Anatomy): Stroke[] {
  const carina = -0.25;
  const air = 0.12;
  const windpipe: StrokePoint[] = [-1.1, -0.8, -0.5, carina].map((v) => ({ u: 0, v, halfWidth: 0.058, strength: air }));
  return [
    { points: windpipe, profile: 'soft' },
    ...sides.map((side): Stroke => ({
      points: [
        { u: 0, v: carina - 0.02, halfWidth: 0.045, strength: air * 0.9 },
        { u: side * mediastinum, v: carina + (side < 0 ? 0.13 : 0.1), halfWidth: 0.035, strength: air * 0.6 },
      ],
      profile: 'soft',
    })),
  ];
}

/** Vessels that leave the hila and branch, thinner and fainter outwards; more of them go downwards, as in an upright patient. */
export function drawVessels({ mediastinum, vesselDensity }: Anatomy, random: RandomGenerator): Stroke[] {
  const strokes: Stroke[] = [];
  const grow = (
    from: { u: number; v: number },
    angle: number,
    length: number,
    halfWidth: number,
    strength: number,
    depth: number,
  ): void => {
    const points: StrokePoint[] = [{ ...from, halfWidth, strength }];
    let [u, v, direction] = [from.u, from.v, angle];
    for (let i = 1; i <= 5; i++) {
      direction += random.uniform(-0.18, 0.18);
      u += (length / 5) * Math.cos(direction);
      v += (length / 5) * Math.sin(direction);
      const rest = 1 - 0.45 * (i / 5);
      points.push({ u, v, halfWidth: halfWidth * rest, strength: strength * rest });
      if (depth > 0 && i >= 2 && random.next() < 0.6) {
        const turn = (random.next() < 0.5 ? -1 : 1) * random.uniform(0.35, 0.8);
        grow(
          { u, v },
          direction + turn,
          length * random.uniform(0.45, 0.7),
          halfWidth * 0.62,
          strength * 0.75,
          depth - 1,
        );
      }
    }
    strokes.push({ points, profile: 'soft' });
  };
  for (const side of sides) {
    const hilum = { u: side * (mediastinum + 0.03), v: side < 0 ? -0.06 : -0.1 };
    const knot = { halfWidth: 0.085, strength: vesselDensity * 0.8 };
    strokes.push({
      points: [
        { ...hilum, ...knot },
        { u: hilum.u, v: hilum.v + 0.12, ...knot },
      ],
      profile: 'soft',
    });
    for (let i = 0; i < branches; i++) {
      // From straight up over outwards to straight down, the upper ones beginning higher.
      const share = (i + random.uniform(0.2, 0.8)) / branches;
      const angle = -1.25 + 2.55 * share;
      const from = { u: hilum.u + side * 0.015 * random.next(), v: hilum.v - 0.09 + 0.24 * share };
      grow(from, side > 0 ? angle : Math.PI - angle, random.uniform(0.32, 0.5), 0.021, vesselDensity, 2);
    }
  }
  return strokes;
}
