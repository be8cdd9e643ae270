/** Where a pane looks at an image: kept without pixels, so that two panes of different images can look at the same place. */

export interface View {
  /** 1: the whole image fits */
  readonly zoom: number;
  /** the place in the middle of the pane, as shares of the image's width and height */
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where the image lies in the pane, in pixels of the pane. */
export interface Placement {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export const wholeView: View = { zoom: 1, x: 0.5, y: 0.5 };
const zoomRange = { low: 0.05, high: 40 } as const;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

export function fitScale(pane: Size, image: Size): number {
  return Math.min(pane.width / image.width, pane.height / image.height);
}

export function place(view: View, pane: Size, image: Size): Placement {
  const scale = view.zoom * fitScale(pane, image);
  return {
    scale,
    left: pane.width / 2 - view.x * image.width * scale,
    top: pane.height / 2 - view.y * image.height * scale,
  };
}

/** The middle of the pane never leaves the image. */
export function limitView({ zoom, x, y }: View): View {
  return { zoom: clamp(zoom, zoomRange.low, zoomRange.high), x: clamp(x, 0, 1), y: clamp(y, 0, 1) };
}

/** @param dx pixels by which the image is dragged to the right */
export function panView(view: View, dx: number, dy: number, pane: Size, image: Size): View {
  const { scale } = place(view, pane, image);
  return limitView({ ...view, x: view.x - dx / (image.width * scale), y: view.y - dy / (image.height * scale) });
}

/** What lies under the point stays there. @param point in pixels of the pane */
export function zoomView(
  view: View,
  factor: number,
  point: { readonly x: number; readonly y: number },
  pane: Size,
  image: Size,
): View {
  const zoom = clamp(view.zoom * factor, zoomRange.low, zoomRange.high);
  const before = view.zoom * fitScale(pane, image);
  const after = zoom * fitScale(pane, image);
  const shift = 1 / before - 1 / after;
  return limitView({
    zoom,
    x: view.x + ((point.x - pane.width / 2) * shift) / image.width,
    y: view.y + ((point.y - pane.height / 2) * shift) / image.height,
  });
}

/** One pixel of the image for each of the pane. */
export function actualSizeView(view: View, pane: Size, image: Size): View {
  return limitView({ ...view, zoom: 1 / fitScale(pane, image) });
}
