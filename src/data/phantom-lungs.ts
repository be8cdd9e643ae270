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
  const knob = isLeft ? (aorticKnob - mediastinum) * bump((v + 0.36) / 0.16) : 0.25 * mediastinum * bump((v + 0.05) / 0.3);
  return mediastinum * (0.85 + 0.15 * smoothstep(-0.7, -0.2, v)) + knob;
}

/** v of the diaphragm: a dome, from which the lung goes further down at the side of the chest. */
export function diaphragm({ dome, domeHeight, lungWidth }: Anatomy, u: number): number {
  const side = u < 0 ? -1 : 1;
  const x = (Math.abs(u) - 0.5 * lungWidth) / (0.5 * lungWidth);
  return dome[side] + domeHeight * (x > 0 ? x * x * (0.75 + 0.25 * x * x) : 0.35 * x * x);
}

/** 1 in the ellipse, 0 outside, over a soft edge that is `softness` of its radius wide. */
export function insideEllipse({ u, v, a, b, angle }: Ellipse, atU: number, atV: number, softness: number): number {
  const [du, dv] = [atU - u, atV - v];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const x = (du * cos + dv * sin) / a;
  const y = (dv * cos - du * sin) / b;
  return smoothstep(1 + softness, 1 - softness, Math.sqrt(x * x + y * y));
}

function bump(x: number): number {
  const rest = 1 - x * x;
  return rest > 0 ? rest * rest : 0;
}
