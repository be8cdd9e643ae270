/** An audit as one self-contained page. */
import type { AuditResult } from './audit-result.ts';
import { auditChart, auditMatrixChart } from './audit-chart.ts';
import {
  describeAudit,
  describeContrast,
  describeCreatedLeaks,
  describeRemedy,
  findBestRemedy,
  formatAuc,
  formatInterval,
  listLeaks,
  readingHelp,
  summarise,
  verdictWords,
} from './audit-words.ts';
import { escapeHtml, htmlTable, paragraph, renderPage, svgFigure } from '../pages/html-page.ts';

export async function renderAuditPage(result: AuditResult): Promise<string> {
  const [dots, matrix] = [await auditChart(result), await auditMatrixChart(result)];
  const [question = '', ...circumstances] = describeAudit(result);
  return renderPage({
    title: 'Can the label be guessed without looking at the lungs?',
    subtitle: `Audit of ${result.folder}`,
    ...(result.synthetic && { notice: 'These images are synthetic phantoms, drawn by a program.' }),
    sections: [
      {
        title: 'What was found',
        html: [
          ...[summarise(result), question, ...circumstances, ...readingHelp].map(paragraph),
          svgFigure(
            dots.svg,
            'Each line is the AUC with its 95 % interval (patients drawn anew), from a logistic regression tested on patients it has not seen. A ring shows where the best single way to prepare the images leaves it. Dashed: the bounds of the two verdicts.',
          ),
        ].join('\n'),
      },
      { title: 'What leaks, and what takes it away', html: renderLeaks(result) },
      {
        title: 'Every option measured',
        html: [
          svgFigure(
            matrix.svg,
            `The same figures after each way to prepare the images, measured on images prepared so and, for the file, on the JPEG (quality ${result.rewriteQuality}) that they become. Framed: the best single option. What is not listed of the file is the same in all images once they are prepared.`,
          ),
          ...describeCreatedLeaks(result).map(paragraph),
          htmlTable(
            [{ title: 'Option' }, { title: 'In the preprocessing spec' }],
            result.options.map(({ title, fields }) => [title, describeFields(fields)]),
          ),
        ].join('\n'),
      },
      { title: 'All figures', html: renderFigures(result) },
      { title: 'How it was measured', html: renderMethod(result) },
    ],
  });
}

function renderLeaks(result: AuditResult): string {
  const leaks = listLeaks(result);
  if (leaks.length === 0) return paragraph('Nothing that was looked at leaks the label.');
  return leaks
    .map((feature) => {
      const contrast = describeContrast(feature, result);
      const figure = `AUC ${formatAuc(feature.auc)} (${formatInterval(feature)}): ${verdictWords[feature.verdict]}`;
      return [
        `<h3>${escapeHtml(feature.title)}</h3>`,
        paragraph(`${figure}${contrast === '' ? '' : `; ${contrast}`}.`),
        paragraph(`${feature.meaning} ${describeRemedy(feature, result)}`),
      ].join('\n');
    })
    .join('\n');
}

function renderFigures(result: AuditResult): string {
  return htmlTable(
    [
      { title: 'Known alone' },
      { title: 'Of' },
      { title: 'AUC', align: 'right' },
      { title: '95 % interval', align: 'right' },
      { title: 'Verdict' },
      { title: 'Best remedy' },
      { title: 'AUC after', align: 'right' },
    ],
    result.features.map((feature) => {
      const best = findBestRemedy(feature, result);
      const { title, of, auc, verdict } = feature;
      const after = best === undefined ? '' : formatAuc(best.remedy.auc);
      return [title, of, formatAuc(auc), formatInterval(feature), verdictWords[verdict], best?.name ?? '', after];
    }),
  );
}

function renderMethod(result: AuditResult): string {
  const { folds, bootstrap, seed, size } = result;
  return [
    `Each feature is standardised and given to a logistic regression with a ridge penalty of 1, fitted to ${folds - 1} of ${folds} parts of the patients and asked about the last, until each part had its turn. All images of a patient stand in one part. A number comes with its distance from the median, so that «in the middle» can be told as well as «more».`,
    `The intervals come from ${bootstrap.replicates} draws of whole patients with replacement (percentiles; seed ${seed}). Where every guess is right the interval is a point, however few the patients.`,
    `Prepared images are ${size} x ${size} pixels. Some of what the pixel figures tell can be disease: pneumonia brightens lungs. What the file tells cannot.`,
  ]
    .map(paragraph)
    .join('\n');
}

function describeFields(fields: object): string {
  const entries = Object.entries(fields).map(([name, value]) => `${name}: ${String(value)}`);
  return entries.length === 0 ? 'resize: nearest, stretched to the size' : entries.join(', ');
}
