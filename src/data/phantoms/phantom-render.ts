/**
 * A synthetic frontal chest X-ray. Brightness grows with what the rays pass through: soft tissue and bone add to it, air in lungs
 * and airways takes from it; then come exposure, noise and the marker. Schematic: it teaches no medicine.
 */
import type { GrayImage } from '../../imaging/gray-image.ts';
import { RandomGenerator } from '../../base/random.ts';
import { drawAnatomy, drawExposure, type Anatomy, type Exposure } from './phantom-anatomy.ts';
import { clamp, Frame, NoiseField, smoothstep, StrokePainter } from './phantom-canvas.ts';
import { diaphragm, lungOuterEdge, mediastinumEdge, SoftEllipse } from './phantom-lungs.ts';
import { burnInMarker } from './phantom-marker.ts';
import { drawOpacity, type Opacity, type Pathogen } from './phantom-opacity.ts';
import { drawAirways, drawBones, drawVessels } from './phantom-skeleton.ts';

export interface PhantomIdentity {
  readonly seed: number;
  /** anatomy and illness are the patient's */
  readonly patient: number;
  /** position, exposure and noise are the image's */
  readonly image: number;
  /** undefined: a healthy chest */
  readonly pathogen: Pathogen | undefined;
}

const streams = { anatomy: 0xa1, vessels: 0xa2, opacity: 0xa3, exposure: 0xb1, noise: 0xb2 } as const;
const lungAir = 0.36;

/**
 * The same identity and size give the same pixels.
 *
 * @param size width and height in pixels
 */
export function renderPhantom({ seed, patient, image, pathogen }: PhantomIdentity, size: number): GrayImage {
  const stream = (purpose: number, ...rest: readonly number[]): RandomGenerator =>
    new RandomGenerator(seed, purpose, patient, ...rest);
  const exposure = drawExposure(stream(streams.exposure, image));
  const still = drawAnatomy(stream(streams.anatomy));
  const anatomy = breathe(still, exposure.inspiration);
  const frame = new Frame(size, exposure);
  const painter = new StrokePainter(frame);
  const bones = new Float32Array(size * size);
  const airways = new Float32Array(size * size);
  const vessels = new Float32Array(size * size);
  for (const stroke of drawBones(anatomy)) painter.paint(bones, stroke);
  for (const stroke of drawAirways(anatomy)) painter.paint(airways, stroke);
  for (const stroke of drawVessels(anatomy, stream(streams.vessels))) painter.paint(vessels, stroke);
  const illness = stream(streams.opacity);
  const severity = illness.next();
  const opacity = pathogen === undefined ? undefined : drawOpacity(pathogen, still, illness, severity);
  const noise = stream(streams.noise, image);
  const brightness = renderChest({ anatomy, exposure, frame, bones, airways, vessels, opacity, noise });
  const pixels = expose(brightness, exposure, frame, noise);
  burnInMarker(pixels, size);
  return { width: size, height: size, data: pixels };
}

function breathe(anatomy: Anatomy, inspiration: number): Anatomy {
  const { dome } = anatomy;
  return { ...anatomy, dome: { [-1]: dome[-1] + inspiration, [1]: dome[1] + inspiration } };
}

interface Scene {
  readonly anatomy: Anatomy;
  readonly exposure: Exposure;
  readonly frame: Frame;
  readonly bones: Float32Array;
  readonly airways: Float32Array;
  readonly vessels: Float32Array;
  readonly opacity: Opacity | undefined;
  readonly noise: RandomGenerator;
}

function renderChest({ anatomy, exposure, frame, bones, airways, vessels, opacity, noise }: Scene): Float32Array {
  const { size } = frame;
  const outline = new Outline(anatomy);
  const mottle = new NoiseField(noise, 6);
  const grain = new NoiseField(noise, 22);
  const walk = frame.walk();
  const result = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    let u = walk.u + y * walk.uPerY;
    let v = walk.v + y * walk.vPerY;
    for (let x = 0; x < size; x++, u += walk.uPerX, v += walk.vPerX) {
      const at = y * size + x;
      const body = outline.tissue(u, v);
      if (body < 1e-3) continue;
      const irregular = exposure.mottle * (mottle.at(u, v) + 0.4 * grain.at(u, v));
      let value =
        body * (anatomy.softTissue + irregular) + outline.spine(u, v) + (bones[at] as number) * Math.min(1, 2 * body);
      value -= airways[at] as number;
      const lung = outline.lung(u, v);
      if (lung > 0) {
        const filled = opacity === undefined ? 0 : opacity(u, v);
        value -= lung * (lungAir - (vessels[at] as number)) * (1 - filled);
      }
      result[at] = value + outline.abdomen(u, v);
    }
  }
  return result;
}

/** Film and detector: exposure, a slope of brightness over the image, noise; then bytes. */
function expose(brightness: Float32Array, exposure: Exposure, { size }: Frame, random: RandomGenerator): Uint8Array {
  const { gain, offset, gamma, tiltU, tiltV, noise } = exposure;
  const pixels = new Uint8Array(size * size);
  for (let y = 0; y < size; y++) {
    const row = offset + tiltV * ((2 * y) / size - 1);
    for (let x = 0; x < size; x++) {
      const at = y * size + x;
      const value = brightness[at] as number;
      const exposed =
        value <= 0
          ? 0
          : gain * Math.pow(value * 1.12, gamma) + (row + tiltU * ((2 * x) / size - 1)) * smoothstep(0, 0.3, value);
      // The sum of four random bytes is close to a normal variable, of standard deviation 147.8 around 510.
      const bits = random.nextUint32();
      const four = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
      const noisy = 0.035 + exposed * 0.96 + noise * ((four - 510) / 147.8);
      pixels[at] = Math.round(clamp(255 * noisy, 0, 255));
    }
  }
  return pixels;
}

