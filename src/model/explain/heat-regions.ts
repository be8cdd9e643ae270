/**
 * Where the heat of a map lies: in the boxes of the lungs, between them, around them, or in the border, where no lung can be. A model whose
 * heat lies in the border looks at markers, collimators and cables.
 */
import type { PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { gridSide, listCells, regions, type RegionName } from '../../imaging/regions.ts';
import { toHeat, type HeatMap } from './heat-map.ts';

export interface RegionHeat {
  readonly region: Exclude<RegionName, 'wholeImage'>;
  readonly title: string;
  /** Share of all heat, 0..1; null where the map is 0 everywhere. */
  readonly heat: number | null;
  /** Share of the image's pixels. */
  readonly area: number;
  /** heat / area: 1 is what a map that knows nothing would have; null where either is missing. */
  readonly concentration: number | null;
}

/**
 * The boxes are those of inspection/regions.ts, placed on whole images; what the preprocessing cut from the border is taken into account. A letterbox is not: it depends
 * on each image.
 */
export function measureRegions(map: HeatMap, { crop = 0 }: Pick<PreprocessingSpec, 'crop'>): RegionHeat[] {
  const heat = toHeat(map);
  const regionOfCell = new Array<string>(gridSide * gridSide);
  const parts = regions.filter(({ name }) => name !== 'wholeImage');
  for (const { name } of parts) for (const cell of listCells(name)) regionOfCell[cell] = name;
  const columns = cellsAlong(map.width, crop);
  const rows = cellsAlong(map.height, crop);
  const sums = new Map(parts.map(({ name }) => [name as string, { heat: 0, pixels: 0 }]));
  let total = 0;
  for (let y = 0, at = 0; y < map.height; y++) {
    for (let x = 0; x < map.width; x++, at++) {
      const region = regionOfCell[(rows[y] as number) * gridSide + (columns[x] as number)] as string;
      const sum = sums.get(region) as { heat: number; pixels: number };
      sum.heat += heat[at] as number;
      sum.pixels++;
      total += heat[at] as number;
    }
  }
  return parts.map(({ name, title }) => {
    const sum = sums.get(name) as { heat: number; pixels: number };
    const share = total === 0 ? null : sum.heat / total;
    const area = sum.pixels / heat.length;
    return {
      region: name as RegionHeat['region'],
      title,
      heat: share,
      area,
      concentration: share === null || area === 0 ? null : share / area,
    };
  });
}

/** The cell of the whole image that each pixel lies in. */
function cellsAlong(side: number, crop: number): readonly number[] {
  return Array.from({ length: side }, (_, index) => {
    const position = crop + ((index + 0.5) / side) * (1 - 2 * crop);
    return Math.min(Math.floor(position * gridSide), gridSide - 1);
  });
}
