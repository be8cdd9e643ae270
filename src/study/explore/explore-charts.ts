/** The charts of a data set's exploration that show sizes, grey levels and variability, as Vega-Lite takes them. */
import type { TopLevelSpec } from 'vega-lite';
import type { ExploreFigures, ExploreResult } from './explore.ts';
import { RandomGenerator } from '../../base/random.ts';
import { className, titleOf, wholeGroups } from './explore-text.ts';
import { formatCount, formatPercent } from '../../base/text.ts';
import { colors } from '../charts/theme.ts';
import { colorOfClass } from './class-colors.ts';

type Panel = Extract<TopLevelSpec, { readonly hconcat: unknown }>['hconcat'][number];
type UnitOrLayer = Extract<TopLevelSpec, { readonly layer: unknown }>['layer'][number];

/**
 * Points of a scatter; more only hide each other.
 *
 * @internal
 */
export const scatterPoints = 2000;
/** Tells this stream of random numbers from the others of the same seed. */
const scatterPurpose = 46;

/**
 * Width and height of the files, and the distribution of their ratio.
 *
 * @internal
 */
export function buildSizesChart(result: ExploreResult): TopLevelSpec {
  const { figures, sizes } = result;
  const total = sizes.reduce((sum, { widths }) => sum + widths.length, 0);
  const random = new RandomGenerator(figures.seed, scatterPurpose);
  // Each point for itself, so that the sample keeps the classes' proportions.
  const share = Math.min(1, scatterPoints / total);
  const points = sizes.flatMap(({ label, widths, heights }) =>
    widths.flatMap((width, index) =>
      random.next() < share ? [{ class: className(label), width, height: heights[index] as number }] : [],
    ),
  );
  const ratios = sizes.flatMap(({ label, widths, heights }) => {
    return binRatios(widths.map((width, index) => width / (heights[index] as number))).map((bin) => {
      return { class: className(label), ...bin };
    });
  });
  const axis = { tickCount: 6, format: 'd' };
  return {
    description: 'Width and height of the image files, and the distribution of width divided by height, by class.',
    title: titleOf(figures, 'Sizes of the files', sampledWords(points.length, total)),
    spacing: 44,
    hconcat: [
      {
        data: { values: shuffle(points, random) },
        width: 340,
        height: 300,
        mark: { type: 'point', filled: true, size: 18, opacity: 0.55, aria: false },
        encoding: {
          x: { field: 'width', type: 'quantitative', axis: { title: 'Width in pixels', ...axis } },
          y: { field: 'height', type: 'quantitative', axis: { title: 'Height in pixels', ...axis } },
          color: colorOfClass(figures.classNames),
        },
      },
      {
        data: { values: ratios },
        width: 340,
        height: 300,
        mark: { type: 'area', interpolate: 'step-after', fillOpacity: 0.2, line: { strokeWidth: 1.8 }, aria: false },
        encoding: {
          x: {
            field: 'ratio',
            type: 'quantitative',
            scale: { zero: false, nice: false },
            axis: { title: 'Width / height', format: '.1f', tickCount: 7 },
          },
          y: {
            field: 'share',
            type: 'quantitative',
            stack: false,
            axis: { title: `Share of the class's images`, format: '.0%', tickCount: 5 },
          },
          color: colorOfClass(figures.classNames),
        },
      },
    ],
  };
}

const ratioStep = 0.1;

/** Steps of 0.1, with an empty one at each end so that the line comes back to zero. */
function binRatios(ratios: readonly number[]): { readonly ratio: number; readonly share: number }[] {
  const counts = new Map<number, number>();
  for (const ratio of ratios) {
    const bin = Math.floor(ratio / ratioStep + 1e-9);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const [first, last] = [Math.min(...counts.keys()) - 1, Math.max(...counts.keys()) + 1];
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const bin = first + index;
    return { ratio: Number((bin * ratioStep).toFixed(1)), share: (counts.get(bin) ?? 0) / ratios.length };
  });
}

function sampledWords(shown: number, total: number): string[] {
  return shown === total
    ? [`One point for each of ${formatCount(total)} images`]
    : [`One point for each of ${formatCount(shown)} images, drawn at random from ${formatCount(total)}`];
}

/** The class that is drawn last would cover the others. */
function shuffle<T>(items: readonly T[], random: RandomGenerator): T[] {
  return Array.from(random.permutation(items.length), (index) => items[index] as T);
}

/**
 * The mean share of an image's pixels at each grey level, by class.
 *
 * @internal
 */
