/** How a report tells of a model's threshold, temperature and uncertain band: how they were chosen, or that nobody has. */
import { isUncertain } from '../../statistics/calibration/abstention.ts';
import type { OperatingRule } from '../../statistics/calibration/operating-point.ts';
import { paragraph } from '../pages/html-page.ts';
import type { RunReport } from './run-report.ts';
import { formatCount, formatPercent, formatProbability } from '../../base/text.ts';

export function renderOperation({ metadata, test }: RunReport): string {
  const { operation, classes } = metadata;
  if (operation === undefined) {
    return paragraph(
      `An image is called ${classes.positive} above ${classes.threshold}. Nobody has chosen that threshold, and no temperature was fitted: it is the one every training starts with, and the probabilities are those of the network as it was trained. The command calibrate chooses both on validation images.`,
    );
  }
  const { point, temperature, shift, uncertain, fittedOn } = operation;
  const sentences = [
    `Threshold and temperature were fitted on ${formatCount(fittedOn.images)} validation images of ${formatCount(fittedOn.patients)} patients${test.imagesFittedOn === 0 ? ', none of which is in the test set' : `; ${formatCount(test.imagesFittedOn)} of them are in the test set, so its figures are too good`}.`,
    describeTemperature(temperature),
    ...(shift === undefined ? [] : [describeShift(shift)]),
  ];
  if (point !== null) {
    const range =
      point.thresholdInterval === null
        ? ''
        : ` (other patients of the same kind would have given ${formatProbability(point.thresholdInterval.low)} to ${formatProbability(point.thresholdInterval.high)})`;
    sentences.push(
      `The threshold is ${formatProbability(point.threshold)}${range}: ${describeRule(point.rule)}. On the validation images it reached a sensitivity of ${formatPercent(point.sensitivity.value)} and a specificity of ${formatPercent(point.specificity.value)}. Figures on images that it was chosen for are too good; those of the test set count.`,
    );
  }
  if (uncertain !== null) {
    const left = test.predictions.filter(({ probability }) => isUncertain(probability, uncertain)).length;
    sentences.push(
      `From ${formatProbability(uncertain.low)} to ${formatProbability(uncertain.high)} an answer is marked uncertain, to be left to a person: ${formatCount(left)} of the test images (${formatPercent(left / test.predictions.length)}).`,
    );
  }
  return sentences.map(paragraph).join('');
}

function describeTemperature(temperature: number): string {
  if (temperature === 1) return 'The probabilities are those of the network as it was trained (temperature 1).';
  const change = temperature > 1 ? 'less sure than the network was by itself' : 'surer than the network was by itself';
  return `The temperature is ${temperature.toFixed(3)}: every probability is ${change}. It moves no image past another.`;
}

function describeShift(shift: number): string {
  const change = shift > 0 ? 'higher' : 'lower';
  return `Then ${Math.abs(shift).toFixed(3)} is ${shift > 0 ? 'added to' : 'taken from'} the log-odds (Platt scaling): every probability of the positive class is ${change} than the network gave it.`;
}

function describeRule(rule: OperatingRule): string {
  if (rule === 'youden') return 'the highest sum of sensitivity and specificity (Youden)';
  if ('sensitivity' in rule)
    return `the highest specificity with a sensitivity of at least ${formatPercent(rule.sensitivity)}`;
  if (rule.costRatio === 1 && rule.prevalence === undefined) return 'the highest accuracy';
  return `the least cost, where a missed case costs as much as ${rule.costRatio} false alarms`;
}
