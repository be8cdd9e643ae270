/** Numbers -> colours, for pictures of statistics. */

export type Color = readonly [red: number, green: number, blue: number];

/** From 0 to 1, evenly spaced, linear in between. */
export type ColorMap = readonly Color[];

/** As the X-rays themselves. */
export const grays: ColorMap = [
  [0, 0, 0],
  [255, 255, 255],
];

/** Viridis (Smith and van der Walt, 2015): equal steps look equal, in grey print too and to colour-blind readers. */
export const viridis = parseColors('440154 472d7b 3b528b 2c728e 21918c 28ae80 5ec962 addc30 fde725');

/** Blue below, white in the middle, red above: ColorBrewer's RdBu (Harrower and Brewer, 2003), turned round. */
export const blueWhiteRed = parseColors('053061 2166ac 4393c3 92c5de d1e5f0 f7f7f7 fddbc7 f4a582 d6604d b2182b 67001f');

/** @param share of the way through the map; what is beyond 0..1 gets the colour of the end */
export function pickColor(map: ColorMap, share: number): Color {
  const position = Math.min(Math.max(share, 0), 1) * (map.length - 1);
  const below = Math.min(Math.floor(position), map.length - 2);
  const [low, high] = [map[below] as Color, map[below + 1] as Color];
  const mix = (channel: 0 | 1 | 2): number =>
    Math.round(low[channel] + (high[channel] - low[channel]) * (position - below));
  return [mix(0), mix(1), mix(2)];
}

/** @returns three bytes for each value, from `low` at the map's beginning to `high` at its end */
export function paint(values: Float64Array, map: ColorMap, low: number, high: number): Uint8Array {
  // 1,024 steps are more than eight bits can show.
  const steps = 1023;
  const table = Array.from({ length: steps + 1 }, (_, step) => pickColor(map, step / steps));
  const bytes = new Uint8Array(values.length * 3);
  values.forEach((value, index) => {
    const share = Math.min(Math.max((value - low) / (high - low), 0), 1);
    bytes.set(table[Math.round(share * steps)] as Color, index * 3);
  });
  return bytes;
}

export function toHex(color: Color): string {
  return `#${color.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function parseColors(text: string): ColorMap {
  return text.split(' ').map((hex) => {
    const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
    return [red, green, blue];
  });
}
