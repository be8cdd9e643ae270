/** The pictures of a data set's exploration: mean, standard deviation and difference of the classes, the regions, a few samples. */
import { computeQuantile } from '../../statistics/intervals/cluster-bootstrap.ts';
import type { ExplorePixels, ExploreResult } from './explore.ts';
import type { PixelStatistics } from './pixel-statistics.ts';
import { betweenBox, gridSide, innerBox, lungBoxes, type CellBox } from '../../imaging/regions.ts';
import { blueWhiteRed, grays, viridis } from '../../imaging/color-maps.ts';
import { className, isWhole, titleOf } from './explore-text.ts';
import {
  paintGrays,
  paintMap,
  renderPictureGrid,
  type ColorScale,
  type Mark,
  type Picture,
  type PictureRow,
} from '../charts/picture-grid.ts';
import type { Chart } from '../charts/render-chart.ts';
import { formatCount } from '../../base/text.ts';

const unit = 'grey levels';
const levels: ColorScale = { map: grays, low: 0, high: 255, ticks: [0, 64, 128, 192, 255], unit };
const mapSide = 230;
const mapsInRow = 4;
const sampleSide = 142;
const samplesInRow = 6;

/** The same scales for all splits, so that their figures can be compared. */
export interface MapScales {
  readonly deviation: ColorScale;
  readonly meanDifference: ColorScale;
  readonly deviationDifference: ColorScale;
}

export function chooseScales(result: ExploreResult): MapScales {
  const bySplit = splitsOf(result).map((split) => statisticsOf(result, split));
  const highest = (pick: (statistics: PixelStatistics) => Float64Array | null): number =>
    Math.max(0, ...bySplit.flat().map(({ statistics }) => highestButFew(pick(statistics))));
  const furthest = (pick: (statistics: PixelStatistics) => Float64Array | null): number =>
    Math.max(0, ...bySplit.flatMap((groups) => differencesOf(groups, pick).map(({ values }) => highestButFew(values))));
  return {
    deviation: scaleFromZero(highest(({ standardDeviation }) => standardDeviation)),
    meanDifference: scaleAroundZero(furthest(({ mean }) => mean)),
    deviationDifference: scaleAroundZero(furthest(({ standardDeviation }) => standardDeviation)),
  };
}

/** One row for the means, one for the standard deviations: each class, then the differences from the first one. Many classes take more rows. */
export async function drawClassStatistics(
  result: ExploreResult,
  split: string | null,
  scales: MapScales,
): Promise<Chart> {
  const { figures } = result;
  const groups = statisticsOf(result, split);
  const { size } = figures;
  const draw = async ({ values, name }: NamedMap, scale: ColorScale, withBar: boolean): Promise<Picture> => {
    const png = await paintMap(values, size, scale);
    return { png, width: size, height: size, title: name, ...(withBar ? { scale } : {}) };
  };
  const rows = async (
    title: string,
    pick: (statistics: PixelStatistics) => Float64Array | null,
    [ofClass, ofDifference]: readonly [ColorScale, ColorScale],
  ): Promise<PictureRow[]> => {
    const maps = groups.flatMap(({ label, statistics }): NamedMap[] => {
      const values = pick(statistics);
      return values === null ? [] : [{ values, name: `${className(label)}, ${formatCount(statistics.count)} images` }];
    });
    const paintAll = (list: readonly NamedMap[], scale: ColorScale, hasBar = true): Promise<Picture[]> =>
      Promise.all(list.map((map, index) => draw(map, scale, hasBar && index === list.length - 1)));
    const differences = differencesOf(groups, pick);
    if (maps.length + differences.length <= mapsInRow + 1) {
      const pictures = [...(await paintAll(maps, ofClass)), ...(await paintAll(differences, ofDifference))];
      return pictures.length === 0 ? [] : [{ title, pictures }];
    }
    const chunks: PictureRow[] = [];
    for (const [list, scale, words] of [
      [maps, ofClass, title],
      [differences, ofDifference, `${title}, differences`],
    ] as const) {
      for (let start = 0; start < list.length; start += mapsInRow) {
        const pictures = await paintAll(list.slice(start, start + mapsInRow), scale, start === 0);
        chunks.push({ ...(start === 0 ? { title: words } : {}), pictures });
      }
    }
    return chunks;
  };
  const names = groups.map(({ label }) => className(label)).join(', ');
  return renderPictureGrid({
    title: split === null ? 'Mean and standard deviation of every pixel' : `Mean and standard deviation: ${split}`,
    subtitle: titleOf(figures, '', []).subtitle,
    description: `Mean and standard deviation of every pixel across the images of ${names}, and their differences.`,
    side: mapSide,
    rows: [
      ...(await rows('Mean', ({ mean }) => mean, [levels, scales.meanDifference])),
      ...(await rows('Standard deviation', ({ standardDeviation }) => standardDeviation, [
        scales.deviation,
        scales.deviationDifference,
      ])),
    ],
  });
}

