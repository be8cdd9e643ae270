/** The ROC curve of one evaluation, with the point at which the model was operated. */
import type { TopLevelSpec } from 'vega-lite';
import type { Interval } from '../../statistics/intervals/cluster-bootstrap.ts';
import type { BinaryMetrics } from '../../statistics/figures/binary-metrics.ts';
import type { RocPoint } from '../../statistics/figures/roc.ts';
import { type Chart, renderChart } from './render-chart.ts';
import { formatLevel, formatStudyInterval } from './study-words.ts';
import { formatFigure, formatPercent, formatProbability } from '../../base/text.ts';
import { colors } from './theme.ts';

export interface RocChartOptions {
  /** What was evaluated. */
  readonly title: string;
  /** Of the area, with its level 0..1. */
  readonly interval?: (Interval & { readonly level: number }) | undefined;
}

/**
 * @param points of `computeRocCurve`
 * @param metrics of the same predictions: gives the area and the operating point
 */
export function rocChart(
  points: readonly RocPoint[],
  metrics: BinaryMetrics,
  options: RocChartOptions,
): Promise<Chart> {
  return renderChart(buildRocChart(points, metrics, options));
}

/**
 * The chart's description, as Vega-Lite takes it.
 *
 * @internal
 */
export function buildRocChart(
  points: readonly RocPoint[],
  metrics: BinaryMetrics,
  options: RocChartOptions,
): TopLevelSpec {
  const { sensitivity, specificity, threshold, rocAuc, count } = metrics;
  const operatingPoint =
    sensitivity === null || specificity === null ? [] : [{ sensitivity, falsePositiveRate: 1 - specificity }];
  const { interval } = options;
  const reach =
    interval === undefined
      ? ''
      : ` (${formatLevel(interval.level)} interval ${formatStudyInterval('rocAuc', interval)})`;
  const x = {
    field: 'falsePositiveRate',
    type: 'quantitative' as const,
    scale: { domain: [0, 1] },
    axis: { title: '1 − specificity', format: '.1f', labelFlush: false },
  };
  const y = {
    field: 'sensitivity',
    type: 'quantitative' as const,
    scale: { domain: [0, 1] },
    axis: { title: 'Sensitivity', format: '.1f' },
  };
  return {
    description: `ROC curve of ${count} images, area ${formatFigure(rocAuc)}.`,
    title: {
      text: options.title,
      subtitle: [
        `Area under the ROC curve ${formatFigure(rocAuc)}${reach}`,
        `At threshold ${formatProbability(threshold)}: sensitivity ${formatPercent(sensitivity)}, specificity ${formatPercent(specificity)}`,
        `${count} images`,
      ],
    },
    width: 360,
    height: 360,
    layer: [
      {
        data: { values: [0, 1].map((rate) => ({ falsePositiveRate: rate, sensitivity: rate })) },
        mark: { type: 'line', color: colors.muted, strokeDash: [4, 4], strokeWidth: 1 },
        encoding: { x, y },
      },
      {
        data: {
          values: points.map(({ falsePositiveRate, truePositiveRate }, index) => ({
            index,
            falsePositiveRate,
            sensitivity: truePositiveRate,
          })),
        },
        mark: { type: 'line', color: colors.training, strokeWidth: 2, strokeJoin: 'round' },
        // Without an order the line would be sorted by x, which tears its vertical steps apart.
        encoding: { x, y, order: { field: 'index', type: 'quantitative' } },
      },
      {
        data: { values: operatingPoint },
        mark: { type: 'point', color: colors.validation, size: 110, strokeWidth: 2.5, filled: false, opacity: 1 },
        encoding: { x, y },
      },
    ],
  };
}
