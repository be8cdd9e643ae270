/** The exploration of a data set as one page that holds everything. */
import type { ExploreFigures, ExploreGroup } from './explore.ts';
import type { Spread } from './group-tally.ts';
import { hasGerms } from './explore-count-charts.ts';
import { isOneSize, type ExploreFigure, type ExploreSection } from './explore-figures.ts';
import {
  className,
  describeVariability,
  formatDifference,
  nameOf,
  syntheticWords,
  wholeGroups,
} from './explore-text.ts';
import {
  escapeHtml,
  htmlTable,
  paragraph,
  pngFigure,
  renderPage,
  svgFigure,
  type PageSection,
} from '../pages/html-page.ts';
import { formatCount, formatPercent } from '../../base/text.ts';

/** Enough to see what is wrong; explore.json has them all. */
const listedAtMost = 100;

export function renderExplorePage(figures: ExploreFigures, drawn: readonly ExploreFigure[]): string {
  const show = (section: ExploreSection): string =>
    drawn
      .filter((figure) => figure.section === section)
      .map(renderFigure)
      .join('\n');
  const hasSamples = drawn.some(({ section }) => section === 'samples');
  const sections: PageSection[] = [
    { title: 'Images and patients', html: renderCounts(figures) + show('counts') },
    ...(hasSamples ? [{ title: 'Samples', html: renderSamplesNote(figures) + show('samples') }] : []),
    { title: 'What the classes look like on average', html: show('statistics') },
    { title: 'Where images differ from each other', html: renderVariability(figures) + show('variability') },
    { title: 'Grey levels', html: renderLevels(figures) + show('levels') },
    { title: 'Sizes of the files', html: renderSizes(figures) + show('sizes') },
    ...(figures.unreadable.length > 0 ? [{ title: 'Files that cannot be read', html: renderUnreadable(figures) }] : []),
    { title: 'How this was made', html: renderMethod(figures) },
  ];
  return renderPage({
    title: `A look at ${nameOf(figures)}`,
    subtitle: `${formatCount(figures.images)} images of ${formatCount(figures.patients)} patients, ${figures.classNames.map(className).join(' and ')}`,
    sections,
    ...(figures.synthetic ? { notice: `${syntheticWords}. These images were drawn by this program.` } : {}),
  });
}

function renderFigure({ svg, png, caption, name }: ExploreFigure): string {
  return svg === undefined ? pngFigure(png, name, caption) : svgFigure(svg, caption);
}

function renderCounts(figures: ExploreFigures): string {
  const germs = hasGerms(figures);
  const right = ['Images', 'Share', 'Patients', ...(germs ? ['Bacteria', 'Virus'] : [])];
  const hasSplits = figures.splits.length > 0;
  const row = (where: string, group: ExploreGroup, total: number): string[] => [
    ...(hasSplits ? [where] : []),
    className(group.label),
    formatCount(group.images),
    formatShare(group.images, total),
    formatCount(group.patients),
    ...(germs
      ? [group.germs.bacteria, group.germs.virus].map((count) => (count === 0 ? '–' : formatCount(count)))
      : []),
  ];
  const rows = [...figures.splits, null].flatMap((split) => {
    const groups = figures.groups.filter((group) => group.split === split);
    const total = groups.reduce((sum, { images }) => sum + images, 0);
    return groups.map((group) => row(split ?? 'all', group, total));
  });
  const unknown = wholeGroups(figures).reduce((sum, { imagesWithoutPatient }) => sum + imagesWithoutPatient, 0);
  const note =
    unknown === 0
      ? ''
      : paragraph(
          `Of ${formatCount(unknown)} images nothing tells the patient; each counts as a patient of its own, so there may be fewer patients than this.`,
        );
  return (
    htmlTable(
      [
        ...(hasSplits ? [{ title: 'Split' }] : []),
        { title: 'Class' },
        ...right.map((title) => ({ title, align: 'right' as const })),
      ],
      rows,
    ) + note
  );
}

