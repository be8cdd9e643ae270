/** The charts of a data set's exploration that count: images, patients, germs; as Vega-Lite takes them. */
import type { TopLevelSpec } from 'vega-lite';
import type { ExploreFigures, ExploreGroup } from './explore.ts';
import { className, isWhole, titleOf, wholeGroups } from './explore-text.ts';
import { formatCount } from '../../base/text.ts';
import { colors } from '../charts/theme.ts';
import { colorOfClass } from './class-colors.ts';

/**
 * Images and patients of each class, split by split where there are splits.
 *
 * @internal
 */
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

/**
 * Images by germ, split by split; only where file names tell it.
 *
 * @internal
 */
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

/**
 * How many images the patients of each class have, as shares of the class's patients.
 *
 * @internal
 */
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

export function hasGerms({ groups }: { readonly groups: readonly ExploreGroup[] }): boolean {
  return groups.some(({ germs }) => germs.bacteria + germs.virus > 0);
}
