/** The outlines of a phantom's lungs, and the shapes that stand before them. */
import type { Anatomy, Ellipse } from './phantom-anatomy.ts';
import { smoothstep } from './phantom-canvas.ts';

/** |u| of the chest's inner wall at height v; 0 above the lung's top. */
export function lungOuterEdge({ lungWidth, apex, widest }: Anatomy, v: number): number {
  if (v <= apex) return 0;
  if (v >= widest) return lungWidth * (1 + 0.03 * (v - widest));
  const rest = (widest - v) / (widest - apex);
  return lungWidth * (1 - rest ** 2.3) ** 0.52;
}

/** |u| of the mediastinum's edge; the aortic knob shows on the patient's left, which is u > 0. */
export function mediastinumEdge({ mediastinum, aorticKnob }: Anatomy, v: number, isLeft: boolean): number {
  const knob = isLeft
    ? (aorticKnob - mediastinum) * bump((v + 0.36) / 0.16)
    : 0.25 * mediastinum * bump((v + 0.05) / 0.3);
  return mediastinum * (0.85 + 0.15 * smoothstep(-0.7, -0.2, v)) + knob;
}

/** v of the diaphragm: a dome, from which the lung goes further down at the side of the chest. */
export function diaphragm({ dome, domeHeight, lungWidth }: Anatomy, u: number): number {
  const side = u < 0 ? -1 : 1;
  const x = (Math.abs(u) - 0.5 * lungWidth) / (0.5 * lungWidth);
  return dome[side] + domeHeight * (x > 0 ? x * x * (0.75 + 0.25 * x * x) : 0.35 * x * x);
}

/** An ellipse with a soft edge. */
export class SoftEllipse {
  readonly #ellipse: Ellipse;
  readonly #cos: number;
  readonly #sin: number;
  readonly #softness: number;

  /** @param softness the edge reaches so far to either side, as a share of the radius */
  constructor(ellipse: Ellipse, softness: number) {
    this.#ellipse = ellipse;
    this.#cos = Math.cos(ellipse.angle);
    this.#sin = Math.sin(ellipse.angle);
    this.#softness = softness;
  }

  /** 1 inside, 0 outside. */
  at(u: number, v: number): number {
    const du = u - this.#ellipse.u;
    const dv = v - this.#ellipse.v;
    const x = (du * this.#cos + dv * this.#sin) / this.#ellipse.a;
    const y = (dv * this.#cos - du * this.#sin) / this.#ellipse.b;
    return smoothstep(1 + this.#softness, 1 - this.#softness, Math.sqrt(x * x + y * y));
  }
}

function bump(x: number): number {
  const rest = 1 - x * x;
  return rest > 0 ? rest * rest : 0;
}
