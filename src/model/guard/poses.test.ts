import { describe, expect, it } from 'vitest';
import { RandomGenerator } from '../../base/random.ts';
import { computePoseDistances, foldSubspace, type Pose } from './poses.ts';
import { openSubspace, type Subspace } from './subspace.ts';

/** As one would do it by hand: turn clockwise, exchange left and right, invert. */
function changePose(values: Float64Array, side: number, { quarters, mirrored, inverted }: Pose): Float64Array {
  let rows = Array.from({ length: side }, (_, y) => [...values.subarray(y * side, (y + 1) * side)]);
  for (let turn = 0; turn < quarters; turn++) {
    rows = rows.map((_, y) => rows.map((row) => row[y] as number).toReversed());
  }
  if (mirrored) rows = rows.map((row) => row.toReversed());
  return Float64Array.from(rows.flat(), (value) => (inverted ? -value : value));
}

describe('changePose, by which the others are held', () => {
  const values = Float64Array.from([1, 2, 3, 4]); // 1 2 / 3 4
  const upright: Pose = { quarters: 0, mirrored: false, inverted: false };
  it.each<[Partial<Pose>, readonly number[]]>([
    [{}, [1, 2, 3, 4]],
    [{ quarters: 1 }, [3, 1, 4, 2]],
    [{ quarters: 2 }, [4, 3, 2, 1]],
    [{ quarters: 3 }, [2, 4, 1, 3]],
    [{ mirrored: true }, [2, 1, 4, 3]],
    [{ quarters: 1, mirrored: true }, [1, 3, 2, 4]],
    [{ inverted: true }, [-1, -2, -3, -4]],
  ])('%o', (pose, expected) => {
    expect([...changePose(values, 2, { ...upright, ...pose })]).toEqual(expected);
  });
});

/** Unit vectors at right angles, as components are. */
function drawSubspace(side: number, count: number): Subspace {
  const random = new RandomGenerator(5, side);
  const size = side * side;
  const vectors: Float64Array[] = [];
  for (let k = 0; k < count; k++) {
    const vector = Float64Array.from({ length: size }, () => random.normal());
    for (const other of vectors) {
      const along = vector.reduce((sum, value, i) => sum + value * (other[i] as number), 0);
      vector.forEach((value, i) => (vector[i] = value - along * (other[i] as number)));
    }
    const length = Math.hypot(...vector);
    vectors.push(vector.map((value) => value / length));
  }
  return openSubspace({
    size,
    mean: Float32Array.from({ length: size }, () => random.normal()),
    components: Float32Array.from(vectors.flatMap((vector) => [...vector])),
    variances: Float32Array.from({ length: count }, (_, k) => 4 / (k + 1)),
    restVariance: 0.3,
  });
}

/** By the definition: squares along the components, and a fifth of what is left beside them. */
function distance({ size, mean, components, variances, restVariance }: Subspace, values: Float64Array): number {
  const centred = values.map((value, i) => value - (mean[i] as number));
  let rest = centred.reduce((sum, value) => sum + value * value, 0);
  let within = 0;
  variances.forEach((variance, k) => {
    const along = centred.reduce((sum, value, i) => sum + value * (components[k * size + i] as number), 0);
    within += along ** 2 / variance;
    rest -= along ** 2;
  });
  return (within + (0.2 * rest) / restVariance) / 2;
}

describe('computePoseDistances', () => {
  it.each([
    [4, 3],
    [5, 3],
    [24, 40],
  ])('of a thumbnail of side %i agrees with each pose measured by itself', (side, count) => {
    const subspace = drawSubspace(side, count);
    const random = new RandomGenerator(6, side);
    const values = Float64Array.from({ length: side * side }, () => random.normal());
    const poses = computePoseDistances(foldSubspace(subspace, side), values);
    expect(new Set(poses.map(({ quarters, mirrored }) => `${quarters} ${mirrored}`)).size).toBe(8);
    expect(poses[0]).toMatchObject({ quarters: 0, mirrored: false });
    for (const { quarters, mirrored, asIs, inverted } of poses) {
      const measure = (isInverted: boolean): number =>
        distance(subspace, changePose(values, side, { quarters, mirrored, inverted: isInverted }));
      expect(asIs / measure(false)).toBeCloseTo(1, 10);
      expect(inverted / measure(true)).toBeCloseTo(1, 10);
    }
  });
});
