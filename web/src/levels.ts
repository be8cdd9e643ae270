/** Window and level: which grey values are spread from black to white. */

export interface Levels {
  /** how many grey values are spread */
  readonly window: number;
  /** the grey value in their middle */
  readonly level: number;
  readonly inverted: boolean;
}

export const plainLevels: Levels = { window: 255, level: 127.5, inverted: false };

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

export function limitLevels({ window, level, inverted }: Levels): Levels {
  return { window: clamp(window, 1, 510), level: clamp(level, 0, 255), inverted };
}

/** For every grey value what is shown. */
export function buildLookup({ window, level, inverted }: Levels): Uint8Array {
  const low = level - window / 2;
  return Uint8Array.from({ length: 256 }, (_, value) => {
    const share = clamp((value - low) / window, 0, 1);
    return Math.round(255 * (inverted ? 1 - share : share));
  });
}

/**
 * Window and level after a drag: to the right widens the window, which lowers the contrast; upwards lowers the level, which brightens.
 *
 * @param dx pixels to the right
 * @param dy pixels downwards
 */
export function dragLevels(levels: Levels, dx: number, dy: number): Levels {
  return limitLevels({ ...levels, window: levels.window + dx, level: levels.level + dy / 2 });
}

/** @param rgba as a canvas gives it @param target as large, in the same form */
export function applyLookup(grey: Uint8Array, lookup: Uint8Array, target: Uint8ClampedArray): void {
  const words = new Uint32Array(target.buffer, target.byteOffset, grey.length);
  const colors = Uint32Array.from(lookup, (value) => (0xff000000 | (value * 0x010101)) >>> 0);
  for (let index = 0; index < grey.length; index += 1) words[index] = colors[grey[index] ?? 0] ?? 0;
}

/** The brightness of every pixel. @param rgba four bytes a pixel */
export function toGrey(rgba: Uint8ClampedArray): Uint8Array {
  const grey = new Uint8Array(rgba.length / 4);
  for (let index = 0, at = 0; index < grey.length; index += 1, at += 4) {
    // Rec. 601 with weights that sum to 256: grey stays exactly what it was.
    grey[index] = (77 * (rgba[at] ?? 0) + 150 * (rgba[at + 1] ?? 0) + 29 * (rgba[at + 2] ?? 0)) >> 8;
  }
  return grey;
}
