/**
 * What pneumonia adds to a phantom: where air is replaced by fluid. Bacterial: one dense focus with soft, irregular edges in one
 * lung. Viral: both lungs, around the hila and in patches, with a net of fine lines.
 */
import type { RandomGenerator } from '../../base/random.ts';
import type { Anatomy, Side } from './phantom-anatomy.ts';
import { NoiseField, smoothstep } from './phantom-canvas.ts';
import { diaphragm, lungOuterEdge } from './phantom-lungs.ts';

export type Pathogen = 'bacteria' | 'virus';

/** The share of the air that is gone at (u, v), 0..1. */
export type Opacity = (u: number, v: number) => number;

/** @param severity 0..1, of this patient */
export function drawOpacity(pathogen: Pathogen, anatomy: Anatomy, random: RandomGenerator, severity: number): Opacity {
  return pathogen === 'bacteria' ? drawFocus(anatomy, random, severity) : drawInfiltrates(anatomy, random, severity);
}

function drawFocus(anatomy: Anatomy, random: RandomGenerator, severity: number): Opacity {
  const side: Side = random.next() < 0.55 ? -1 : 1;
  const { u, v } = drawPlace(anatomy, random, side);
  const [a, b] = [random.uniform(0.21, 0.3), random.uniform(0.18, 0.27)];
  const angle = random.uniform(-0.8, 0.8);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const coarse = new NoiseField(random, 7);
  const fine = new NoiseField(random, 18);
  const density = 0.7 + 0.25 * severity;
  return (atU, atV) => {
    const du = atU - u;
    const dv = atV - v;
    const x = (du * cos + dv * sin) / a;
    const y = (dv * cos - du * sin) / b;
    const rough = x * x + y * y;
    if (rough > 4 || atU * side < 0) return 0;
    const r = Math.sqrt(rough) + 0.3 * coarse.at(atU, atV) + 0.12 * fine.at(atU, atV);
    return density * smoothstep(1.25, 0.45, r);
  };
}

function drawInfiltrates(anatomy: Anatomy, random: RandomGenerator, severity: number): Opacity {
  const patches = Array.from({ length: 12 }, (_, i) => {
    const side: Side = i % 2 === 0 ? -1 : 1;
    return {
      ...drawPlace(anatomy, random, side),
      radius: random.uniform(0.08, 0.15),
      density: random.uniform(0.3, 0.55),
    };
  });
  const net = new NoiseField(random, 26);
  const mesh = new NoiseField(random, 40);
  const strength = 0.8 + 0.25 * severity;
  return (u, v) => {
    const hu = (Math.abs(u) - 0.22) / 0.26;
    const hv = (v + 0.04) / 0.4;
    const hilar = Math.max(0, 1 - (hu * hu + hv * hv));
    let haze = 0.34 * hilar;
    for (const patch of patches) {
      const du = (u - patch.u) / patch.radius;
      const dv = (v - patch.v) / patch.radius;
      const rest = 1 - 0.36 * (du * du + dv * dv);
      if (rest > 0) haze += patch.density * rest * rest * rest;
    }
    // The zero lines of a smooth field make a net.
    const lines = Math.max(0, 1 - 4 * Math.abs(net.at(u, v))) + 0.7 * Math.max(0, 1 - 4 * Math.abs(mesh.at(u, v)));
    const value = strength * (haze + 0.2 * lines * (0.35 + hilar + haze));
    return value < 0.85 ? value : 0.85;
  };
}

/** A place well inside one lung. */
function drawPlace(anatomy: Anatomy, random: RandomGenerator, side: Side): { u: number; v: number } {
  const [top, bottom] = [anatomy.apex + 0.24, anatomy.dome[side] - 0.06];
  const v = random.uniform(top, bottom);
  const outer = lungOuterEdge(anatomy, v) - 0.1;
  const inner = side > 0 && v > 0 ? 0.36 : 0.24;
  const u = side * random.uniform(Math.min(inner, outer), outer);
  return { u, v: Math.min(v, diaphragm(anatomy, u) - 0.08) };
}
