/** How an image is turned on the screen. Nothing of this is sent: the network sees the image as it is stored. */
import type { Size, View } from './view.ts';

/** First mirrored, then turned. */
export interface Orientation {
  /** clockwise */
  readonly quarters: 0 | 1 | 2 | 3;
  /** left and right are exchanged */
  readonly isMirrored: boolean;
}

/** Clockwise, or against the clock. */
export type Turn = 1 | -1;

export const storedOrientation: Orientation = { quarters: 0, isMirrored: false };

const toQuarters = (value: number): Orientation['quarters'] => ((value + 4) % 4) as Orientation['quarters'];

export function turnOrientation({ quarters, isMirrored }: Orientation, by: Turn): Orientation {
  return { quarters: toQuarters(quarters + by), isMirrored };
}

/** Exchanges left and right as they are on the screen. */
export function mirrorOrientation({ quarters, isMirrored }: Orientation): Orientation {
  return { quarters: toQuarters(-quarters), isMirrored: !isMirrored };
}

export function orientSize({ width, height }: Size, { quarters }: Orientation): Size {
  return quarters % 2 === 0 ? { width, height } : { width: height, height: width };
}

/** The same place of the image stays in the middle. */
export function turnView({ zoom, x, y }: View, by: Turn): View {
  return by === 1 ? { zoom, x: 1 - y, y: x } : { zoom, x: y, y: 1 - x };
}

export function mirrorView({ zoom, x, y }: View): View {
  return { zoom, x: 1 - x, y };
}

/** Linear part of the transform from the stored image to the screen, around the image's middle: a, b, c, d as a canvas takes them. */
export function orientMatrix({ quarters, isMirrored }: Orientation): readonly [number, number, number, number] {
  const [cosine, sine] = (
    [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ] as const
  )[quarters];
  const side = isMirrored ? -1 : 1;
  return [cosine * side, sine * side, -sine, cosine];
}
