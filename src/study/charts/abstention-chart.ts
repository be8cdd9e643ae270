/** What it brings to leave the least certain images to a person: the share that is left against the errors among the others. */
import type { TopLevelSpec } from 'vega-lite';
import {
  computeAbstention,
  computeAbstentionCurve,
  type Abstention,
  type AbstentionPoint,
  type UncertainBand,
} from '../../statistics/calibration/abstention.ts';
import type { Prediction } from '../../statistics/prediction/prediction.ts';
import { type Chart, renderChart } from './render-chart.ts';
import { formatPercent } from '../../base/text.ts';
import { colors } from './theme.ts';

export interface AbstentionChartOptions {
  /** What was evaluated. */
  readonly title: string;
  /** Of the model, between 0 and 1, both excluded. */
  readonly threshold: number;
  /** The model's own; null where it has none. */
  readonly band: UncertainBand | null;
}

/** @throws PneumoscopeError as `computeAbstentionCurve` */
export function abstentionChart(
  predictions: readonly Prediction[],
  { title, threshold, band }: AbstentionChartOptions,
): Promise<Chart> {
  const chosen = band === null ? null : computeAbstention(predictions, threshold, band);
  return renderChart(buildAbstentionChart(computeAbstentionCurve(predictions, threshold), { title, chosen }));
}

/**
 * The chart's description, as Vega-Lite takes it.
 *
 * @param chosen what the model's own band does; null where it has none
 * @internal
 */
export function buildAbstentionChart(
  curve: readonly AbstentionPoint[],
  { title, chosen }: { readonly title: string; readonly chosen: Abstention | null },
): TopLevelSpec {
  const points = curve.map(({ abstentionRate, error }) => ({ abstentionRate, error }));
  const marked = chosen === null || chosen.error === null ? [] : [chosen];
  const all = curve[0]?.error ?? null;
  const band =
    chosen === null
      ? 'No uncertain band'
      : `Uncertain band: ${formatPercent(chosen.abstentionRate)} of the images left, ${formatPercent(chosen.error)} wrong among the others`;
  const right = chooseEnd(points, chosen?.abstentionRate ?? 0);
  const x = {
    field: 'abstentionRate',
    type: 'quantitative' as const,
    scale: { domain: [0, right], nice: false },
    axis: { title: 'Left to a person, share of all images', format: '~%', tickCount: 6, labelFlush: false },
  };
  const y = {
    field: 'error',
    type: 'quantitative' as const,
    // A model without an error still has an axis.
    scale: { domain: [0, Math.max(0.01, ...points.map(({ error }) => error ?? 0))], nice: 5 },
    axis: { title: 'Wrong, share of the answered images', format: '~%', tickCount: 5 },
  };
  return {
    description: `Error among answered images against the share left to a person. All answered: ${formatPercent(all)} wrong. ${band}.`,
    title: { text: title, subtitle: [`All images answered: ${formatPercent(all)} wrong`, band] },
    width: 400,
    height: 260,
    layer: [
      {
        data: { values: points.filter(({ abstentionRate }) => abstentionRate <= right) },
        mark: { type: 'line', color: colors.training, strokeWidth: 2, strokeJoin: 'round' },
        encoding: { x, y, order: { field: 'abstentionRate', type: 'quantitative' } },
      },
      {
        data: { values: marked },
        mark: { type: 'point', color: colors.validation, size: 110, strokeWidth: 2.5, filled: false, opacity: 1 },
        encoding: { x, y },
      },
    ],
  };
}

/** Somewhat beyond the last error and the chosen band: further right nothing happens. */
function chooseEnd(
  points: readonly { readonly abstentionRate: number; readonly error: number | null }[],
  chosen: number,
): number {
  const lastError = points.findLast(({ error }) => (error ?? 0) > 0)?.abstentionRate ?? 0;
  const wanted = 1.3 * Math.max(lastError, chosen);
  return [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75].find((end) => wanted <= end) ?? 1;
}
