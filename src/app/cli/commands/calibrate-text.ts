/** What `calibrate` found, as text for a terminal. */
import type { FittedOperation } from '../../../study/calibrate/fit-operation.ts';
import type { Interval } from '../../../statistics/intervals/cluster-bootstrap.ts';
import type { OperatingPoint, ReachedShare } from '../../../statistics/calibration/operating-point.ts';
import { describeRule } from '../../../study/pages/rule-words.ts';
import {
  formatCount,
  formatFigure,
  formatPercent,
  formatProbability,
  renderFields,
  renderTable,
} from '../../../base/text.ts';

/** @param written the file that was written */
export function renderFittedOperation(fitted: FittedOperation, written: string): string {
  const { folder, classNames, counts, operation, before, after } = fitted;
  const { images, patients } = operation.fittedOn;
  const perClass = classNames.map((name, label) => `${formatCount(counts[label] ?? 0)} ${name}`).join(', ');
  const right = ['before', 'after'].map((title) => ({ title, align: 'right' as const }));
  return [
    `Fitted on ${folder}: ${formatCount(images)} images of ${formatCount(patients)} patients (${perClass}).`,
    `Temperature ${formatFigure(operation.temperature)}: ${describeTemperature(operation.temperature)}.${describeShift(operation.shift)}`,
    renderTable(
      [{ title: 'Probabilities' }, ...right],
      [
        ['loss', formatFigure(before.loss), formatFigure(after.loss)],
        [
          'calibration error',
          formatFigure(before.expectedCalibrationError),
          formatFigure(after.expectedCalibrationError),
        ],
      ],
    ),
    ...(operation.point === null ? [] : [renderPoint(operation.point, fitted)]),
    [
      `Written to ${written}`,
      'These figures come from the images used for the choice, so they are too good. Report figures from other',
      'images, such as the test set: pneumoscope evaluate.',
    ].join('\n'),
  ].join('\n\n');
}

function describeTemperature(temperature: number): string {
  if (temperature > 1) return 'the network was too confident';
  return temperature < 1 ? 'the network was not confident enough' : 'the probabilities do not change';
}

function describeShift(shift: number | undefined): string {
  if (shift === undefined) return '';
  const direction = shift > 0 ? 'low' : 'high';
  return `\nShift ${shift > 0 ? '+' : ''}${shift.toFixed(4)} of the log-odds: the probabilities of the positive class were too ${direction}.`;
}

function renderPoint(point: OperatingPoint, { classNames, operation, abstention }: FittedOperation): string {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = point.confusion;
  const threshold = formatProbability(point.threshold);
  const band = operation.uncertain;
  return renderFields([
    ['Rule', describeRule(point.rule)],
    ['Threshold', `${threshold}${describeInterval(point.thresholdInterval, formatProbability)}`],
    ['Sensitivity', describeShare(point.sensitivity, truePositives, falseNegatives, classNames[1])],
    ['Specificity', describeShare(point.specificity, trueNegatives, falsePositives, classNames[0])],
    ...(band === null || abstention === null
      ? []
      : [
          [
            'Uncertain',
            `${formatProbability(band.low)} to ${formatProbability(band.high)}: ${formatPercent(abstention.abstentionRate)} of the images; ${formatPercent(abstention.error)} wrong among the others, ${formatPercent((falsePositives + falseNegatives) / operation.fittedOn.images)} among all`,
          ] as const,
        ]),
  ]);
}

function describeShare(share: ReachedShare, right: number, wrong: number, className = ''): string {
  const images = `${formatCount(right)} of ${formatCount(right + wrong)} ${className}`;
  const percent = (value: number): string => formatPercent(value);
  return `${percent(share.value)}${describeInterval(share.interval, percent)}, ${images}`;
}

function describeInterval(interval: Interval | null, format: (value: number) => string): string {
  if (interval === null) return ' (no interval: too few patients)';
  return ` (95 % interval ${format(interval.low)} to ${format(interval.high)})`;
}
