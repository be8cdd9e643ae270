/** Where an image stands in a frame when its aspect ratio is kept; stretching would write the aspect ratio into the ribs. */
import type { GrayImage } from '../gray-image.ts';

/** A rectangle of whole pixels. */
export interface Placement {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

type Size = Pick<GrayImage, 'width' | 'height'>;

/**
 * The largest rectangle of the image's aspect ratio, centred. It fills the frame's width or its height exactly; the other side is
 * `image side * frame side / image side`, rounded to the nearest whole number (halves up) and at least 1. Where an odd number
 * of pixels is left, the bar on the right or at the bottom is the wider one. All of it in whole numbers, so exact.
 */
export function placeLetterbox(image: Size, frame: Size): Placement {
  const fillsWidth = image.width * frame.height >= image.height * frame.width;
  const width = fillsWidth ? frame.width : scaleSide(image.width, frame.height, image.height);
  const height = fillsWidth ? scaleSide(image.height, frame.width, image.width) : frame.height;
  return {
    left: Math.floor((frame.width - width) / 2),
    top: Math.floor((frame.height - height) / 2),
    width,
    height,
  };
}

/** The frame's pixels: the image where it was placed, black around it. */
export function pasteOnBlack(image: Uint8Array, { left, top, width, height }: Placement, frame: Size): Uint8Array {
  if (width === frame.width && height === frame.height) return image;
  const data = new Uint8Array(frame.width * frame.height);
  for (let y = 0; y < height; y++) {
    data.set(image.subarray(y * width, (y + 1) * width), (top + y) * frame.width + left);
  }
  return data;
}

/** side * numerator / denominator, rounded; below 2^53 for images below 100 million pixels. */
function scaleSide(side: number, numerator: number, denominator: number): number {
  return Math.max(1, Math.floor((2 * side * numerator + denominator) / (2 * denominator)));
}
