/** A study as text for a terminal: figures with intervals, predictive values restated, subgroups, a comparison. */
import type { Comparison, FigureDifference } from '../../statistics/study/compare.ts';
import type { AreaComparison } from '../../statistics/intervals/delong.ts';
import { studyFigureNames, type Study, type StudyFigureName } from '../../statistics/study/study.ts';
import { fewPatients, type SubgroupAnalysis } from '../../statistics/study/subgroups.ts';
import { toConfusionMatrix } from '../charts/confusion-chart.ts';
import { renderConfusionTable } from './metrics-table.ts';
import {
  explainExact,
  explainMissing,
  figureCells,
  figureTitles,
  formatDifference,
  formatLevel,
  formatPValue,
  formatStudyValue,
} from '../charts/study-words.ts';
import { formatPercent, formatProbability, renderFields, renderTable, type Column } from '../../base/text.ts';

/** @param classNames in the order of the labels: the negative class first */
export function renderStudyTable(study: Study, classNames: readonly string[]): string {
  const [negative = 'negative', positive = 'positive'] = classNames;
  const { images, positives, negatives, patients, threshold, level, replicates, seed } = study;
  const shown = studyFigureNames.map((name) => [figureTitles[name], study.figures[name]] as const);
  return [
    renderFields([
      ['Images', `${images} (${positives} ${positive}, ${negatives} ${negative})`],
      ['Patients', String(patients)],
      ['Threshold', formatProbability(threshold)],
    ]),
    renderTable(
      figureColumns(level),
      studyFigureNames.map((name) => [figureTitles[name], ...figureCells(name, study.figures[name])]),
    ),
    ...toParagraph([...explainMissing(shown), ...explainExact(Object.values(study.figures))]),
    renderConfusionTable(toConfusionMatrix(study.confusion), classNames),
    ...(study.prevalence === undefined ? [] : [renderPrevalence(study.prevalence, positive, level)]),
    `Intervals: ${replicates} draws of ${patients} patients, seed ${seed}.`,
  ].join('\n\n');
}

function renderPrevalence(
  { value, ppv, npv }: NonNullable<Study['prevalence']>,
  positive: string,
  level: number,
): string {
  const rows = [
    ['ppv', ppv],
    ['npv', npv],
  ] as const;
  const paragraphs = [
    `If ${formatPercent(value, 2)} of those examined were ${positive}, and sensitivity and specificity stayed what they are:`,
    renderTable(
      figureColumns(level),
      rows.map(([name, figure]) => [figureTitles[name], ...figureCells(name, figure)]),
    ),
    ...toParagraph(explainMissing(rows.map(([name, figure]) => [figureTitles[name], figure]))),
  ];
  return paragraphs.join('\n\n');
}

/** What a table of groups has room for; `--json` has all figures. */
const shownOfGroups = ['sensitivity', 'specificity', 'rocAuc'] as const;

/** One table per column. */
export function renderSubgroups(
  analyses: readonly SubgroupAnalysis[],
  classNames: readonly string[],
  level: number,
): string {
  const groups = analyses.flatMap((analysis) => analysis.groups);
  const figures = groups.flatMap((group) => shownOfGroups.map((name) => group.figures[name]));
  const isSmall = groups.some(({ warning }) => warning?.includes('only') === true);
  const notes = [
    ...(isSmall
      ? [`Of fewer than ${fewPatients} patients little can be told: such intervals are wide, and still too narrow.`]
      : []),
    ...explainExact(figures),
  ];
  return [...analyses.map((analysis) => renderColumn(analysis, classNames, level)), ...toParagraph(notes)].join('\n\n');
}