/** The boxes of the regions on the mean of all images. */
export async function drawRegions(result: ExploreResult): Promise<Chart> {
  const { size } = result.figures;
  const { values, count } = meanOfAll(result);
  const png = await paintMap(values, size, levels);
  const [blue, green, orange] = ['#0072B2', '#00795a', '#b34e00'];
  const [right, left] = lungBoxes as readonly [CellBox, CellBox];
  const marks: Mark[] = [
    { ...toShares(innerBox), color: orange, label: 'Border', labelAt: [0.008, 0.006] },
    { ...toShares(innerBox), color: orange, label: 'Around the lungs', labelAt: [0.375, 0.1] },
    { ...toShares(right), color: blue, label: 'Lung fields' },
    { ...toShares(left), color: blue, label: 'Lung fields' },
    { ...toShares(betweenBox), color: green, label: 'Between', labelAt: [0.424, 0.64] },
  ];
  return renderPictureGrid({
    title: 'The regions',
    subtitle: titleOf(result.figures, '', [`Drawn on the mean of ${formatCount(count)} images`]).subtitle,
    description: 'The boxes of the regions, drawn on the mean of all images.',
    side: 460,
    rows: [{ pictures: [{ png, width: size, height: size, marks }] }],
  });
}

/** A PNG alone: it holds images of patients, so there is one file of it to look after. */
export async function drawSamples(result: ExploreResult): Promise<Uint8Array> {
  const { figures, samples } = result;
  const rows: PictureRow[] = [];
  for (const label of figures.classNames) {
    const own = samples.filter((sample) => sample.label === label);
    const pictures = await Promise.all(
      own.map(async ({ pixels, width, height, file }): Promise<Picture> => {
        const caption = file.slice(file.lastIndexOf('/') + 1);
        return { png: await paintGrays(pixels, width), width, height, caption };
      }),
    );
    for (let start = 0; start < pictures.length; start += samplesInRow) {
      const shown = pictures.slice(start, start + samplesInRow);
      rows.push({ ...(start === 0 ? { title: className(label) } : {}), pictures: shown });
    }
  }
  const { png } = await renderPictureGrid({
    title: 'Samples',
    subtitle: titleOf(figures, '', [`Drawn at random, one image per patient, seed ${figures.seed}`]).subtitle,
    description: 'A few images of each class.',
    side: sampleSide,
    rows,
  });
  const { default: sharp } = await import('sharp');
  return sharp(png).removeAlpha().toColourspace('b-w').png({ compressionLevel: 9 }).toBuffer();
}

/** The splits there are, after null for all of them together. */
export function splitsOf({ figures }: ExploreResult): readonly (string | null)[] {
  return figures.splits.length === 1 ? [null] : [null, ...figures.splits];
}

interface NamedMap {
  readonly name: string;
  readonly values: Float64Array;
}

interface Statistics {
  readonly label: string;
  readonly statistics: PixelStatistics;
}

function statisticsOf({ pixels }: ExploreResult, split: string | null): Statistics[] {
  return pixels.flatMap(({ label, split: own, statistics }) => {
    return own === split && statistics !== undefined ? [{ label, statistics }] : [];
  });
}

function differencesOf(
  groups: readonly Statistics[],
  pick: (statistics: PixelStatistics) => Float64Array | null,
): NamedMap[] {
  const [first, ...others] = groups;
  const reference = first === undefined ? null : pick(first.statistics);
  if (first === undefined || reference === null) return [];
  return others.flatMap(({ label, statistics }) => {
    const values = pick(statistics)?.map((value, index) => value - (reference[index] as number));
    return values === undefined ? [] : [{ name: `${className(label)} minus ${className(first.label)}`, values }];
  });
}

function meanOfAll({ pixels, figures }: ExploreResult): { readonly values: Float64Array; readonly count: number } {
  const values = new Float64Array(figures.size ** 2);
  const isPresent = ({ split, statistics }: ExplorePixels): boolean => isWhole({ split }) && statistics !== undefined;
  const present = pixels.filter(isPresent).map(({ statistics }) => statistics as PixelStatistics);
  const count = present.reduce((sum, statistics) => sum + statistics.count, 0);
  for (const statistics of present) {
    statistics.mean.forEach((mean, index) => {
      values[index] = (values[index] as number) + mean * (statistics.count / count);
    });
  }
  return { values, count };
}

function toShares({ left, top, right, bottom }: CellBox): Pick<Mark, 'left' | 'top' | 'right' | 'bottom'> {
  return { left: left / gridSide, top: top / gridSide, right: right / gridSide, bottom: bottom / gridSide };
}

/** Of 200 pixels one goes beyond it: burnt-in letters would otherwise take the colours away from all the rest. */
function highestButFew(values: Float64Array | null): number {
  return values === null || values.length === 0 ? 0 : computeQuantile(values.map(Math.abs).toSorted(), 0.995);
}

function scaleFromZero(highest: number): ColorScale {
  const high = roundUp(highest);
  return { map: viridis, low: 0, high, ticks: chooseTicks(high), unit };
}

function scaleAroundZero(furthest: number): ColorScale {
  const high = roundUp(furthest);
  const ticks = chooseTicks(high);
  const below = ticks.filter((tick) => tick > 0).map((tick) => -tick);
  return { map: blueWhiteRed, low: -high, high, ticks: [...below, ...ticks], unit };
}

/** To the next 1, 5 or 10, so that the scale ends at a plain number. */
function roundUp(value: number): number {
  const step = value > 50 ? 10 : value > 10 ? 5 : 1;
  return Math.max(1, Math.ceil(value / step - 1e-9) * step);
}

function chooseTicks(high: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100].find((candidate) => high / candidate <= 5) ?? 100;
  return Array.from({ length: Math.floor(high / step) + 1 }, (_, index) => index * step);
}
