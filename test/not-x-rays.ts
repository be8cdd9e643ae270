/**
 * Images that are no upright frontal chest X-ray, to measure the input guard with: real ones changed, and drawn ones. None of this is
 * used by the guard's own fit, which draws its examples by code of its own.
 */
import type { GrayImage } from '../src/imaging/gray-image.ts';
import { RandomGenerator } from '../src/base/random.ts';
import { drawHand, drawPhoto, drawText } from './not-x-ray-scenes.ts';

/** What is done to an X-ray; the number tells apart what a kind draws by chance. */
export type Change = (image: GrayImage, index: number) => GrayImage;
/** A picture of `side * side` pixels, another one for each index. */
export type Drawing = (side: number, index: number) => GrayImage;

/** An X-ray that is not one of an upright chest any more, or not of all of it. */
export const changes: Readonly<Record<string, Change>> = {
  inverted: (image) => ({ ...image, data: image.data.map((value) => 255 - value) }),
  'rotated 90': (image) => turn(image, 1),
  'rotated 180': (image) => turn(image, 2),
  'rotated 270': (image) => turn(image, 3),
  'flipped vertically': (image) => mirror(turn(image, 2)),
  'rotated 45': (image) => rotate(image, 45),
  'rotated 30': (image, index) => rotate(image, index % 2 === 0 ? 30 : -30),
  'centre half': (image) => crop(image, { left: 0.25, top: 0.25, share: 0.5 }),
  'upper quadrant': (image, index) => crop(image, { left: (index % 2) / 2, top: 0, share: 0.5 }),
  'lower quadrant': (image, index) => crop(image, { left: (index % 2) / 2, top: 0.5, share: 0.5 }),
  'random tenth': (image, index) => {
    const random = new RandomGenerator(101, index);
    const share = Math.sqrt(0.1);
    return crop(image, { left: random.uniform(0, 1 - share), top: random.uniform(0, 1 - share), share });
  },
};

/** Pictures that never were an X-ray. */
export const drawings: Readonly<Record<string, Drawing>> = {
  black: (side) => fill(side, () => 0),
  white: (side) => fill(side, () => 255),
  grey: (side, index) => fill(side, () => 20 + ((index * 37) % 216)),
  'uniform noise': (side, index) => {
    const random = new RandomGenerator(1, index);
    return fill(side, () => random.integer(256));
  },
  'gaussian noise': (side, index) => {
    const random = new RandomGenerator(2, index);
    const [mean, deviation] = [random.uniform(60, 200), random.uniform(5, 60)];
    return fill(side, () => mean + deviation * random.normal());
  },
  'linear gradient': (side, index) => {
    const random = new RandomGenerator(3, index);
    const angle = random.uniform(0, 2 * Math.PI);
    return fill(side, (x, y) => 127.5 + 120 * ((x - 0.5) * Math.cos(angle) + (y - 0.5) * Math.sin(angle)));
  },
  'radial gradient': (side, index) => {
    const random = new RandomGenerator(4, index);
    const [cx, cy, slope] = [random.uniform(0.2, 0.8), random.uniform(0.2, 0.8), random.next() < 0.5 ? -1 : 1];
    return fill(side, (x, y) => 127.5 + slope * (160 * Math.hypot(x - cx, y - cy) - 80));
  },
  checkerboard: (side, index) => {
    const random = new RandomGenerator(5, index);
    const squares = 2 + random.integer(30);
    return fill(side, (x, y) => ((Math.floor(x * squares) + Math.floor(y * squares)) % 2 === 0 ? 40 : 210));
  },
  stripes: (side, index) => {
    const random = new RandomGenerator(6, index);
    const [angle, waves, phase] = [random.uniform(0, Math.PI), random.uniform(2, 40), random.uniform(0, 6)];
    return fill(side, (x, y) => {
      return 127.5 + 100 * Math.sin(2 * Math.PI * waves * (x * Math.cos(angle) + y * Math.sin(angle)) + phase);
    });
  },
  clouds: (side, index) => {
    const clouds = cloudsOf(new RandomGenerator(7, index), 5);
    return fill(side, (x, y) => 255 * clouds(4 * x, 4 * y));
  },
  'soft clouds': (side, index) => {
    const clouds = cloudsOf(new RandomGenerator(8, index), 2);
    return fill(side, (x, y) => 255 * clouds(2.5 * x, 2.5 * y));
  },
  wood: (side, index) => {
    const random = new RandomGenerator(9, index);
    const clouds = cloudsOf(random, 3);
    const [rings, cx] = [random.uniform(6, 20), random.uniform(-0.5, 1.5)];
    return fill(side, (x, y) => {
      const ring = Math.hypot(x - cx, 0.2 * y) * rings + 2 * clouds(3 * x, y);
      return 90 + 100 * (ring - Math.floor(ring));
    });
  },
  text: drawText,
  'photo-like scene': drawPhoto,
  'drawn hand': drawHand,
};

