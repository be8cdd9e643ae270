/** The confusion matrix as a picture: how many images of each class were called what. */
import type { TopLevelSpec } from 'vega-lite';
import type { BinaryConfusion } from '../../statistics/figures/binary-metrics.ts';
import { type Chart, renderChart } from './render-chart.ts';
import { estimateTextWidth } from './text-metrics.ts';
import { formatPercent } from '../../base/text.ts';
import { colors } from './theme.ts';

const maxLabelWidth = 160;

interface Cell {
  readonly actual: string;
  readonly predicted: string;
  readonly count: number;
  /** Of the images of this class; 0 if there are none. */
  readonly share: number;
  readonly percent: string;
}

/**
 * @param confusion confusion[label][answer]: number of images
 * @param classNames in the order of the labels
 * @param options.title what was evaluated
 */
export function confusionChart(
  confusion: readonly (readonly number[])[],
  classNames: readonly string[],
  options: { readonly title: string; readonly subtitle?: string },
): Promise<Chart> {
  return renderChart(buildConfusionChart(confusion, classNames, options));
}

/** The two-class counts as rows of a matrix, the negative class first. */
export function toConfusionMatrix(confusion: BinaryConfusion): readonly (readonly number[])[] {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusion;
  return [
    [trueNegatives, falsePositives],
    [falseNegatives, truePositives],
  ];
}

/**
 * The chart's description, as Vega-Lite takes it.
 *
 * @internal
 */
export function buildConfusionChart(
  confusion: readonly (readonly number[])[],
  classNames: readonly string[],
  options: { readonly title: string; readonly subtitle?: string },
): TopLevelSpec {
  const cells = confusion.flatMap((row, label) => toCells(row, classNames[label] as string, classNames));
  const size = Math.max(70, Math.min(150, Math.round(420 / classNames.length)));
  const widest = Math.max(...classNames.map((name) => estimateTextWidth(name, 11)));
  const width = Math.max(size, Math.min(widest + 12, maxLabelWidth));
  const names = [...classNames];
  const text = { field: 'share', type: 'quantitative' as const };
  const textColor = { condition: { test: 'datum.share > 0.65', value: 'white' }, value: colors.ink };
  return {
    description: 'Confusion matrix: the true classes in rows, the predicted ones in columns.',
    title: {
      text: options.title,
      subtitle: [
        ...(options.subtitle === undefined ? [] : [options.subtitle]),
        'Images, and their share of the class they belong to',
      ],
    },
    data: { values: cells },
    width: { step: width },
    height: { step: size },
    encoding: {
      x: {
        field: 'predicted',
        type: 'nominal',
        sort: names,
        scale: { padding: 0.02 },
        axis: { title: 'Predicted class', labelAngle: 0, domain: false, ticks: false, labelLimit: width },
      },
      y: {
        field: 'actual',
        type: 'nominal',
        sort: names,
        scale: { padding: 0.02 },
        axis: { title: 'True class', domain: false, ticks: false, labelLimit: maxLabelWidth },
      },
    },
    layer: [
      {
        mark: { type: 'rect' },
        encoding: {
          color: { ...text, scale: { domain: [0, 1], range: ['#f2f6fa', colors.training] }, legend: null },
        },
      },
      {
        mark: { type: 'text', fontSize: size > 100 ? 22 : 15, fontWeight: 'bold', dy: -8 },
        encoding: { text: { field: 'count', type: 'quantitative', format: 'd' }, color: textColor },
      },
      {
        mark: { type: 'text', fontSize: size > 100 ? 13 : 11, dy: 13 },
        encoding: { text: { field: 'percent', type: 'nominal' }, color: textColor },
      },
    ],
  };
}

function toCells(row: readonly number[], actual: string, classNames: readonly string[]): Cell[] {
  const support = row.reduce((sum, count) => sum + count, 0);
  return row.map((count, answer) => {
    const share = support === 0 ? null : count / support;
    return { actual, predicted: classNames[answer] as string, count, share: share ?? 0, percent: formatPercent(share) };
  });
}
