/** The figures of an evaluation as text for a terminal. */
import type { BinaryMetrics } from '../../statistics/figures/binary-metrics.ts';
import type { MulticlassMetrics } from '../../statistics/figures/multiclass-metrics.ts';
import { toConfusionMatrix } from '../charts/confusion-chart.ts';
import { formatFigure, formatPercent, formatProbability, renderFields, renderTable } from '../../base/text.ts';

/**
 * A figure that is undefined stands as «n/a» with its reason.
 *
 * @param classNames in the order of the labels: the negative class first
 */
export function renderMetricsTable(metrics: BinaryMetrics, classNames: readonly string[]): string {
  const { undefinedBecause: reasons } = metrics;
  const percent = (value: number | null, reason?: string): string => withReason(formatPercent(value, 2), reason);
  return [
    renderFields([
      [
        'Images',
        `${metrics.count} (${metrics.positives} ${classNames[1] ?? 'positive'}, ${metrics.negatives} ${classNames[0] ?? 'negative'})`,
      ],
      ['Threshold', formatProbability(metrics.threshold)],
      ['Loss', formatFigure(metrics.loss)],
      ['Accuracy', percent(metrics.accuracy)],
      ['Recall (sensitivity)', percent(metrics.recall, reasons.recall)],
      ['Specificity', percent(metrics.specificity, reasons.specificity)],
      ['Precision', percent(metrics.precision, reasons.precision)],
      ['F1', percent(metrics.f1, reasons.f1)],
      ['ROC AUC', withReason(formatFigure(metrics.rocAuc), reasons.rocAuc)],
    ]),
    renderConfusionTable(toConfusionMatrix(metrics.confusion), classNames),
  ].join('\n\n');
}

/** As {@link renderMetricsTable}, one row per class and one for the averages. */
export function renderMulticlassMetricsTable(metrics: MulticlassMetrics): string {
  const rows = metrics.classes.map((one) => [
    one.className,
    String(one.support),
    formatPercent(one.recall, 2),
    formatPercent(one.precision, 2),
    formatPercent(one.f1, 2),
    formatFigure(one.rocAuc),
  ]);
  rows.push([
    'mean',
    String(metrics.count),
    formatPercent(metrics.macroRecall, 2),
    formatPercent(metrics.macroPrecision, 2),
    formatPercent(metrics.macroF1, 2),
    formatFigure(metrics.macroRocAuc),
  ]);
  const right = ['Images', 'Recall', 'Precision', 'F1', 'ROC AUC'].map((title) => ({ title, align: 'right' as const }));
  const reasons = metrics.classes.flatMap(({ className, undefinedBecause }) =>
    [...new Set(Object.values(undefinedBecause))].map((reason) => `n/a for ${className}: ${reason}`),
  );
  return [
    renderFields([
      ['Images', String(metrics.count)],
      ['Loss', formatFigure(metrics.loss)],
      ['Accuracy', formatPercent(metrics.accuracy, 2)],
    ]),
    renderTable([{ title: 'Class' }, ...right], rows),
    ...(reasons.length === 0 ? [] : [reasons.join('\n')]),
    renderConfusionTable(
      metrics.confusion,
      metrics.classes.map(({ className }) => className),
    ),
  ].join('\n\n');
}

/** One row per class that the images are of, one column per class that they were called. */
export function renderConfusionTable(confusion: readonly (readonly number[])[], classNames: readonly string[]): string {
  return renderTable(
    [{ title: 'true \\ predicted' }, ...classNames.map((title) => ({ title, align: 'right' as const }))],
    confusion.map((row, label) => [classNames[label] ?? String(label), ...row.map(String)]),
  );
}

function withReason(text: string, reason: string | undefined): string {
  return reason === undefined ? text : `${text} (${reason})`;
}
