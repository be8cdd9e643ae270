/** The charts of a data set's exploration, as Vega-Lite takes them: counts, sizes, grey levels, variability. */
import type { TopLevelSpec } from 'vega-lite';
import type { ExploreFigures, ExploreGroup, ExploreResult } from '../inspection/explore.ts';
import { RandomGenerator } from '../random.ts';
import { className, isWhole, titleOf, wholeGroups } from './explore-text.ts';
import { formatCount } from './text.ts';
import { colors } from './theme.ts';

type Panel = Extract<TopLevelSpec, { readonly hconcat: unknown }>['hconcat'][number];
type UnitOrLayer = Extract<TopLevelSpec, { readonly layer: unknown }>['layer'][number];

/** From the palette of Okabe and Ito (2008), the charts' own two first; they repeat after eight classes. */
const classPalette = [
  colors.training,
  colors.validation,
  '#009E73',
  '#CC79A7',
  '#E69F00',
  '#56B4E9',
  '#7A5195',
  '#6b6b6b',
];

/** Points of a scatter; more only hide each other. */
export const scatterPoints = 2000;
/** Tells this stream of random numbers from the others of the same seed. */
const scatterPurpose = 46;

function colorOfClass(classNames: readonly string[], symbolType: 'circle' | 'stroke' = 'circle') {
  const names = classNames.map(className);
  return {
    field: 'class',
    type: 'nominal' as const,
    scale: { domain: names, range: names.map((_, index) => classPalette[index % classPalette.length] as string) },
    legend: { title: null, orient: 'top' as const, direction: 'horizontal' as const, symbolType },
  };
}

/** Images and patients of each class, split by split where there are splits. */
export function buildCountsChart(figures: ExploreFigures): TopLevelSpec {
  const { classNames, splits } = figures;
  const groups = splits.length === 0 ? wholeGroups(figures) : figures.groups.filter((group) => !isWhole(group));
  const panel = (field: 'images' | 'patients', first: boolean) => {
    const values = groups.map((group) => {
      const count = group[field];
      return { split: group.split ?? '', class: className(group.label), count, text: formatCount(count) };
    });
    const y = {
      field: 'split',
      type: 'nominal' as const,
      axis: { title: null, domain: false, ticks: false, labels: first && splits.length > 0, labelFontSize: 12 },
      scale: { domain: splits.length === 0 ? [''] : [...splits], paddingInner: 0.25, paddingOuter: 0.05 },
    };
    const yOffset = { field: 'class', type: 'nominal' as const, scale: { domain: classNames.map(className) } };
    const x = {
      field: 'count',
      type: 'quantitative' as const,
      axis: { title: field === 'images' ? 'Images' : 'Patients', grid: true, tickCount: 4, format: 'd' },
      // Room for the longest bar's number.
      scale: { domain: [0, Math.max(1, ...values.map(({ count }) => count)) * 1.16], nice: false },
    };
    return {
      data: { values },
      width: 330,
      height: { step: 26, for: 'offset' as const },
      encoding: { x, y, yOffset },
      layer: [
        { mark: { type: 'bar' as const, height: 20 }, encoding: { color: colorOfClass(classNames) } },
        {
          mark: { type: 'text' as const, align: 'left' as const, dx: 5, fontSize: 11, color: colors.ink },
          encoding: { text: { field: 'text', type: 'nominal' as const } },
        },
      ],
    };
  };
  return {
    description: 'Images and patients of each class.',
    title: titleOf(figures, 'Images and patients', []),
    spacing: 28,
    hconcat: [panel('images', true), panel('patients', false)],
  };
}

