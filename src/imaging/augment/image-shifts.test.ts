import { describe, expect, it } from 'vitest';
import { RandomGenerator } from '../../base/random.ts';
import type { GrayImage } from '../gray-image.ts';
import { imageShifts } from './image-shifts.ts';

const random = new RandomGenerator(3);
const [width, height] = [240, 200];
const image: GrayImage = {
  width,
  height,
  data: Uint8Array.from({ length: width * height }, (_, i) => 90 + (i % width) / 4 + 20 * random.next()),
};

function shift(name: string): GrayImage {
  const found = imageShifts.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no shift ${name}`);
  return found.apply(image);
}

const mean = (data: Uint8Array): number => data.reduce((sum, value) => sum + value, 0) / data.length;

describe('imageShifts', () => {
  it('have names of their own', () => {
    expect(new Set(imageShifts.map(({ name }) => name)).size).toBe(imageShifts.length);
  });

  it.each(imageShifts.map(({ name }) => name))('%s changes a copy, and always in the same way', (name) => {
    const before = image.data.slice();
    const changed = shift(name);
    expect(image.data).toEqual(before);
    expect(changed).toEqual(shift(name));
    expect(changed.data).toHaveLength(changed.width * changed.height);
    expect(changed).not.toEqual(image);
  });

  it('darken, brighten and frame as they say', () => {
    expect(mean(shift('gamma-1.4').data)).toBeLessThan(mean(image.data) - 10);
    expect(mean(shift('gamma-0.7').data)).toBeGreaterThan(mean(image.data) + 10);
    const framed = shift('frame-10');
    expect([framed.width, framed.height]).toEqual([288, 240]);
    expect(framed.data[0]).toBe(0);
    expect(framed.data[20 * 288 + 24]).toBe(image.data[0]);
    expect(shift('mirrored').data[0]).toBe(image.data[width - 1]);
    expect(shift('crop-10')).toMatchObject({ width: 192, height: 160 });
    expect(shift('reduced-112')).toMatchObject({ width: 134, height: 112 });
  });

  it('turn about the middle, one way and the other', () => {
    const corner = new Uint8Array(101 * 101);
    // A spot right of the middle goes up when the image is turned to the left.
    for (let y = 48; y <= 52; y++) for (let x = 88; x <= 92; x++) corner[y * 101 + x] = 255;
    const rowOf = (name: string): number => {
      const { data } =
        imageShifts.find((one) => one.name === name)?.apply({ width: 101, height: 101, data: corner }) ?? image;
      let [sum, weight] = [0, 0];
      data.forEach((value, index) => {
        sum += value * Math.floor(index / 101);
        weight += value;
      });
      return sum / weight;
    };
    expect(rowOf('turn-left')).toBeCloseTo(50 - 40 * Math.sin((7 * Math.PI) / 180), 0);
    expect(rowOf('turn-right')).toBeCloseTo(50 + 40 * Math.sin((7 * Math.PI) / 180), 0);
  });
});
