import { describe, expect, it } from 'vitest';
import {
  mirrorOrientation,
  mirrorView,
  orientMatrix,
  orientSize,
  storedOrientation,
  turnOrientation,
  turnView,
  type Orientation,
} from './orientation.ts';

/** Where a point of the stored image, seen from its middle, lies on the screen. */
function see(orientation: Orientation, [x, y]: readonly [number, number]): readonly [number, number] {
  const [a, b, c, d] = orientMatrix(orientation);
  return [a * x + c * y + 0, b * x + d * y + 0];
}

describe('an orientation', () => {
  it('turns the upper left corner to the upper right, clockwise', () => {
    expect(see(turnOrientation(storedOrientation, 1), [-2, -1])).toEqual([1, -2]);
    expect(see(turnOrientation(storedOrientation, -1), [-2, -1])).toEqual([-1, 2]);
  });

  it('mirrors what is on the screen, also after a turn', () => {
    const turned = turnOrientation(storedOrientation, 1);
    const [x, y] = see(turned, [-2, -1]);
    expect(see(mirrorOrientation(turned), [-2, -1])).toEqual([-x, y]);
    const both = turnOrientation(mirrorOrientation(storedOrientation), 1);
    expect(see(mirrorOrientation(both), [-2, -1])).toEqual([-1, 2]);
  });

  it('is as stored after four turns or two mirrors', () => {
    const four = [1, 1, 1, 1].reduce<Orientation>((each) => turnOrientation(each, 1), storedOrientation);
    expect(four).toEqual(storedOrientation);
    expect(mirrorOrientation(mirrorOrientation(storedOrientation))).toEqual(storedOrientation);
  });

  it('exchanges width and height on its side', () => {
    const size = { width: 30, height: 20 };
    expect(orientSize(size, turnOrientation(storedOrientation, 1))).toEqual({ width: 20, height: 30 });
    expect(orientSize(size, mirrorOrientation(storedOrientation))).toEqual(size);
  });
});

it('keeps in the middle what is there', () => {
  const view = { zoom: 2, x: 0.25, y: 0.125 };
  expect(turnView(view, 1)).toEqual({ zoom: 2, x: 0.875, y: 0.25 });
  expect(turnView(turnView(view, 1), -1)).toEqual(view);
  expect(mirrorView(view)).toEqual({ zoom: 2, x: 0.75, y: 0.125 });
});
