/** A cross-validation as a table: a row per fold, their mean and standard deviation, and all folds together; for a terminal and as Markdown. */
import type { StudyFigureName } from '../../statistics/study/study.ts';
import type { CrossValidationResult } from './cross-validation-figures.ts';
import { describeRule } from '../pages/rule-words.ts';
import { explainExact, explainMissing, figureTitles, formatLevel, formatStudyValue } from '../charts/study-words.ts';
import { formatCount, formatPercent, formatProbability, renderTable, type Column } from '../../base/text.ts';

/** What a table has room for; crossval.json has all figures. */
const shown = [
  'accuracy',
  'rocAuc',
  'sensitivity',
  'specificity',
  'brierScore',
  'expectedCalibrationError',
] as const satisfies readonly StudyFigureName[];

const titles: Readonly<Record<(typeof shown)[number], string>> = {
  accuracy: 'Accuracy',
  rocAuc: 'ROC AUC',
  sensitivity: 'Sensitivity',
  specificity: 'Specificity',
  brierScore: 'Brier',
  expectedCalibrationError: 'ECE',
};

export function renderCrossValidation(result: CrossValidationResult): string {
  return [describeWhat(result), renderTable(columns, buildRows(result)), explain(result).join('\n')].join('\n\n');
}

/** The same as a page of Markdown. */
export function renderCrossValidationMarkdown(result: CrossValidationResult): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const table = [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...buildRows(result).map(line),
  ];
  const { recipe, folds } = result;
  return [
    `# ${folds.length}-fold cross-validation of ${recipe.name}`,
    describeWhat(result),
    table.join('\n'),
    explain(result)
      .map((sentence) => `- ${sentence}`)
      .join('\n'),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

const columns: readonly Column[] = [
  { title: 'Fold' },
  ...['Images', 'Patients', 'Best epoch', 'Threshold', ...shown.map((name) => titles[name])].map((title) => ({
    title,
    align: 'right' as const,
  })),
];

function buildRows({ folds, spread, pooled }: CrossValidationResult): string[][] {
  const blank = ['', '', '', ''];
  return [
    ...folds.map(({ fold, images, patients, bestEpoch, epochs, threshold, figures }) => [
      String(fold),
      formatCount(images),
      formatCount(patients),
      `${bestEpoch} of ${epochs}`,
      formatProbability(threshold),
      ...shown.map((name) => formatStudyValue(name, figures[name].value)),
    ]),
    ['Mean', ...blank, ...shown.map((name) => formatStudyValue(name, spread[name].mean))],
    ['SD', ...blank, ...shown.map((name) => formatStudyValue(name, spread[name].standardDeviation))],
    [
      'Pooled',
      formatCount(pooled.images),
      formatCount(pooled.patients),
      '',
      '',
      ...shown.map((name) => formatStudyValue(name, pooled.figures[name].value)),
    ],
    ...(['low', 'high'] as const).map((end) => [
      `${formatLevel(pooled.level)} ${end === 'low' ? 'from' : 'to'}`,
      ...blank,
      ...shown.map((name) => {
        const { interval, exact } = pooled.figures[name];
        return `${formatStudyValue(name, interval?.[end] ?? null)}${exact === true ? ' *' : ''}`;
      }),
    ]),
  ];
}

function describeWhat({
  data,
  recipe,
  folds,
  pooled,
  classNames,
  rule,
  seed,
  validation,
}: CrossValidationResult): string {
  const [negative = 'negative', positive = 'positive'] = classNames;
  const images = `${formatCount(pooled.images)} images of ${formatCount(pooled.patients)} patients (${formatCount(pooled.positives)} ${positive}, ${formatCount(pooled.negatives)} ${negative})`;
  return [
    `${recipe.name} on ${data}: ${folds.length} folds by patient, seed ${seed}; ${images}, each answered by the model that has not seen its patient.`,
    `Thresholds: ${describeRule(rule)}, chosen in each fold on ${formatPercent(validation, 0)} of the images that it does not test on.`,
  ].join('\n');
}

function explain({ pooled, folds, synthetic }: CrossValidationResult): string[] {
  const { replicates, patients, seed, figures } = pooled;
  const unreadable = folds.reduce((sum, fold) => sum + fold.unreadable.length, 0);
  const missing = explainMissing(shown.map((name) => [figureTitles[name], figures[name]] as const));
  return [
    ...(synthetic ? ['Synthetic phantoms are among the images: the figures mean nothing for real X-rays.'] : []),
    ...missing,
    ...explainExact(shown.map((name) => figures[name])),
    ...(unreadable === 0
      ? []
      : [
          `${formatCount(unreadable)} ${unreadable === 1 ? 'image' : 'images'} could not be read and ${unreadable === 1 ? 'is' : 'are'} left out.`,
        ]),
    `Intervals: ${formatCount(replicates)} draws of ${formatCount(patients)} patients, seed ${seed}; what other patients would change, not what another training would.`,
    'SD: between the folds, which share most of their training images; it is no standard error of the mean.',
  ];
}
