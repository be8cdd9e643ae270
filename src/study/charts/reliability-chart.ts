/** The reliability curve of a study: what was said against what was found, and how often it was said. */
import type { TopLevelSpec } from 'vega-lite';
import type { Study } from '../../statistics/study/study.ts';
import { type Chart, renderChart } from './render-chart.ts';
import { formatLevel, formatStudyInterval } from './study-words.ts';
import { formatFigure } from '../../base/text.ts';
import { colors } from './theme.ts';

/** Between two bars of the histogram, on the scale of probabilities. */
const gap = 0.003;

/** @param options.title what was evaluated */
export function reliabilityChart(study: Study, options: { readonly title: string }): Promise<Chart> {
  return renderChart(buildReliabilityChart(study, options));
}

/**
 * The chart's description, as Vega-Lite takes it.
 *
 * @internal
 */
export function buildReliabilityChart(study: Study, options: { readonly title: string }): TopLevelSpec {
  const { figures, images, level } = study;
  const { value, interval } = figures.expectedCalibrationError;
  const points = study.reliability.flatMap((bin) =>
    bin.meanProbability === null
      ? []
      : [{ said: bin.meanProbability, found: bin.share, low: bin.interval?.low, high: bin.interval?.high }],
  );
  const x = {
    field: 'said',
    type: 'quantitative' as const,
    scale: { domain: [0, 1] },
    axis: { title: 'Mean probability in the bin', format: '.1f', labelFlush: false },
  };
  const y = {
    field: 'found',
    type: 'quantitative' as const,
    scale: { domain: [0, 1] },
    axis: { title: 'Share of positive images', format: '.1f' },
  };
  const words = formatStudyInterval('expectedCalibrationError', interval);
  return {
    description: `Reliability curve of ${images} images, expected calibration error ${formatFigure(value)}.`,
    title: {
      text: options.title,
      subtitle: [
        `Expected calibration error ${formatFigure(value)}${words === '' ? '' : ` (${formatLevel(level)} interval ${words})`}`,
        `${points.length} of ${study.reliability.length} bins of equal width hold images; lines: ${formatLevel(level)} intervals`,
        'Dashed: a probability that means what it says',
      ],
    },
    spacing: 12,
    vconcat: [
      {
        width: 360,
        height: 300,
        layer: [
          {
            data: { values: [0, 1].map((end) => ({ said: end, found: end })) },
            mark: { type: 'line', color: colors.muted, strokeDash: [4, 4], strokeWidth: 1 },
            encoding: { x, y },
          },
          {
            data: { values: points },
            mark: { type: 'line', color: colors.training, strokeWidth: 1, opacity: 0.5 },
            encoding: { x, y },
          },
          {
            data: { values: points.filter(({ low }) => low !== undefined) },
            mark: { type: 'rule', color: colors.training, strokeWidth: 2 },
            encoding: {
              x,
              y: { ...y, field: 'low' },
              y2: { field: 'high' },
            },
          },
          {
            data: { values: points },
            mark: { type: 'point', color: colors.training, size: 60, filled: true, opacity: 1 },
            encoding: { x, y },
          },
        ],
      },
      {
        width: 360,
        height: 70,
        data: {
          values: study.reliability.map(({ low, high, images: count }) => ({
            low: low + gap,
            high: high - gap,
            count,
          })),
        },
        mark: { type: 'rect', color: colors.muted },
        encoding: {
          x: {
            field: 'low',
            type: 'quantitative',
            scale: { domain: [0, 1] },
            axis: { title: 'Probability', format: '.1f', labelFlush: false },
          },
          x2: { field: 'high' },
          y: {
            field: 'count',
            type: 'quantitative',
            scale: { zero: true },
            axis: { title: 'Images', tickCount: 3, format: 'd' },
          },
          y2: { datum: 0 },
        },
      },
    ],
  };
}