/** The soft shapes, tabulated over v or u where that is enough. */
class Outline {
  readonly #anatomy: Anatomy;
  readonly #outer: Table;
  readonly #inner: Readonly<Record<'left' | 'right', Table>>;
  readonly #diaphragm: Table;
  readonly #trunk: Table;
  readonly #heart: SoftEllipse;
  readonly #stomachGas: SoftEllipse | undefined;

  constructor(anatomy: Anatomy) {
    this.#anatomy = anatomy;
    this.#outer = new Table((v) => lungOuterEdge(anatomy, v));
    this.#inner = {
      left: new Table((v) => mediastinumEdge(anatomy, v, true)),
      right: new Table((v) => mediastinumEdge(anatomy, v, false)),
    };
    this.#diaphragm = new Table((u) => diaphragm(anatomy, u));
    const { shoulder, trunkWidth, heart, stomachGas } = anatomy;
    this.#heart = new SoftEllipse(heart, 0.1);
    this.#stomachGas = stomachGas === undefined ? undefined : new SoftEllipse(stomachGas, 0.3);
    // Neck, shoulders, then the trunk, which is narrowest at the armpits.
    this.#trunk = new Table((v) => {
      const neck = 0.25 + (trunkWidth + 0.06 - 0.25) * smoothstep(shoulder - 0.2, shoulder + 0.08, v) ** 0.8;
      return neck - 0.06 * smoothstep(shoulder + 0.15, shoulder + 0.5, v) + 0.03 * smoothstep(0.2, 0.9, v);
    });
  }

  /** Relative thickness of trunk and arms, 0 outside. */
  tissue(u: number, v: number): number {
    const width = this.#trunk.at(v);
    const x = Math.abs(u) / width;
    const trunk = x < 1 ? Math.sqrt(1 - x * x * x * x) : 0;
    const { shoulder, trunkWidth } = this.#anatomy;
    // The upper arm hangs outwards and down from the shoulder: distance to its axis.
    const du = Math.abs(u) - trunkWidth - 0.03;
    const dv = v - shoulder - 0.08;
    const t = clamp((du * 0.36 + dv * 0.9) / (0.36 * 0.36 + 0.9 * 0.9), 0, 1.5);
    const r = ((du - 0.36 * t) ** 2 + (dv - 0.9 * t) ** 2) / 0.026;
    const arm = r < 1 ? 0.62 * Math.sqrt(1 - r) : 0;
    return Math.max(trunk, arm);
  }

  /** How much of the ray's way runs through air, 0..1. */
  lung(u: number, v: number): number {
    const x = Math.abs(u);
    const outer = this.#outer.at(v);
    if (x > outer + 0.03) return 0;
    const floor = this.#diaphragm.at(u) - v;
    const inner = (u > 0 ? this.#inner.left : this.#inner.right).at(v);
    const air =
      smoothstep(-0.012, 0.035, outer - x) * smoothstep(-0.015, 0.04, x - inner) * smoothstep(-0.012, 0.022, floor);
    if (air === 0) return 0;
    const heart = this.#heart.at(u, v);
    // A lung is thinner towards its top and its outer edge.
    const depth = 0.8 + 0.2 * smoothstep(0, 0.22, outer - x) - 0.1 * smoothstep(-0.3, -0.7, v);
    return air * depth * (1 - 0.86 * heart);
  }

  spine(u: number, v: number): number {
    const { spineBend, boneDensity } = this.#anatomy;
    const x = Math.abs(u - spineBend * Math.sin(2.2 * v)) / 0.095;
    if (x > 1.2) return 0;
    const phase = Math.abs(((((v / 0.118) % 1) + 1) % 1) - 0.5);
    const disc = smoothstep(0.38, 0.48, phase);
    const body = smoothstep(1.15, 0.8, x) * (0.85 + 0.25 * smoothstep(0.5, 0.8, x));
    return boneDensity * 0.85 * body * (1 - 0.45 * disc);
  }

  /** Liver and spleen are denser than the chest; the stomach may hold gas. */
  abdomen(u: number, v: number): number {
    const depth = v - this.#diaphragm.at(u);
    if (depth <= 0) return 0;
    const { trunkWidth } = this.#anatomy;
    const inside = smoothstep(trunkWidth, trunkWidth - 0.2, Math.abs(u));
    const gas = this.#stomachGas?.at(u, v) ?? 0;
    return inside * (0.07 * smoothstep(0, 0.12, depth) * (u < 0 ? 1 : 0.75) - 0.13 * gas);
  }
}

/** A function on -1.5..1.5, tabulated. */
class Table {
  readonly #values: Float32Array;

  constructor(f: (x: number) => number) {
    this.#values = Float32Array.from({ length: tableSteps + 1 }, (_, i) => f((3 * i) / tableSteps - 1.5));
  }

  at(x: number): number {
    const place = clamp((x + 1.5) * (tableSteps / 3), 0, tableSteps - 1e-3);
    const index = Math.floor(place);
    const low = this.#values[index] as number;
    const high = this.#values[index + 1] as number;
    return low + (place - index) * (high - low);
  }
}

const tableSteps = 768;