/** Images by germ, split by split; only where file names tell it. */
export function buildGermsChart(figures: ExploreFigures): TopLevelSpec {
  const groups = figures.groups.filter((group) => (figures.splits.length === 0) === isWhole(group));
  const bySplit = new Map<string, { bacteria: number; virus: number }>();
  for (const { split, germs } of groups) {
    const sums = bySplit.get(split ?? '') ?? { bacteria: 0, virus: 0 };
    bySplit.set(split ?? '', { bacteria: sums.bacteria + germs.bacteria, virus: sums.virus + germs.virus });
  }
  const values = [...bySplit].flatMap(([split, { bacteria, virus }]) => {
    const total = Math.max(1, bacteria + virus);
    const text = (count: number): string => `${formatCount(count)} (${Math.round((count / total) * 100)} %)`;
    return [
      { split, germ: 'bacteria', count: bacteria, text: text(bacteria) },
      { split, germ: 'virus', count: virus, text: text(virus) },
    ];
  });
  const shades = { domain: ['bacteria', 'virus'], range: ['#7A5195', '#009E73'] };
  return {
    description: 'Images of bacterial and of viral pneumonia.',
    title: titleOf(figures, 'Germ, as the file names tell it', []),
    data: { values },
    width: 420,
    height: { step: 26, for: 'offset' },
    encoding: {
      x: {
        field: 'count',
        type: 'quantitative',
        axis: { title: 'Images', tickCount: 5, format: 'd' },
        scale: { domain: [0, Math.max(1, ...values.map(({ count }) => count)) * 1.2], nice: false },
      },
      y: {
        field: 'split',
        type: 'nominal',
        axis: { title: null, domain: false, ticks: false, labels: figures.splits.length > 0, labelFontSize: 12 },
        scale: { domain: [...bySplit.keys()], paddingInner: 0.25, paddingOuter: 0.05 },
      },
      yOffset: { field: 'germ', type: 'nominal', scale: { domain: shades.domain } },
    },
    layer: [
      {
        mark: { type: 'bar', height: 20 },
        encoding: {
          color: {
            field: 'germ',
            type: 'nominal',
            scale: shades,
            legend: { title: null, orient: 'top', direction: 'horizontal', symbolType: 'circle' },
          },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 5, fontSize: 11, color: colors.ink },
        encoding: { text: { field: 'text', type: 'nominal' } },
      },
    ],
  };
}

/** The last step of the axis takes all patients with so many images or more. */
const manyImages = 10;

/** How many images the patients of each class have, as shares of the class's patients. */
export function buildImagesPerPatientChart(figures: ExploreFigures): TopLevelSpec {
  const steps = Array.from({ length: manyImages }, (_, index) => {
    return index + 1 < manyImages ? String(index + 1) : `${manyImages}+`;
  });
  const values = wholeGroups(figures).flatMap((group) => {
    const known = group.imagesPerPatient.reduce((sum, [, patients]) => sum + patients, 0);
    return steps.map((images, index) => {
      const here = group.imagesPerPatient.filter(([count]) => Math.min(count, manyImages) === index + 1);
      const patients = here.reduce((sum, [, count]) => sum + count, 0);
      return { class: className(group.label), images, share: known === 0 ? 0 : patients / known };
    });
  });
  const used = steps.filter((images) => values.some((value) => value.images === images && value.share > 0));
  const last = steps.indexOf(used.at(-1) ?? '1');
  return {
    description: 'Share of the patients of each class who have one image, two, and so on.',
    title: titleOf(figures, 'Images per patient', []),
    data: { values: values.filter(({ images }) => steps.indexOf(images) <= Math.max(last, 3)) },
    width: 420,
    height: 200,
    mark: { type: 'bar' },
    encoding: {
      x: {
        field: 'images',
        type: 'ordinal',
        sort: steps,
        axis: { title: 'Images of the patient', labelAngle: 0, ticks: false },
        scale: { paddingInner: 0.3 },
      },
      xOffset: { field: 'class', type: 'nominal', scale: { domain: figures.classNames.map(className) } },
      y: {
        field: 'share',
        type: 'quantitative',
        axis: { title: 'Share of the patients', format: '.0%', tickCount: 5 },
      },
      color: colorOfClass(figures.classNames),
    },
  };
}

/** Width and height of the files, and the distribution of their ratio. */
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

/** The mean share of an image's pixels at each grey level, by class. */
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
  return `${((share ?? 0) * 100).toFixed(2)} %`;
}

/** The standard deviation of each region and class with its interval, and the differences of the classes. */
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

export function hasGerms({ groups }: { readonly groups: readonly ExploreGroup[] }): boolean {
  return groups.some(({ germs }) => germs.bacteria + germs.virus > 0);
}
