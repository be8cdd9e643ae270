import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import golden from '../../../test/fixtures/imaging/resample.json' with { type: 'json' };
import type { GrayImage } from '../gray-image.ts';
import { resizeBilinear } from './resample.ts';

/** The image of make_resample.py. */
function draw(width: number, height: number): GrayImage {
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const mixed = Math.imul(i % width, 73_856_093) ^ Math.imul(Math.floor(i / width), 19_349_663);
    return (mixed >>> 9) & 255;
  });
  return { width, height, data };
}

describe('resizeBilinear', () => {
  it("equals Pillow's BILINEAR for many sizes, up and down", () => {
    const ours = golden.map(([sourceWidth, sourceHeight, width, height]) => {
      const image = resizeBilinear(draw(Number(sourceWidth), Number(sourceHeight)), Number(width), Number(height));
      expect([image.width, image.height]).toEqual([width, height]);
      const digest = createHash('sha256').update(image.data).digest('hex').slice(0, 16);
      return [sourceWidth, sourceHeight, width, height, digest];
    });
    expect(ours).toEqual(golden);
  });

  it('leaves one grey level as it is: the weights of a pixel sum to one', () => {
    for (const level of [0, 1, 127, 254, 255]) {
      const image = { width: 61, height: 43, data: new Uint8Array(61 * 43).fill(level) };
      for (const [width, height] of [
        [7, 100],
        [100, 7],
        [60, 44],
      ] as const) {
        expect(new Set(resizeBilinear(image, width, height).data)).toEqual(new Set([level]));
      }
    }
  });

  it('returns the same image for the same size, and never touches the one given', () => {
    const image = draw(9, 5);
    const before = image.data.slice();
    expect(resizeBilinear(image, 9, 5)).toBe(image);
    resizeBilinear(image, 4, 4);
    expect(image.data).toEqual(before);
  });
});