function renderColumn(
  { column, sharesNegatives, groups }: SubgroupAnalysis,
  classNames: readonly string[],
  level: number,
): string {
  const [negative = 'negative', positive = 'positive'] = classNames;
  const titles = { sensitivity: 'Sensitivity', specificity: 'Specificity', rocAuc: 'ROC AUC' };
  const columns: Column[] = [
    { title: column },
    ...['Patients', positive, negative].map((title) => ({ title, align: 'right' as const })),
    ...shownOfGroups.flatMap((name): Column[] => [
      { title: titles[name], align: 'right' },
      { title: formatLevel(level), align: 'left' },
    ]),
  ];
  const rows = groups.map(({ value, patients, positives, negatives, figures }) => [
    nameGroup(value),
    ...[patients, positives, negatives].map(String),
    ...shownOfGroups.flatMap((name) => figureCells(name, figures[name])),
  ]);
  const warnings = groups.flatMap(({ value, warning }) =>
    warning === undefined ? [] : [`${nameGroup(value)}: ${warning}.`],
  );
  return [
    `By ${column}${sharesNegatives ? `; each group is compared with all ${negative} images, of which the ${column} says nothing` : ''}`,
    '',
    renderTable(columns, rows),
    ...(warnings.length === 0 ? [] : ['', ...warnings]),
  ].join('\n');
}

/** What stands for the images of which a column says nothing. */
export function nameGroup(value: string | null): string {
  return value ?? 'not stated';
}

/** @param other what the second model is called */
export function renderComparison(comparison: Comparison, other: string): string {
  const { figures, areas, mcnemar, level, thresholds, prevalence } = comparison;
  const restated =
    prevalence === undefined
      ? []
      : (['ppv', 'npv'] as const).map((name) =>
          differenceRow(name, `${name.toUpperCase()} at ${formatPercent(prevalence.value, 2)}`, prevalence[name]),
        );
  const reasons = studyFigureNames.flatMap((name) => {
    const { undefinedBecause } = figures[name];
    return undefinedBecause === undefined || figures[name].difference === 0
      ? []
      : [[figureTitles[name], { undefinedBecause }] as const];
  });
  return [
    `Compared with ${other}, on the same images and draws of patients`,
    '',
    renderTable(
      [
        { title: 'Figure' },
        ...['This model', 'The other', 'Difference'].map((title) => ({ title, align: 'right' as const })),
        { title: `${formatLevel(level)} interval` },
        { title: 'p', align: 'right' },
      ],
      [...studyFigureNames.map((name) => differenceRow(name, figureTitles[name], figures[name])), ...restated],
    ),
    ...(reasons.length === 0 ? [] : ['', ...explainMissing(reasons)]),
    '',
    ...(thresholds.first === thresholds.second
      ? []
      : [
          `Each at its own threshold: ${formatProbability(thresholds.first)}, and ${formatProbability(thresholds.second)} of the other.`,
        ]),
    `ROC AUC by formula: ${renderAreas(areas.clustered)} (Obuchowski, by patient); ${renderAreas(areas.delong)} (DeLong, by image).`,
    `Right by one alone: ${mcnemar.onlyFirst} images by this model, ${mcnemar.onlySecond} by the other; McNemar's exact test, by image: p ${formatPValue(mcnemar.pValue)}.`,
    `Of ${studyFigureNames.length} figures, some have a small p by chance: decide beforehand which one counts.`,
  ].join('\n');
}

function renderAreas(areas: AreaComparison | null): string {
  if (areas === null) return 'n/a, fewer than two patients of a class';
  const { difference, interval, pValue } = areas;
  return `${formatDifference('rocAuc', difference)}, ${formatDifference('rocAuc', interval.low)} to ${formatDifference('rocAuc', interval.high)}, p ${formatPValue(pValue)}`;
}

function differenceRow(name: StudyFigureName, title: string, row: FigureDifference): string[] {
  const { first, second, difference, interval, pValue } = row;
  const reach =
    interval === null ? '' : `${formatDifference(name, interval.low)} to ${formatDifference(name, interval.high)}`;
  return [
    title,
    formatStudyValue(name, first),
    formatStudyValue(name, second),
    formatDifference(name, difference),
    reach,
    formatPValue(pValue),
  ];
}

function figureColumns(level: number): Column[] {
  return [{ title: 'Figure' }, { title: 'Value', align: 'right' }, { title: `${formatLevel(level)} interval` }];
}

function toParagraph(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [lines.join('\n')];
}
