/**
 * How far a thumbnail is from the X-rays in each of its poses, without a pass over the components for each. A thumbnail is the sum of four
 * parts: even or odd from left to right, even or odd from top to bottom. Parts of different kinds are orthogonal, and to exchange two sides
 * only turns the signs of the odd parts; so one pass tells all four exchanges, and one over the transposed thumbnail the quarter turns.
 */
import { distancesOf, dot, type Distances, type Subspace } from './subspace.ts';

/** What may be done to a thumbnail: quarter turns clockwise, then left and right exchanged, then inverted. */
export interface Pose {
  readonly quarters: 0 | 1 | 2 | 3;
  readonly mirrored: boolean;
  readonly inverted: boolean;
}

/** asIs and inverted: of the thumbnail turned and mirrored so. */
export type PoseDistances = Distances & Omit<Pose, 'inverted'>;

/** A subspace whose mean and components are cut into their parts. */
export interface FoldedSubspace extends Subspace {
  /** Cells of a thumbnail along each side. */
  readonly side: number;
  /** Of the mean, then of each component: its four parts, see {@link fold}, each cell weighed so that products of parts sum to the whole's. */
  readonly folded: Float64Array;
}

/** Signs of the parts where left and right, or top and bottom, or both are exchanged. */
const exchanges = {
  none: [1, 1, 1, 1],
  sides: [1, -1, 1, -1],
  ends: [1, 1, -1, -1],
  both: [1, -1, -1, 1],
} as const;
type Exchange = keyof typeof exchanges;

/** As is, and transposed: which exchange makes which pose of it. */
const posesAsIs: readonly (readonly [Exchange, Pose['quarters'], mirrored: boolean])[] = [
  ['none', 0, false],
  ['sides', 0, true],
  ['both', 2, false],
  ['ends', 2, true],
];
const posesTransposed: typeof posesAsIs = [
  ['sides', 1, false],
  ['none', 1, true],
  ['ends', 3, false],
  ['both', 3, true],
];

export function foldSubspace(subspace: Subspace, side: number): FoldedSubspace {
  const { size, mean, components, variances } = subspace;
  const rows = [
    mean,
    ...Array.from(variances, (_, component) => components.subarray(component * size, (component + 1) * size)),
  ];
  const weights = cellWeights(side);
  const parts = 4 * weights.length;
  const folded = new Float64Array(rows.length * parts);
  rows.forEach((row, at) => {
    const values = fold(row, side);
    for (let i = 0; i < parts; i++) {
      folded[at * parts + i] = (values[i] as number) * (weights[i % weights.length] as number);
    }
  });
  return { ...subspace, side, folded };
}

/** @param values of a standardised thumbnail, `side * side` cells @returns eight, the pose as it is first */
export function computePoseDistances(subspace: FoldedSubspace, values: Float64Array): readonly PoseDistances[] {
  const square = dot(values, 0, values);
  return [
    ...distancesOfExchanges(subspace, fold(values, subspace.side), square, posesAsIs),
    ...distancesOfExchanges(subspace, fold(transpose(values, subspace.side), subspace.side), square, posesTransposed),
  ];
}

function distancesOfExchanges(
  subspace: FoldedSubspace,
  parts: Float64Array,
  square: number,
  poses: typeof posesAsIs,
): PoseDistances[] {
  const rows = 1 + subspace.variances.length;
  const products = multiplyParts(subspace.folded, parts, rows);
  const whole = new Float64Array(rows);
  return poses.map(([exchange, turns, mirrored]) => {
    const [a, b, c, d] = exchanges[exchange];
    for (let row = 0, at = 0; row < rows; row++, at += 4) {
      whole[row] =
        a * (products[at] as number) +
        b * (products[at + 1] as number) +
        c * (products[at + 2] as number) +
        d * (products[at + 3] as number);
    }
    return { quarters: turns, mirrored, ...distancesOf(subspace, whole.subarray(1), whole[0] as number, square) };
  });
}

/**
 * The products of each part with that of the mean, then of each component. The four sums grow side by side: each by itself would wait for
 * every one of its additions.
 */
function multiplyParts(folded: Float64Array, parts: Float64Array, rows: number): Float64Array {
  const cells = parts.length / 4;
  const products = new Float64Array(4 * rows);
  for (let row = 0, start = 0; row < rows; row++, start += 4 * cells) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0, first = start; i < cells; i++, first++) {
      a += (folded[first] as number) * (parts[i] as number);
      b += (folded[first + cells] as number) * (parts[i + cells] as number);
      c += (folded[first + 2 * cells] as number) * (parts[i + 2 * cells] as number);
      d += (folded[first + 3 * cells] as number) * (parts[i + 3 * cells] as number);
    }
    products[4 * row] = a;
    products[4 * row + 1] = b;
    products[4 * row + 2] = c;
    products[4 * row + 3] = d;
  }
  return products;
}

/**
 * The parts of the first quarter's cells: even both ways, odd from left to right, odd from top to bottom, odd both ways. Of an odd side the
 * middle row and column are their own other side.
 */
function fold(values: Float32Array | Float64Array, side: number): Float64Array {
  const half = Math.ceil(side / 2);
  const cells = half * half;
  const parts = new Float64Array(4 * cells);
  for (let y = 0; y < half; y++) {
    const top = y * side;
    const bottom = (side - 1 - y) * side;
    for (let x = 0; x < half; x++) {
      const at = y * half + x;
      const a = values[top + x] as number;
      const b = values[top + side - 1 - x] as number;
      const c = values[bottom + x] as number;
      const d = values[bottom + side - 1 - x] as number;
      parts[at] = a + b + c + d;
      parts[cells + at] = a - b + c - d;
      parts[2 * cells + at] = a + b - c - d;
      parts[3 * cells + at] = a - b - c + d;
    }
  }
  return parts;
}

/** A quarter for a cell with four places, less where places coincide and would be counted twice. */
function cellWeights(side: number): Float64Array {
  const half = Math.ceil(side / 2);
  const places = (at: number): number => (2 * at === side - 1 ? 1 : 2);
  return Float64Array.from(
    { length: half * half },
    (_, at) => (places(at % half) * places(Math.floor(at / half))) / 16,
  );
}

function transpose(values: Float64Array, side: number): Float64Array {
  const changed = new Float64Array(values.length);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) changed[x * side + y] = values[y * side + x] as number;
  }
  return changed;
}
