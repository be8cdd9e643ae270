/** The orientation of TIFF 6.0 section 8: which side of the image the first row and the first column show. */
import { release } from '../../base/release.ts';
import type { DecodedImage } from './libvips.ts';

/**
 * @param orientation 1 to 8; anything else means 1
 * @returns the image upright; the one given where nothing is to be done, else one of its own and the given one is freed
 */
export function turn(image: DecodedImage, orientation: number): DecodedImage {
  if (!(orientation >= 2 && orientation <= 8)) return image;
  const { width, height, channels, data } = image;
  // From 5 on the first row is a column.
  const isTransposed = orientation >= 5;
  const isMirrored = [2, 3, 7, 8].includes(orientation);
  const isUpsideDown = [3, 4, 6, 7].includes(orientation);
  const across = isMirrored ? -channels : channels;
  const down = (isUpsideDown ? -channels : channels) * width;
  const first = (isUpsideDown ? (height - 1) * width : 0) * channels + (isMirrored ? (width - 1) * channels : 0);
  const [columns, rows] = isTransposed ? [height, width] : [width, height];
  const [nextColumn, nextRow] = isTransposed ? [down, across] : [across, down];
  const turned = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < rows; y++) {
    for (let x = 0, from = first + y * nextRow; x < columns; x++, from += nextColumn) {
      for (let channel = 0; channel < channels; channel++) turned[to++] = data[from + channel] as number;
    }
  }
  release(data);
  return { width: columns, height: rows, channels, data: turned };
}
