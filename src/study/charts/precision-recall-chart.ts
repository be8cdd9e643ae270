/** The precision-recall curve of a study, with the point at which the model was operated. */
import type { TopLevelSpec } from 'vega-lite';
import type { Study } from '../../statistics/study/study.ts';
import { type Chart, renderChart } from './render-chart.ts';
import { formatLevel, formatStudyInterval } from './study-words.ts';
import { formatFigure, formatPercent, formatProbability } from '../../base/text.ts';
import { colors } from './theme.ts';

/**
 * @param study whose curve is not null: both classes have images
 * @param options.title what was evaluated
 */
export function precisionRecallChart(study: Study, options: { readonly title: string }): Promise<Chart> {
  return renderChart(buildPrecisionRecallChart(study, options));
}

/**
 * The chart's description, as Vega-Lite takes it.
 *
 * @internal
 */
export function buildPrecisionRecallChart(study: Study, options: { readonly title: string }): TopLevelSpec {
  const { figures, images, positives, threshold, level } = study;
  const { value: area, interval } = figures.averagePrecision;
  const { value: recall } = figures.sensitivity;
  const { value: precision } = figures.ppv;
  const prevalence = positives / images;
  const curve = (study.precisionRecall ?? []).map((point, index) => ({ index, ...point }));
  // In steps, as the area is computed: a precision holds back to the recall before it.
  const first = curve[0] === undefined ? [] : [{ ...curve[0], index: -1, recall: 0 }];
  const x = {
    field: 'recall',
    type: 'quantitative' as const,
    scale: { domain: [0, 1] },
    axis: { title: 'Sensitivity (recall)', format: '.1f', labelFlush: false },
  };
  const y = {
    field: 'precision',
    type: 'quantitative' as const,
    scale: { domain: [0, 1] },
    axis: { title: 'PPV (precision)', format: '.1f' },
  };
  const words = formatStudyInterval('averagePrecision', interval);
  return {
    description: `Precision-recall curve of ${images} images, average precision ${formatFigure(area)}.`,
    title: {
      text: options.title,
      subtitle: [
        `Average precision ${formatFigure(area)}${words === '' ? '' : ` (${formatLevel(level)} interval ${words})`}`,
        `At threshold ${formatProbability(threshold)}: recall ${formatPercent(recall)}, precision ${formatPercent(precision)}`,
        `${images} images; dashed: calling all of them positive, ${formatPercent(prevalence)}`,
      ],
    },
    width: 360,
    height: 360,
    layer: [
      {
        data: { values: [0, 1].map((end) => ({ recall: end, precision: prevalence })) },
        mark: { type: 'line', color: colors.muted, strokeDash: [4, 4], strokeWidth: 1 },
        encoding: { x, y },
      },
      {
        data: { values: [...first, ...curve] },
        mark: { type: 'line', color: colors.training, strokeWidth: 2, strokeJoin: 'round', interpolate: 'step-before' },
        encoding: { x, y, order: { field: 'index', type: 'quantitative' } },
      },
      {
        data: { values: recall === null || precision === null ? [] : [{ recall, precision }] },
        mark: { type: 'point', color: colors.validation, size: 110, strokeWidth: 2.5, filled: false, opacity: 1 },
        encoding: { x, y },
      },
    ],
  };
}
