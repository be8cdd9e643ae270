/** The confusion matrix of a report, whose cells lead to their images, and those images with their heat maps: the worst first. */
import { isUncertain } from '../../statistics/calibration/abstention.ts';
import type { Prediction } from '../../statistics/prediction/prediction.ts';
import { escapeHtml, paragraph, pictureCards, type PictureCard } from '../pages/html-page.ts';
import type { ReportCell } from './report-cells.ts';
import type { ExplainedImage } from './explained-cells.ts';
import type { RunReport } from './run-report.ts';
import { formatCount, formatFigure, formatPercent } from '../../base/text.ts';

/** @returns a table of two rows and columns; each number links to its images where some are shown */
export function renderConfusion({ test, cells }: RunReport): string {
  const { classNames } = test;
  const head = classNames.map((name) => `<th scope="col">called ${escapeHtml(name)}</th>`).join('');
  const rows = ([0, 1] as const).map((label) => {
    const total = cells.filter((cell) => cell.label === label).reduce((sum, { count }) => sum + count, 0);
    const columns = ([0, 1] as const).map((answer) => {
      const cell = cells.find((one) => one.label === label && one.answer === answer) as ReportCell;
      return renderCount(cell, total);
    });
    return `<tr><th scope="row">is ${escapeHtml(classNames[label] ?? '')}</th>${columns.join('')}</tr>`;
  });
  return `<div class="table short"><table class="matrix"><thead><tr><td></td>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function renderCount(cell: ReportCell, total: number): string {
  const { label, answer, count, images } = cell;
  const share = formatPercent(total === 0 ? null : count / total);
  const words = images.length === 0 ? share : `${share}; ${images.length === count ? 'all' : images.length} shown`;
  const content = `<b>${formatCount(count)}</b><small>${escapeHtml(words)}</small>`;
  const inside = images.length === 0 ? `<span>${content}</span>` : `<a href="#${anchor(cell)}">${content}</a>`;
  return `<td${label === answer ? '' : ' class="wrong"'}>${inside}</td>`;
}

/** A heading and cards for each cell that shows images. */
export function renderCells(report: RunReport): string {
  const { cells, test, explained } = report;
  const shown = cells.filter(({ images }) => images.length > 0);
  if (shown.length === 0) return '';
  const [, positive = ''] = test.classNames;
  const key =
    explained.images.size === 0
      ? ''
      : paragraph(
          `Beside each image stands the same with its heat map: where the network found what speaks for ${positive}, from dark (a little) to yellow (the most in this image; the maps of two images cannot be compared). The loss says how wrong an answer is: 0.69 is a coin, more is worse.`,
        );
  const parts = shown.map((cell) => {
    const { label, answer, count, images } = cell;
    const [is, called] = [test.classNames[label] ?? '', test.classNames[answer] ?? ''];
    const title = label === answer ? `${is}, and called so` : `${is}, but called ${called}`;
    const which =
      images.length === count ? `All ${formatCount(count)}` : `${formatCount(images.length)} of ${formatCount(count)}`;
    const order = label === answer ? 'those nearest to being wrong first' : 'the worst first';
    const cards = images.flatMap(({ prediction, loss }) => {
      const image = explained.images.get(prediction.file);
      return image === undefined ? [] : [toCard(image, prediction, loss, report)];
    });
    const listed = images.map(
      ({ prediction, loss }) =>
        `<li><code>${escapeHtml(prediction.file)}</code>: ${escapeHtml(describeAnswer(prediction.probability, loss))}</li>`,
    );
    return [
      `<h3 id="${anchor(cell)}">${escapeHtml(title)}</h3>`,
      paragraph(`${which}, ${order}.`),
      cards.length > 0 ? pictureCards(cards) : `<ul>${listed.join('')}</ul>`,
    ].join('\n');
  });
  return key + parts.join('\n');
}

function toCard(
  image: ExplainedImage,
  { file, probability }: Prediction,
  loss: number,
  report: RunReport,
): PictureCard {
  const name = file.split('/').at(-1) ?? file;
  const band = report.metadata.operation?.uncertain ?? null;
  const heat = (region: string): number | null => image.regions.find((one) => one.region === region)?.heat ?? null;
  return {
    pictures: [
      { bytes: image.picture, alt: `X-ray ${name}` },
      { bytes: image.overlay, alt: `Heat map over ${name}` },
    ],
    title: name,
    lines: [
      describeAnswer(probability, loss),
      `heat: lungs ${formatPercent(heat('lungFields'), 0)}, border ${formatPercent(heat('border'), 0)}`,
      ...(isUncertain(probability, band) ? ['marked uncertain'] : []),
    ],
  };
}

function describeAnswer(probability: number, loss: number): string {
  return `probability ${formatFigure(probability, 3)}, loss ${loss.toFixed(2)}`;
}

function anchor({ label, answer }: ReportCell): string {
  return `cell-${label}-${answer}`;
}