function fill(side: number, grey: (x: number, y: number) => number): GrayImage {
  const data = new Uint8Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      data[y * side + x] = Math.max(0, Math.min(255, Math.round(grey((x + 0.5) / side, (y + 0.5) / side))));
    }
  }
  return { width: side, height: side, data };
}

/** A quarter turn clockwise, so many times. */
export function turn(image: GrayImage, quarters: number): GrayImage {
  let turned = image;
  for (let i = 0; i < quarters; i++) {
    const { width, height, data } = turned;
    const next = new Uint8Array(data.length);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) next[x * height + (height - 1 - y)] = data[y * width + x] as number;
    turned = { width: height, height: width, data: next };
  }
  return turned;
}

/** Left and right exchanged. */
export function mirror({ width, height, data }: GrayImage): GrayImage {
  const next = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) next[y * width + (width - 1 - x)] = data[y * width + x] as number;
  return { width, height, data: next };
}

/** Clockwise about the centre, in the same frame, black where nothing is; the nearest pixel. */
export function rotate({ width, height, data }: GrayImage, degrees: number): GrayImage {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const next = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [x - (width - 1) / 2, y - (height - 1) / 2];
      const fromX = Math.round(cos * dx + sin * dy + (width - 1) / 2);
      const fromY = Math.round(cos * dy - sin * dx + (height - 1) / 2);
      if (fromX < 0 || fromY < 0 || fromX >= width || fromY >= height) continue;
      next[y * width + x] = data[fromY * width + fromX] as number;
    }
  }
  return { width, height, data: next };
}

/** @param part of width and height alike, 0..1 */
function crop(image: GrayImage, part: { left: number; top: number; share: number }): GrayImage {
  const [width, height] = [Math.floor(image.width * part.share), Math.floor(image.height * part.share)];
  const [left, top] = [Math.floor(image.width * part.left), Math.floor(image.height * part.top)];
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * image.width + left;
    data.set(image.data.subarray(start, start + width), y * width);
  }
  return { width, height, data };
}

/** Value noise: smooth between random values on a lattice, octaves added at half the size and weight; 0..1. */
function cloudsOf(random: RandomGenerator, octaves: number): (x: number, y: number) => number {
  const lattice = Float64Array.from({ length: 64 * 64 }, () => random.next());
  const value = (x: number, y: number): number => {
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [smooth(x - left), smooth(y - top)];
    const at = (dx: number, dy: number): number => lattice[((top + dy) & 63) * 64 + ((left + dx) & 63)] as number;
    return (at(0, 0) * (1 - fx) + at(1, 0) * fx) * (1 - fy) + (at(0, 1) * (1 - fx) + at(1, 1) * fx) * fy;
  };
  return (x, y) => {
    let [sum, total] = [0, 0];
    for (let octave = 0; octave < octaves; octave++) {
      sum += value(x * 2 ** octave + 7 * octave, y * 2 ** octave) / 2 ** octave;
      total += 1 / 2 ** octave;
    }
    return sum / total;
  };
}

function smooth(share: number): number {
  return share * share * (3 - 2 * share);
}
