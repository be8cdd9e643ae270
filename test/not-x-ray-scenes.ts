/** Drawn pictures of things: a page of text, a scene of plain shapes, the X-ray of a hand. */
import sharp from 'sharp';
import type { GrayImage } from '../src/imaging/gray-image.ts';
import { RandomGenerator } from '../src/base/random.ts';

/** A painter's canvas: what is drawn later covers what was there, or adds to it. */
class Canvas {
  readonly side: number;
  readonly #grey: Float64Array;

  constructor(side: number, background: (x: number, y: number) => number) {
    this.side = side;
    this.#grey = new Float64Array(side * side);
    this.paint(() => true, background);
  }

  /** Coordinates run from 0 to 1. */
  paint(inside: (x: number, y: number) => boolean, grey: (x: number, y: number, old: number) => number): void {
    const { side } = this;
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const [x, y] = [(column + 0.5) / side, (row + 0.5) / side];
        const at = row * side + column;
        if (inside(x, y)) this.#grey[at] = grey(x, y, this.#grey[at] as number);
      }
    }
  }

  /** All pixels whose centre lies in it. */
  fillRectangle(left: number, top: number, right: number, bottom: number, grey: number): void {
    const from = (edge: number): number => Math.max(0, Math.ceil(edge * this.side - 0.5));
    for (let row = from(top); row < Math.min(this.side, from(bottom)); row++) {
      this.#grey.fill(grey, row * this.side + from(left), row * this.side + Math.min(this.side, from(right)));
    }
  }

  finish(random: RandomGenerator, noise: number): GrayImage {
    const data = Uint8Array.from(this.#grey, (value) =>
      Math.max(0, Math.min(255, Math.round(value + noise * random.normal()))),
    );
    return { width: this.side, height: this.side, data };
  }
}

/** Lines of words: dark strokes on light paper, or light on dark. */
export function drawText(side: number, index: number): GrayImage {
  const random = new RandomGenerator(21, index);
  const [paper, ink] = random.next() < 0.7 ? [235, 30] : [15, 220];
  const canvas = new Canvas(side, () => paper);
  const lines = 6 + random.integer(20);
  const height = 0.9 / lines;
  for (let line = 0; line < lines; line++) {
    const top = 0.05 + line * height;
    const end = random.next() < 0.2 ? random.uniform(0.2, 0.9) : 0.95;
    for (let x = 0.05; x < end;) {
      const width = height * random.uniform(0.1, 0.25);
      const [from, to] = [x, Math.min(end, x + width)];
      const [above, below] = [random.uniform(0, 0.3), random.uniform(0.5, 0.75)];
      if (random.next() > 0.15) canvas.fillRectangle(from, top + above * height, to, top + below * height, ink);
      x += width * random.uniform(1.3, 2);
    }
  }
  return canvas.finish(random, 2);
}

/** Sky or wall behind, ellipses and polygons of any grey before it, each shaded, as a camera sees things. */
export function drawPhoto(side: number, index: number): GrayImage {
  const random = new RandomGenerator(22, index);
  const [top, bottom] = [random.uniform(0, 255), random.uniform(0, 255)];
  const canvas = new Canvas(side, (_, y) => top + (bottom - top) * y);
  for (let shape = 3 + random.integer(12); shape > 0; shape--) {
    const [cx, cy] = [random.next(), random.next()];
    const [grey, slope] = [random.uniform(0, 255), random.uniform(-200, 200)];
    const [rx, ry, angle] = [random.uniform(0.05, 0.35), random.uniform(0.05, 0.35), random.uniform(0, Math.PI)];
    const sides = random.next() < 0.5 ? 0 : 3 + random.integer(4);
    const inside = (x: number, y: number): boolean => {
      const [dx, dy] = [x - cx, y - cy];
      const u = (dx * Math.cos(angle) + dy * Math.sin(angle)) / rx;
      const v = (dy * Math.cos(angle) - dx * Math.sin(angle)) / ry;
      if (sides === 0) return u * u + v * v < 1;
      // A regular polygon: within its apothem towards the nearest edge.
      const sector = (2 * Math.PI) / sides;
      const turned = Math.atan2(v, u) - sector * Math.round(Math.atan2(v, u) / sector);
      return Math.hypot(u, v) * Math.cos(turned) < Math.cos(Math.PI / sides);
    };
    canvas.paint(inside, (x) => grey + slope * (x - cx));
  }
  return canvas.finish(random, random.uniform(0, 8));
}

/** The X-ray of a hand: soft tissue on black, brighter bones in palm and fingers, somewhat turned. */
export function drawHand(side: number, index: number): GrayImage {
  const random = new RandomGenerator(23, index);
  const canvas = new Canvas(side, () => 8);
  const [tilt, scale] = [random.uniform(-0.35, 0.35), random.uniform(0.8, 1.1)];
  const left = random.next() < 0.5 ? -1 : 1;
  /** An ellipse about a point of the hand, its long axis turned by `angle` from upright. */
  const ellipse = (x: number, y: number, rx: number, ry: number, angle: number, light: number): void => {
    const [c, s] = [Math.cos(tilt), Math.sin(tilt)];
    const [hx, hy] = [scale * left * x, scale * y];
    const [cx, cy] = [0.5 + c * hx - s * hy, 0.55 + s * hx + c * hy];
    const own = left * angle + tilt;
    const inside = (px: number, py: number): boolean => {
      const [dx, dy] = [px - cx, py - cy];
      const u = (dx * Math.cos(own) + dy * Math.sin(own)) / (scale * rx);
      const v = (dy * Math.cos(own) - dx * Math.sin(own)) / (scale * ry);
      return u * u + v * v < 1;
    };
    canvas.paint(inside, (_x, _y, old) => Math.max(old, Math.min(old + light, 240)));
  };
  ellipse(0, 0.1, 0.19, 0.2, 0, 70);
  ellipse(0, 0.4, 0.11, 0.22, 0, 70);
  const fingers = [-0.15, -0.06, 0.04, 0.13].map((x, at) => ({
    x,
    angle: 0.9 * x,
    length: [0.2, 0.25, 0.24, 0.18][at] ?? 0.2,
  }));
  for (const { x, angle, length } of fingers) {
    ellipse(x * 1.15, -0.1 - length / 2, 0.038, length, angle, 65);
    for (const at of [0.1, -0.09, -0.24, -0.35])
      ellipse(x + angle * -at * 0.3, at * (length / 0.22), 0.018, 0.065, angle, 80);
  }
  ellipse(0.22, 0.03, 0.04, 0.16, 0.8, 65);
  ellipse(0.21, 0.04, 0.018, 0.08, 0.8, 80);
  for (let bone = 0; bone < 7; bone++)
    ellipse(-0.07 + 0.045 * (bone % 4), 0.22 + 0.05 * Math.floor(bone / 4), 0.024, 0.024, 0, 60);
  ellipse(-0.035, 0.45, 0.028, 0.17, 0, 80);
  ellipse(0.045, 0.45, 0.034, 0.17, 0, 80);
  return canvas.finish(random, 3);
}

/** For a look at them, and for files to give to the program. */
export function toPng({ width, height, data }: GrayImage): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}
