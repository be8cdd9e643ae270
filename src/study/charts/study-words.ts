/** How the figures of a study are called and written: the one place for tables, charts and pages. */
import type { Interval } from '../../statistics/intervals/cluster-bootstrap.ts';
import { studyFigureNames, type Figure, type StudyFigureName } from '../../statistics/study/study.ts';
import { formatFigure, formatPercent, formatPercentNumber } from '../../base/text.ts';

export const figureTitles: Readonly<Record<StudyFigureName, string>> = {
  sensitivity: 'Sensitivity (recall)',
  specificity: 'Specificity',
  ppv: 'PPV (precision)',
  npv: 'NPV',
  accuracy: 'Accuracy',
  balancedAccuracy: 'Balanced accuracy',
  f1: 'F1',
  mcc: 'MCC',
  rocAuc: 'ROC AUC',
  averagePrecision: 'Average precision',
  brierScore: 'Brier score',
  expectedCalibrationError: 'Calibration error',
  loss: 'Loss',
};

/** Shares of images; the others are plain figures. */
const percentages: ReadonlySet<StudyFigureName> = new Set(
  studyFigureNames.slice(0, studyFigureNames.indexOf('f1') + 1),
);

export function formatStudyValue(name: StudyFigureName, value: number | null): string {
  return percentages.has(name) ? formatPercent(value) : formatFigure(value);
}

/** '97.1 to 99.8 %', '0.9921 to 0.9988'; '' where there is none. */
export function formatStudyInterval(name: StudyFigureName, interval: Interval | null): string {
  if (interval === null) return '';
  return percentages.has(name)
    ? `${formatPercentNumber(interval.low)} to ${formatPercent(interval.high)}`
    : `${formatFigure(interval.low)} to ${formatFigure(interval.high)}`;
}

/** A difference of two figures, with its sign: '+1.2', in points where the figures are percentages. */
export function formatDifference(name: StudyFigureName, difference: number | null): string {
  if (difference === null) return formatFigure(null);
  const digits = percentages.has(name) ? (difference * 100).toFixed(1) : difference.toFixed(4);
  // A small negative number would else be «-0.0».
  return Number(digits) === 0 ? digits.replace('-', '') : difference > 0 ? `+${digits}` : digits;
}

/** '95 %' */
export function formatLevel(level: number): string {
  return `${Number((level * 100).toPrecision(6))} %`;
}

/** '0.031', '<0.001' */
export function formatPValue(pValue: number | null): string {
  if (pValue === null) return formatFigure(null);
  return pValue < 0.001 ? '<0.001' : pValue.toFixed(3);
}

/** Why figures or their intervals are missing, one sentence for each reason. */
export function explainMissing(
  figures: readonly (readonly [title: string, figure: Pick<Figure, 'undefinedBecause'>])[],
): string[] {
  const titlesOf = new Map<string, string[]>();
  for (const [title, { undefinedBecause }] of figures) {
    if (undefinedBecause === undefined) continue;
    titlesOf.set(undefinedBecause, [...(titlesOf.get(undefinedBecause) ?? []), title]);
  }
  return [...titlesOf].map(([reason, titles]) => `${titles.join(', ')}: ${reason}.`);
}

/** What the star behind an exact interval means; nothing where there is none. */
export function explainExact(figures: readonly Figure[]): string[] {
  if (!figures.some(({ exact }) => exact === true)) return [];
  return ['* All right or all wrong, and no draw can show anything else: the exact interval over patients.'];
}

/** The value and its interval, with a star where that is exact. */
export function figureCells(
  name: StudyFigureName,
  { value, interval, exact }: Figure,
): [value: string, interval: string] {
  return [formatStudyValue(name, value), `${formatStudyInterval(name, interval)}${exact === true ? ' *' : ''}`];
}