function renderSamplesNote({ synthetic }: ExploreFigures): string {
  return synthetic
    ? paragraph('These pictures are phantoms: they show nobody.')
    : '<p><strong>This page holds images of patients.</strong> Keep it and pass it on only as the data set itself may be kept and passed on. Without them: <code>--no-samples</code>.</p>';
}

function renderVariability(figures: ExploreFigures): string {
  const { variability, classNames } = figures;
  const others = classNames.slice(1);
  const head = [
    { title: 'Region' },
    ...classNames.map((label) => ({ title: className(label), align: 'right' as const })),
    ...others.map((label) => ({
      title: `${className(label)} minus ${className(classNames[0] ?? '')} (95 % interval)`,
      align: 'right' as const,
    })),
  ];
  const rows = variability.map(({ title, classes, differences }) => [
    title,
    ...classes.map(({ standardDeviation }) => (standardDeviation === null ? 'n/a' : standardDeviation.toFixed(1))),
    ...differences.map(({ difference, interval }) => formatDifference(difference, interval, '')),
  ]);
  return (
    describeVariability(figures).map(paragraph).join('') +
    htmlTable(head, rows) +
    paragraph(
      `Standard deviation across images, in grey levels (0 to 255), the mean over the cells of each region${figures.splits.length > 0 ? ', over all splits together' : ''}.`,
    )
  );
}

function renderLevels(figures: ExploreFigures): string {
  const means = wholeGroups(figures).flatMap(({ label, meanLevel }) =>
    meanLevel === null ? [] : [`${className(label)} ${meanLevel.toFixed(1)}`],
  );
  return paragraph(`Mean grey level of an image (0 black to 255 white), averaged over images: ${means.join(', ')}.`);
}

function renderSizes(figures: ExploreFigures): string {
  const groups = wholeGroups(figures).filter(({ images }) => images > 0);
  const size = groups[0]?.onlySize;
  if (isOneSize(figures) && size !== null && size !== undefined) {
    return paragraph(`All ${formatCount(figures.images)} files have ${size.width} x ${size.height} pixels.`);
  }
  const digits = (value: number, aspect: boolean): string =>
    aspect ? value.toFixed(2) : formatCount(Math.round(value));
  const cells = (spread: Spread | null, aspect = false): string[] =>
    spread === null
      ? ['n/a', 'n/a']
      : [digits(spread.median, aspect), `${digits(spread.low, aspect)} to ${digits(spread.high, aspect)}`];
  const titles = ['Width', '5 % to 95 %', 'Height', '5 % to 95 %', 'Width / height', '5 % to 95 %'];
  return (
    htmlTable(
      [{ title: 'Class' }, ...titles.map((title) => ({ title, align: 'right' as const }))],
      groups.map(({ label, width, height, aspect }) => [
        className(label),
        ...cells(width),
        ...cells(height),
        ...cells(aspect, true),
      ]),
    ) + paragraph('Medians, and the range that leaves one of twenty images on each side, in pixels.')
  );
}

function renderUnreadable({ unreadable }: ExploreFigures): string {
  const items = unreadable.slice(0, listedAtMost).map(({ reason }) => `<li>${escapeHtml(reason)}</li>`);
  const more = unreadable.length > listedAtMost ? paragraph(`And ${unreadable.length - listedAtMost} more.`) : '';
  return `${paragraph(`${formatCount(unreadable.length)} files are in none of the figures:`)}<ul>${items.join('')}</ul>${more}`;
}

function renderMethod({ size, seed, replicates, leftOut, folder }: ExploreFigures): string {
  return [
    paragraph(
      `Folder ${folder}. Every file was decoded once, colour profiles and orientation tags ignored, colour turned into grey (ITU-R 601-2). Seed ${seed}, size ${size} x ${size}, ${replicates} replicates. The same files, seed and size give the same figures.`,
    ),
    ...(leftOut.length === 0
      ? []
      : [
          paragraph(
            `Not looked into: ${leftOut.slice(0, listedAtMost).join(', ')}${leftOut.length > listedAtMost ? ` and ${leftOut.length - listedAtMost} more` : ''}.`,
          ),
        ]),
  ].join('');
}

function formatShare(part: number, whole: number): string {
  return formatPercent(whole === 0 ? null : part / whole);
}
