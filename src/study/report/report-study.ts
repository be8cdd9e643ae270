/** The figures of a report: the headline, the table with intervals, predictive values elsewhere, subgroups. */
import { studyFigureNames, type Figure, type Study, type StudyFigureName } from '../../statistics/study/study.ts';
import { fewPatients, type SubgroupAnalysis } from '../../statistics/study/subgroups.ts';
import { explainFigure } from '../evaluate/figure-sentences.ts';
import { escapeHtml, htmlTable, paragraph } from '../pages/html-page.ts';
import type { RunReport } from './run-report.ts';
import {
  explainExact,
  explainMissing,
  figureCells,
  figureTitles,
  formatLevel,
  formatStudyInterval,
  formatStudyValue,
} from '../charts/study-words.ts';
import { formatCount, formatPercent, formatProbability } from '../../base/text.ts';

const headline = ['sensitivity', 'specificity', 'rocAuc'] as const satisfies readonly StudyFigureName[];
const right = { align: 'right' } as const;

export function renderHeadline({ test, study, metadata }: RunReport): string {
  const { classNames } = test;
  const [negative = '', positive = ''] = classNames;
  const { truePositives, falseNegatives, falsePositives, trueNegatives } = study.confusion;
  const boxes = headline.map((name) => {
    const { value, interval } = study.figures[name];
    const range = interval === null ? 'no interval' : formatStudyInterval(name, interval);
    return `<div><dt>${escapeHtml(figureTitles[name])}</dt><dd><b>${escapeHtml(formatStudyValue(name, value))}</b><small>${escapeHtml(range)}</small></dd></div>`;
  });
  const threshold = formatProbability(metadata.classes.threshold ?? study.threshold);
  const words = [
    `Of ${formatCount(truePositives + falseNegatives)} test images of ${positive} the model missed ${formatCount(falseNegatives)}; of ${formatCount(trueNegatives + falsePositives)} of ${negative} it called ${formatCount(falsePositives)} ${positive}. It calls an image so above a probability of ${threshold}.`,
    `Below each figure stands its ${formatLevel(study.level)} interval: where it would lie if other patients of the same kind had come. It was made by ${formatCount(study.replicates)} draws of patients, all images of one together.`,
  ];
  return `<dl class="headline">${boxes.join('')}</dl>${words.map(paragraph).join('')}`;
}

export function renderStudyTable({ test, study }: RunReport): string {
  const [negative = '', positive = ''] = test.classNames;
  const rows = studyFigureNames.map((name) => [
    figureTitles[name],
    ...figureCells(name, study.figures[name]),
    explainFigure(name, { negative, positive }),
  ]);
  const columns = [
    { title: 'Figure' },
    { title: 'Value', ...right },
    { title: `${formatLevel(study.level)} interval`, ...right },
    { title: 'What it says' },
  ];
  const notes = [
    ...explainMissing(studyFigureNames.map((name) => [figureTitles[name], study.figures[name]] as const)),
    ...explainExact(Object.values(study.figures)),
  ];
  return htmlTable(columns, rows) + notes.map(paragraph).join('') + renderPrevalences(study, positive);
}

/** Predictive values change with the share of ill among those examined; this shows by how much. */
function renderPrevalences({ prevalence, positives, images, figures }: Study, positive: string): string {
  const here = positives / images;
  const row = (where: string, ppv: Figure, npv: Figure): string[] => [
    where,
    ...figureCells('ppv', ppv),
    ...figureCells('npv', npv),
  ];
  const rows = [
    row(`${formatPercent(here)}, this test set`, figures.ppv, figures.npv),
    ...(prevalence === undefined
      ? []
      : [row(`${formatPercent(prevalence.value)}, asked for`, prevalence.ppv, prevalence.npv)]),
  ];
  const advice =
    prevalence === undefined
      ? ' Make this page with --prevalence to see what an answer would be worth at the share that you expect.'
      : '';
  return [
    '<h3>What an answer is worth where the disease is rarer</h3>',
    paragraph(
      `PPV and NPV depend on how many of those examined have ${positive}. Here ${formatPercent(here)} of the images do, more than a clinic sees; where few do, most alarms are false, however good the model.${advice}`,
    ),
    htmlTable(
      [
        { title: `Share of ${positive}` },
        { title: 'PPV', ...right },
        { title: 'interval', ...right },
        { title: 'NPV', ...right },
        { title: 'interval', ...right },
      ],
      rows,
    ),
  ].join('');
}

/** One table for each column, such as the germ. */
export function renderSubgroups({ subgroups, test }: RunReport): string {
  return subgroups.map((analysis) => renderAnalysis(analysis, test.classNames)).join('\n');
}

function renderAnalysis({ column, groups, sharesNegatives }: SubgroupAnalysis, classNames: readonly string[]): string {
  const [negative = '', positive = ''] = classNames;
  // The same images give every group the same specificity, and the table is wide.
  const names = headline.filter((name) => !(sharesNegatives && name === 'specificity'));
  const rows = groups.map((group) => [
    group.value ?? 'not known',
    formatCount(group.patients),
    formatCount(group.positives),
    formatCount(group.negatives),
    ...names.map((name) => {
      const [value, interval] = figureCells(name, group.figures[name]);
      return interval === '' ? value : `${value} (${interval})`;
    }),
  ]);
  const shares = sharesNegatives
    ? ` Of ${negative} images it tells nothing, so each group stands against all of them, with one specificity for all.`
    : '';
  const small = groups.flatMap(({ value, warning }) =>
    warning === undefined ? [] : [`${value ?? 'not known'}: ${warning}`],
  );
  const head = ['Patients', positive, negative, ...names.map((name) => figureTitles[name])];
  return [
    `<h3>By ${escapeHtml(column)}</h3>`,
    paragraph(
      `Whether the model does as well in every part. Intervals that overlap much are no difference, and of fewer than ${fewPatients} patients little can be told.${shares}`,
    ),
    htmlTable([{ title: column }, ...head.map((title) => ({ title, ...right }))], rows),
    ...small.map(paragraph),
  ].join('');
}
