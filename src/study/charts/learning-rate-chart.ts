/** A learning-rate range test as a picture: the loss of each step, smoothed, over the rate, with the rate that is suggested. */
import type { TopLevelSpec } from 'vega-lite';
import { formatRate, type LearningRateCurve } from '../../engine/fit/learning-rate-curve.ts';
import { type Chart, renderChart } from './render-chart.ts';
import { colors } from './theme.ts';

export function learningRateChart(range: LearningRateCurve, options: { readonly title: string }): Promise<Chart> {
  return renderChart(buildLearningRateChart(range, options));
}

/**
 * The chart's description, as Vega-Lite takes it.
 *
 * @internal
 */
export function buildLearningRateChart(range: LearningRateCurve, options: { readonly title: string }): TopLevelSpec {
  const { curve, from, to, suggestion } = range;
  const { learningRate, steepest, minimum, tenthOfMinimum } = suggestion;
  const summary =
    learningRate === null || steepest === null || tenthOfMinimum === null
      ? 'The loss fell at no rate'
      : `Suggested: ${formatRate(learningRate)} (steepest at ${formatRate(steepest.learningRate)}, a tenth of the minimum's ${formatRate(tenthOfMinimum)})`;
  const rates: number[] = [from, to];
  const x = {
    field: 'learningRate',
    type: 'quantitative',
    scale: { type: 'log', domain: rates, nice: false },
    axis: {
      title: 'Learning rate',
      grid: true,
      values: decades(from, to),
      // 1e-3, 1, 1e1
      labelExpr: "replace(replace(format(datum.value, '~e'), 'e+', 'e'), 'e0', '')",
      labelOverlap: true,
      labelFlush: false,
    },
  } as const;
  const domain = lossDomain(range);
  const [, highest] = domain;
  const scale = { domain, nice: false, zero: false };
  const y = (field: 'loss' | 'smoothedLoss') =>
    ({ field, type: 'quantitative', scale, axis: { tickCount: 6 }, title: 'Loss' }) as const;
  const color = (series: readonly string[]) =>
    ({
      field: 'series',
      type: 'nominal',
      scale: { domain: series, range: [colors.muted, colors.training, colors.validation].slice(0, series.length) },
      legend: {
        title: null,
        orient: 'top',
        direction: 'horizontal',
        symbolType: 'circle',
        symbolSize: 70,
        symbolOpacity: 1,
      },
    }) as const;
  const series = ['loss of each step', 'smoothed', ...(minimum === null ? [] : ['steepest and minimum'])];
  return {
    description: `Loss of ${curve.length} steps over the learning rate. ${summary}.`,
    title: { text: options.title, subtitle: [summary, `${describeEnd(range)}; smoothing ${round(range.smoothing)}`] },
    width: 520,
    height: 300,
    encoding: { x },
    layer: [
      {
        data: {
          // Left out rather than clipped: coordinates far outside end the program that draws the PNG.
          values: curve
            .filter(({ loss }) => loss <= highest)
            .map(({ learningRate: rate, loss }) => ({ learningRate: rate, loss, series: series[0] })),
        },
        mark: { type: 'point', filled: true, size: 14, opacity: 0.55 },
        encoding: { y: y('loss'), color: color(series) },
      },
      {
        data: {
          values: curve.map(({ learningRate: rate, smoothedLoss }) => {
            return { learningRate: rate, smoothedLoss: Math.min(smoothedLoss, highest), series: series[1] };
          }),
        },
        mark: { type: 'line', strokeWidth: 2, strokeJoin: 'round' },
        encoding: { y: y('smoothedLoss'), color: color(series) },
      },
      {
        data: { values: learningRate === null ? [] : [{ learningRate }] },
        mark: { type: 'rule', color: colors.validation, strokeDash: [4, 3], strokeWidth: 1.5 },
      },
      {
        data: { values: learningRate === null ? [] : [{ learningRate, label: formatRate(learningRate) }] },
        mark: { type: 'text', align: 'left', baseline: 'top', dx: 6, color: colors.validation, fontSize: 12 },
        encoding: { text: { field: 'label', type: 'nominal' }, y: { value: 4 } },
      },
      {
        data: { values: [steepest, minimum].flatMap((one) => (one === null ? [] : [{ ...one, series: series[2] }])) },
        mark: { type: 'point', size: 90, strokeWidth: 2, filled: false, opacity: 1 },
        encoding: { y: y('smoothedLoss'), color: color(series) },
      },
    ],
  };
}

function describeEnd({ curve, steps, ended }: LearningRateCurve): string {
  if (ended === 'complete') return `${steps} steps`;
  const why = ended === 'diverged' ? 'the loss diverged' : 'the loss was no number any more';
  return `Ended after ${curve.length} of ${steps} steps: ${why}`;
}

/** What a diverging loss rises to is of no interest: the axis ends where it has clearly left. */
function lossDomain({ curve, suggestion }: LearningRateCurve): [number, number] {
  const smoothed = curve.map(({ smoothedLoss }) => smoothedLoss);
  const low = Math.min(...curve.map(({ loss }) => loss));
  const lowest = suggestion.minimum?.learningRate ?? Infinity;
  // Up to the minimum the smoothed loss is what it began with, or less.
  const start = Math.max(...curve.filter((one) => one.learningRate <= lowest).map((one) => one.smoothedLoss));
  const high = Math.min(Math.max(...smoothed), start + 0.5 * Math.max(start - low, 0.05));
  const margin = 0.05 * (high - low);
  return [Math.max(0, low - margin), high + margin];
}

/** Powers of ten within the range. */
function decades(from: number, to: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(from) - 1e-9), Math.floor(Math.log10(to) + 1e-9)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => Number(`1e${first + index}`));
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