export function buildHistogramChart(figures: ExploreFigures): TopLevelSpec {
  const groups = wholeGroups(figures).filter(({ images }) => images > 0);
  const inner = groups.flatMap(({ histogram }) => histogram.slice(1, -1));
  // Black margins and burnt-in letters stand at the two ends, far above the rest: they get words instead of the scale.
  const top = Math.max(...inner) * 1.1;
  const values = groups.flatMap(({ label, histogram }) =>
    histogram.map((share, level) => ({ class: className(label), level, share: Math.min(share, top) })),
  );
  const ends = (level: 0 | 255): string =>
    groups.map((group) => `${className(group.label)} ${formatShare(group.histogram[level])}`).join(', ');
  const isCut = groups.some(({ histogram }) => Math.max(histogram[0] ?? 0, histogram[255] ?? 0) > top);
  return {
    description: 'The mean share of the pixels at each grey level, by class.',
    title: titleOf(figures, 'Grey levels', [
      `Exactly black (0): ${ends(0)}. Exactly white (255): ${ends(255)}`,
      ...(isCut ? ['The line is cut off where these are above the scale'] : []),
    ]),
    data: { values },
    width: 640,
    height: 240,
    mark: { type: 'line', strokeWidth: 1.6, strokeJoin: 'round', clip: true, aria: false },
    encoding: {
      x: {
        field: 'level',
        type: 'quantitative',
        scale: { domain: [0, 255], nice: false },
        axis: { title: 'Grey level', values: [0, 32, 64, 96, 128, 160, 192, 224, 255], labelFlush: false },
      },
      y: {
        field: 'share',
        type: 'quantitative',
        scale: { domain: [0, top], nice: false },
        axis: { title: `Share of an image's pixels`, format: '.2%', tickCount: 5 },
      },
      color: colorOfClass(figures.classNames, 'stroke'),
    },
  };
}

function formatShare(share: number | undefined): string {
  return formatPercent(share ?? 0, 2);
}

/**
 * The standard deviation of each region and class with its interval, and the differences of the classes.
 *
 * @internal
 */
export function buildVariabilityChart(figures: ExploreFigures): TopLevelSpec {
  const titles = figures.variability.map(({ title }) => title);
  const rows = figures.variability.flatMap(({ title, classes }) =>
    classes.flatMap(({ label, standardDeviation: value, interval }) => {
      if (value === null) return [];
      return [
        { region: title, class: className(label), value, low: interval?.low ?? value, high: interval?.high ?? value },
      ];
    }),
  );
  const differences = figures.variability.flatMap(({ title, differences: all }) =>
    all.flatMap(({ label, difference: value, interval }) => {
      if (value === null) return [];
      return [
        { region: title, class: className(label), value, low: interval?.low ?? value, high: interval?.high ?? value },
      ];
    }),
  );
  const reference = className(figures.classNames[0] ?? '');
  const panel = (values: readonly object[], title: string, isDifference: boolean): Panel => {
    const y = {
      field: 'region',
      type: 'nominal' as const,
      axis: { title: null, domain: false, ticks: false, labels: !isDifference, labelFontSize: 12, grid: true },
      scale: { domain: titles, padding: 0.2 },
    };
    const shown = isDifference ? figures.classNames.slice(1) : figures.classNames;
    const yOffset = { field: 'class', type: 'nominal' as const, scale: { domain: shown.map(className) } };
    const scale = { zero: isDifference, nice: false, padding: 12 };
    const shared = { y, yOffset, color: colorOfClass(figures.classNames) };
    const low = { field: 'low', type: 'quantitative' as const, scale, axis: { title, tickCount: 6 } };
    const zero: UnitOrLayer = {
      data: { values: [{ zero: 0 }] },
      mark: { type: 'rule', color: colors.muted, strokeDash: [4, 3] },
      encoding: { x: { field: 'zero', type: 'quantitative' } },
    };
    return {
      data: { values: [...values] },
      width: isDifference ? 250 : 330,
      height: { step: 46, for: 'position' as const },
      layer: [
        ...(isDifference ? [zero] : []),
        { mark: { type: 'rule', strokeWidth: 2.5 }, encoding: { ...shared, x: low, x2: { field: 'high' } } },
        {
          mark: { type: 'point', filled: true, size: 75, opacity: 1 },
          encoding: { ...shared, x: { field: 'value', type: 'quantitative' } },
        },
      ],
    };
  };
  const deviations = panel(rows, 'Standard deviation across images, grey levels', false);
  return {
    description: 'How much the images of each class differ from each other, region by region.',
    title: titleOf(figures, 'How much images differ from each other', ['Lines: 95 % intervals']),
    spacing: 32,
    hconcat:
      differences.length === 0 ? [deviations] : [deviations, panel(differences, `Difference from ${reference}`, true)],
  };
}
