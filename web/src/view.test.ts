import { describe, expect, it } from 'vitest';
import { actualSizeView, panView, place, wholeView, zoomView } from './view.ts';

const pane = { width: 400, height: 300 };
const image = { width: 2000, height: 1000 };

describe('a view', () => {
  it('fits the whole image into the middle', () => {
    expect(place(wholeView, pane, image)).toEqual({ scale: 0.2, left: 0, top: 50 });
  });

  it('shows each pixel of the image as one of the pane', () => {
    expect(place(actualSizeView(wholeView, pane, image), pane, image).scale).toBeCloseTo(1);
  });

  it('zooms to what lies under the pointer', () => {
    const point = { x: 100, y: 120 };
    const at = (view: typeof wholeView): readonly number[] => {
      const { scale, left, top } = place(view, pane, image);
      return [(point.x - left) / scale, (point.y - top) / scale];
    };
    const before = at(wholeView);
    const after = at(zoomView(wholeView, 3, point, pane, image));
    expect(after[0]).toBeCloseTo(before[0] ?? Number.NaN);
    expect(after[1]).toBeCloseTo(before[1] ?? Number.NaN);
  });

  it('pans by pixels of the pane and never loses the image', () => {
    const moved = place(panView(wholeView, 30, -10, pane, image), pane, image);
    expect(moved.left).toBeCloseTo(30);
    expect(moved.top).toBeCloseTo(40);
    expect(panView(wholeView, 1e6, 1e6, pane, image)).toEqual({ zoom: 1, x: 0, y: 0 });
  });

  it('looks at the same place of an image of another size', () => {
    const view = zoomView(wholeView, 4, { x: 300, y: 150 }, pane, image);
    const small = { width: 200, height: 100 };
    const { scale, left } = place(view, pane, image);
    const other = place(view, pane, small);
    expect((200 - left) / (image.width * scale)).toBeCloseTo((200 - other.left) / (small.width * other.scale));
  });
});
