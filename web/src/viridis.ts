/** Colours of the heat map: dark violet, blue-green, yellow; its lightness grows evenly, also for those who see no red or green. */

/** Viridis (CC0, by Nathaniel Smith and Stéfan van der Walt) at eleven places. */
const anchors: readonly (readonly [number, number, number])[] = [
  [68, 1, 84],
  [72, 36, 117],
  [65, 68, 135],
  [53, 95, 141],
  [42, 120, 142],
  [33, 145, 140],
  [34, 168, 132],
  [68, 191, 112],
  [122, 209, 81],
  [189, 223, 38],
  [253, 231, 37],
];

export function viridis(share: number): readonly [red: number, green: number, blue: number] {
  const place = Math.min(1, Math.max(0, share)) * (anchors.length - 1);
  const index = Math.min(anchors.length - 2, Math.floor(place));
  const [low, high] = [anchors[index], anchors[index + 1]];
  if (low === undefined || high === undefined) return [0, 0, 0];
  const mix = (at: 0 | 1 | 2): number => Math.round(low[at] + (high[at] - low[at]) * (place - index));
  return [mix(0), mix(1), mix(2)];
}

/** Cold places let the image through, so that the map covers only what it speaks of. */
export function heatAlpha(share: number): number {
  const place = Math.min(1, Math.max(0, (share - 0.08) / 0.4));
  return place * place * (3 - 2 * place);
}

/** @param heat values from 0 to 1, row by row @returns four bytes a place */
export function colourHeat(heat: readonly number[]): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(heat.length * 4);
  heat.forEach((value, index) => rgba.set([...viridis(value), Math.round(255 * heatAlpha(value))], index * 4));
  return rgba;
}
