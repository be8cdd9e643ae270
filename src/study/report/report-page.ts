/** The report of a run as one page: what was trained on what, how well it does and how sure that is, where it fails, and what it is not for. */
import type { PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { findBestEpoch } from '../../engine/fit/history.ts';
import {
  describeContrast,
  findBestRemedy,
  formatAuc,
  formatInterval,
  listLeaks,
  verdictWords,
} from '../audit/audit-words.ts';
import { escapeHtml, htmlTable, paragraph, renderPage, svgFigure, type PageSection } from '../pages/html-page.ts';
import { externalValidity, kermanyShortcuts } from './known-shortcuts.ts';
import { writeModelCard } from '../pages/model-card.ts';
import { renderExplanationTests } from './report-explanations.ts';
import type { ReportFigures } from './report-figures.ts';
import { renderCells, renderConfusion } from './report-mistakes.ts';
import { renderOperation } from './report-operation.ts';
import { renderHeadline, renderStudyTable, renderSubgroups } from './report-study.ts';
import type { RunReport } from './run-report.ts';
import { formatBytes, formatCount, formatDuration, formatFigure, formatPercent } from '../../base/text.ts';

const real =
  'Not a medical device: for research and teaching. Nobody may be diagnosed or treated with this model. This page shows images of patients: treat it as you treat them.';
const synthetic =
  'SYNTHETIC DATA: drawn phantoms, not X-rays of people. These figures say that the program works, and nothing about pneumonia.';

/** @param figures of `drawReportFigures` */
export function renderReportPage(report: RunReport, figures: ReportFigures): string {
  const { study, test, metadata, name } = report;
  const sections: PageSection[] = [
    { title: 'In short', html: renderHeadline(report) + paragraph(externalValidity) },
    { title: 'What was trained on what', html: renderTraining(report) + figure(figures.curves, captions.curves) },
    { title: 'How well it does', html: renderStudyTable(report) },
    {
      title: 'Every threshold at once',
      html: row(figure(figures.roc, captions.roc), figure(figures.precisionRecall, captions.precisionRecall)),
    },
    {
      title: 'The threshold, and what a probability means',
      html:
        renderOperation(report) +
        row(figure(figures.reliability, captions.reliability), figure(figures.abstention, captions.abstention)),
    },
    ...(report.subgroups.length > 0 ? [{ title: 'Subgroups', html: renderSubgroups(report) }] : []),
    { title: 'Right and wrong answers', html: renderConfusion(report) + renderCells(report) },
    { title: 'Whether the heat maps mean anything', html: renderExplanationTests(report) },
    { title: 'What else gives the label away', html: renderShortcuts(report) },
    { title: 'Model card', html: renderModelCard(report) },
  ];
  return renderPage({
    title: `Report of ${name}`,
    subtitle: `${test.classNames.join(' against ')}: ${formatCount(study.images)} test images of ${formatCount(study.patients)} patients`,
    notice: metadata.provenance.data.synthetic ? synthetic : real,
    sections,
  });
}

const captions = {
  curves: 'Loss, accuracy and recall of each epoch. The circle marks the epoch whose weights were kept.',
  roc: 'Sensitivity against false alarms at every possible threshold; the nearer the curve comes to the upper left corner the better. The circle is where this model is operated.',
  precisionRecall: 'The share of right alarms against the share of cases found, at every possible threshold.',
  reliability:
    'Of the images that get about the same probability, how many are ill. On the diagonal a stated 80 % is right eight times in ten.',
  abstention:
    'If the least certain images were left to a person: the share that is left, against the share of wrong answers among the rest.',
} as const;

/** Side by side where there is room. */
function row(...html: readonly string[]): string {
  return `<div class="row">${html.join('')}</div>`;
}

function figure(svg: string | null, caption: string): string {
  return svg === null ? '' : svgFigure(svg, caption);
}

function renderTraining({ metadata, recipe, history, modelBytes, test }: RunReport): string {
  const { provenance, preprocessing } = metadata;
  const best = findBestEpoch(history);
  const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const rows: [string, string][] = [
    ['Network', `${recipe?.network ?? 'not recorded'}; the model file has ${formatBytes(modelBytes)}`],
    [
      'Input',
      `grey, ${preprocessing.width} x ${preprocessing.height} pixels, ${preprocessing.resize} resize, ${preprocessing.fit ?? 'stretched to the square'}${describeOptions(preprocessing)}`,
    ],
    [
      'Training images',
      `${formatCount(provenance.data.images)}, fingerprint ${provenance.data.fingerprint.slice(0, 16)}`,
    ],
    [
      'Test images',
      `${test.folder}: ${formatCount(test.metrics.positives)} ${test.classNames[1]}, ${formatCount(test.metrics.negatives)} ${test.classNames[0]}`,
    ],
    ...(recipe === null
      ? []
      : ([
          [
            'Optimiser',
            `${recipe.optimizer.name}, learning rate ${recipe.optimizer.learningRate}, batches of ${recipe.batchSize}`,
          ],
          ['Augmentation', recipe.augmentation === null ? 'none' : describeAugmentation(recipe.augmentation)],
        ] as [string, string][])),
    ...(best === undefined
      ? []
      : ([
          ['Epochs', `best ${best.epoch} of ${history.length}, ${formatDuration(seconds)} in all`],
          ['Validation, best epoch', `loss ${formatFigure(best.valLoss)}, accuracy ${formatPercent(best.valAccuracy)}`],
        ] as [string, string][])),
    ['Seed', String(provenance.seed)],
    ['Written by', `${provenance.createdBy}, ${provenance.createdAt.slice(0, 10)}`],
  ];
  return htmlTable([{ title: 'What' }, { title: 'This run' }], rows);
}

/** What is done to an image besides its resizing. */
function describeOptions({ crop, histogram, jpegQuality }: PreprocessingSpec): string {
  return [
    ...(crop === undefined ? [] : [`${formatPercent(crop)} cut from each side`]),
    ...(histogram === undefined ? [] : [`grey levels spread to a ${histogram} histogram`]),
    ...(jpegQuality === undefined ? [] : [`JPEG of quality ${jpegQuality}`]),
  ]
    .map((words) => `, ${words}`)
    .join('');
}

function describeAugmentation(augmentation: object): string {
  return Object.entries(augmentation)
    .filter(([name, value]) => name !== 'kerasVersion' && value !== false && value !== 0 && value !== null)
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(' to ') : String(value)}`)
    .join(', ');
}

function renderShortcuts(report: RunReport): string {
  const { kermany, audit, auditProblem } = report;
  const known = kermany
    ? `${paragraph('The file names are those of the chest X-rays of Kermany et al. Of that data set this is known:')}<ul>${kermanyShortcuts.map((fact) => `<li>${escapeHtml(fact)}</li>`).join('')}</ul>`
    : '';
  if (audit === null) {
    const why =
      auditProblem === null
        ? 'No audit was made for this report'
        : `The training images could not be audited (${auditProblem})`;
    return known + paragraph(`${why}; dataset audit looks for what tells the label without the lungs.`);
  }
  const leaks = listLeaks(audit);
  const words = `${formatCount(audit.images)} training images of ${formatCount(audit.patients)} patients were asked what tells the label without looking at the lungs. ${leaks.length === 0 ? 'Nothing that was looked at does.' : 'A network that does as well as this may have learned any of these instead:'}`;
  const rows = leaks.map((feature) => {
    const best = findBestRemedy(feature, audit);
    const remedy = best === undefined ? 'no single option' : `${best.name}: ${formatAuc(best.remedy.auc)}`;
    return [
      feature.title,
      formatAuc(feature.auc),
      formatInterval(feature),
      verdictWords[feature.verdict],
      describeContrast(feature, audit),
      remedy,
    ];
  });
  const columns = [
    { title: 'Known alone' },
    { title: 'AUC', align: 'right' as const },
    { title: '95 % interval', align: 'right' as const },
    { title: 'Verdict' },
    { title: 'How' },
    { title: 'Best remedy, AUC after' },
  ];
  return known + paragraph(words) + (rows.length === 0 ? '' : htmlTable(columns, rows));
}

function renderModelCard({ metadata, kermany }: RunReport): string {
  return writeModelCard(metadata, { kermany })
    .map(({ title, paragraphs }) => `<h3>${escapeHtml(title)}</h3>${paragraphs.map(paragraph).join('')}`)
    .join('\n');
}
