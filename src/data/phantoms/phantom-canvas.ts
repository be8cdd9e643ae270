/** The means by which phantoms are drawn: soft strokes, smooth random fields, and the mapping between anatomy and pixels. */
import type { RandomGenerator } from '../../base/random.ts';
import type { Exposure } from './phantom-anatomy.ts';

export interface Point {
  readonly u: number;
  readonly v: number;
}

/** A line of varying width and strength through points in anatomical coordinates. */
export interface Stroke {
  readonly points: readonly (Point & { readonly halfWidth: number; readonly strength: number })[];
  /** a bone has a bright rim, as a tube seen from the side; anything else fades out to its edge */
  readonly profile: 'bone' | 'soft';
}

/** Anatomical coordinates (u, v) to pixels and back. */
export class Frame {
  readonly size: number;
  /** pixels of one anatomical unit */
  readonly unit: number;
  readonly #cos: number;
  readonly #sin: number;
  readonly #shiftU: number;
  readonly #shiftV: number;

  constructor(size: number, { scale, rotation, shiftU, shiftV }: Exposure) {
    this.size = size;
    this.unit = (size / 2) * scale;
    this.#cos = Math.cos(rotation);
    this.#sin = Math.sin(rotation);
    this.#shiftU = shiftU;
    this.#shiftV = shiftV;
  }

  toPixel({ u, v }: Point): readonly [x: number, y: number] {
    const [middle, du, dv] = [this.size / 2, u + this.#shiftU, v + this.#shiftV];
    return [
      middle + this.unit * (this.#cos * du - this.#sin * dv) - 0.5,
      middle + this.unit * (this.#sin * du + this.#cos * dv) - 0.5,
    ];
  }

  /** (u, v) of the first pixel's centre and how they grow by one pixel to the right and down. */
  walk(): { u: number; v: number; uPerX: number; vPerX: number; uPerY: number; vPerY: number } {
    const [uPerX, vPerX] = [this.#cos / this.unit, -this.#sin / this.unit];
    const [uPerY, vPerY] = [-vPerX, uPerX];
    const first = 0.5 - this.size / 2;
    return {
      u: first * (uPerX + uPerY) - this.#shiftU,
      v: first * (vPerX + vPerY) - this.#shiftV,
      uPerX,
      vPerX,
      uPerY,
      vPerY,
    };
  }
}

/** Draws strokes into a buffer of size x size. Within one stroke the strongest value counts; strokes add up. */
export class StrokePainter {
  readonly #frame: Frame;
  readonly #scratch: Float32Array;

  constructor(frame: Frame) {
    this.#frame = frame;
    this.#scratch = new Float32Array(frame.size * frame.size);
  }

  paint(target: Float32Array, { points, profile }: Stroke): void {
    const { size, unit } = this.#frame;
    const scratch = this.#scratch;
    let [left, top, right, bottom] = [size, size, -1, -1];
    for (let i = 1; i < points.length; i++) {
      const [from, to] = [points[i - 1] as Stroke['points'][number], points[i] as Stroke['points'][number]];
      const [x0, y0] = this.#frame.toPixel(from);
      const [x1, y1] = this.#frame.toPixel(to);
      // Thinner than a pixel a line would break up, so it grows wider and fainter instead.
      const reach = Math.max(from.halfWidth, to.halfWidth) * unit + 1;
      const [minX, maxX] = [
        Math.max(0, Math.floor(Math.min(x0, x1) - reach)),
        Math.min(size - 1, Math.ceil(Math.max(x0, x1) + reach)),
      ];
      const [minY, maxY] = [
        Math.max(0, Math.floor(Math.min(y0, y1) - reach)),
        Math.min(size - 1, Math.ceil(Math.max(y0, y1) + reach)),
      ];
      if (minX > maxX || minY > maxY) continue;
      [left, top] = [Math.min(left, minX), Math.min(top, minY)];
      [right, bottom] = [Math.max(right, maxX), Math.max(bottom, maxY)];
      const [dx, dy] = [x1 - x0, y1 - y0];
      const lengthSquared = dx * dx + dy * dy || 1;
      for (let y = minY; y <= maxY; y++) {
        for (let x = minX; x <= maxX; x++) {
          let t = ((x - x0) * dx + (y - y0) * dy) / lengthSquared;
          t = t < 0 ? 0 : t > 1 ? 1 : t;
          const ex = x - x0 - t * dx;
          const ey = y - y0 - t * dy;
          const wanted = (from.halfWidth + t * (to.halfWidth - from.halfWidth)) * unit;
          const half = wanted < 0.7 ? 0.7 : wanted;
          const r = Math.sqrt(ex * ex + ey * ey) / half;
          if (r >= 1.25) continue;
          const thinning = wanted < half ? wanted / half : 1;
          const value =
            (from.strength + t * (to.strength - from.strength)) * thinning * (profile === 'bone' ? bone(r) : soft(r));
          const at = y * size + x;
          if (value > (scratch[at] as number)) scratch[at] = value;
        }
      }
    }
    for (let y = top; y <= bottom; y++) {
      for (let at = y * size + left; at <= y * size + right; at++) {
        target[at] = (target[at] as number) + (scratch[at] as number);
        scratch[at] = 0;
      }
    }
  }
}

/** Marrow, and a cortex that is thickest, along the ray, just inside the edge. */
function bone(r: number): number {
  const inside = r < 1 ? 0.6 * Math.sqrt(1 - r * r) : 0;
  const rim = (r - 0.8) / 0.24;
  return inside + (rim * rim < 3 ? 0.42 * (1 - (rim * rim) / 3) : 0) * (r > 1 ? (1.25 - r) * 4 : 1);
}

function soft(r: number): number {
  if (r >= 1) return 0;
  const rest = 1 - r * r;
  return rest * rest;
}

/** A smooth random function of (u, v) with values of about -1..1: a grid of random values, interpolated by smoothsteps. */
export class NoiseField {
  readonly #values: Float32Array;
  readonly #cells: number;

  /** @param cells grid cells over the image's width */
  constructor(random: RandomGenerator, cells: number) {
    // The corners of a turned image lie somewhat outside -1..1.
    this.#cells = cells;
    this.#values = Float32Array.from({ length: (2 * cells + 2) ** 2 }, () => 2 * random.next() - 1);
  }

  at(u: number, v: number): number {
    const cells = this.#cells;
    const stride = 2 * cells + 2;
    const x = clamp((u + 2) * 0.5 * cells, 0, 2 * cells);
    const y = clamp((v + 2) * 0.5 * cells, 0, 2 * cells);
    const column = Math.floor(x);
    const row = Math.floor(y);
    const fx = x - column;
    const fy = y - row;
    const wx = fx * fx * (3 - 2 * fx);
    const wy = fy * fy * (3 - 2 * fy);
    const at = row * stride + column;
    const values = this.#values;
    const upper = (values[at] as number) * (1 - wx) + (values[at + 1] as number) * wx;
    const lower = (values[at + stride] as number) * (1 - wx) + (values[at + stride + 1] as number) * wx;
    return upper * (1 - wy) + lower * wy;
  }
}

export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** 0 below `from`, 1 above `to`, smooth between; `from` may be the greater one. */
export function smoothstep(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from), 0, 1);
  return t * t * (3 - 2 * t);
}
