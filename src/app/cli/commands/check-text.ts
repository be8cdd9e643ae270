/** What a check found, in words: the most important first, each with what to do about it. */
import type { CheckResult, Finding, FindingKind } from '../../../study/check/check-result.ts';
import type { DuplicateGroup } from '../../../study/check/duplicates.ts';
import type { RestoreResult } from '../../../study/check/quarantine.ts';
import { formatCount, formatPercent, renderTable, showControls } from '../../../base/text.ts';

/** Lines of a list that are shown; --json has more, --findings all. */
const shownAtMost = 5;

export function renderCheckResult(result: CheckResult): string {
  const decisions = result.findings.filter(({ needsDecision }) => needsDecision);
  const notices = result.findings.filter(({ needsDecision }) => !needsDecision);
  return [
    renderHead(result),
    '',
    renderBalance(result),
    ...renderImages(result),
    ...(decisions.length === 0
      ? ['', 'Nothing needs a decision.']
      : ['', 'Needs a decision', ...decisions.flatMap((finding) => renderFinding(finding, result))]),
    ...(notices.length === 0
      ? []
      : ['', 'Worth knowing', ...notices.flatMap((finding) => renderFinding(finding, result))]),
    ...renderQuarantine(result),
  ].join('\n');
}

export function renderRestoreResult({ folder, quarantine, restored, inPlace, taken, lost }: RestoreResult): string {
  return [
    `${countFiles(restored.length)} ${restored.length === 1 ? 'is' : 'are'} back in ${folder}.`,
    ...(inPlace.length > 0 ? [`In place already: ${countFiles(inPlace.length)}.`] : []),
    ...(taken.length > 0
      ? [
          `Left in ${quarantine}, because other files are in their places now: ${countFiles(taken.length)}; move one of the two yourself:`,
          ...shorten(taken.map(({ file }) => file)),
        ]
      : []),
    ...(lost.length > 0 ? [`In neither folder: ${countFiles(lost.length)}:`, ...shorten(lost)] : []),
  ].join('\n');
}

function renderHead({ folder, images, readable, patients, imagesWithoutPatient }: CheckResult): string {
  const whom =
    imagesWithoutPatient === images ? '' : ` of ${formatCount(patients)} patient${patients === 1 ? '' : 's'}`;
  const bad = images - readable;
  const how = bad === 0 ? 'all can be read' : `${formatCount(bad)} cannot be read`;
  return `${formatCount(images)} image${images === 1 ? '' : 's'}${whom} in ${folder}; ${how}.`;
}

function renderBalance({ balance, classNames }: CheckResult): string {
  const right = ['Images', 'Patients', ...classNames].map((title) => ({ title, align: 'right' as const }));
  const rows = balance.map(({ split, images, patients, classes }) => {
    const perClass = classNames.map((name) => {
      const own = classes[name];
      return `${formatCount(own?.images ?? 0)} (${formatPercent(own?.share ?? 0)})`;
    });
    return [split ?? (balance.length === 1 ? 'all' : 'none'), formatCount(images), formatCount(patients), ...perClass];
  });
  return renderTable([{ title: 'Set' }, ...right], rows);
}

function renderImages({ sizes, modes }: CheckResult): string[] {
  if (sizes === null) return [];
  const range = `${sizes.leastWidth} to ${sizes.mostWidth} wide and ${sizes.leastHeight} to ${sizes.mostHeight} high`;
  const size =
    sizes.distinct === 1
      ? `all ${sizes.leastWidth} x ${sizes.leastHeight} pixels`
      : `${formatCount(sizes.distinct)} different sizes, ${range}, median ${sizes.medianWidth} x ${sizes.medianHeight} pixels`;
  const mode = modes.map((one) => `${formatCount(one.images)} ${nameMode(one)}`).join(', ');
  return ['', `Sizes: ${size}.`, `Modes: ${mode}.`];
}

interface Words {
  /** behind the count: one, several */
  readonly what: readonly [one: string, several: string];
  readonly advice: string;
  /** the first of what the finding counts; behind these may stand what was moved aside, which is no finding any more */
  readonly list: (result: CheckResult) => readonly string[];
}

const words: { readonly [Kind in FindingKind]: Words } = {
  unreadable: {
    what: ['file cannot be read', 'files cannot be read'],
    advice: 'Replace them, or move them aside with --quarantine FOLDER.',
    list: ({ unreadable }) => unreadable.map(({ reason }) => reason),
  },
  'unreadable-folders': {
    what: ['folder or name cannot be read', 'folders or names cannot be read'],
    advice: 'Their content is unknown. Change their permissions, or give them names in UTF-8, and check again.',
    list: ({ unreadableFolders }) =>
      unreadableFolders.map(({ folder, code }) => `${folder} (${code === 'EILSEQ' ? 'its name is not UTF-8' : code})`),
  },
  'identical-with-two-labels': {
    what: ['image is in two classes', 'images are in two classes'],
    advice: 'One of the labels is wrong. Keep the right one, or leave out all copies.',
    list: (result) => listGroups(result, 'identical', (group) => group.severalLabels),
  },
  'identical-across-splits': {
    what: ['image is in more than one set', 'images are in more than one set'],
    advice:
      'Scores on the later set are too good. Split again with dataset split, or move second copies with --quarantine-duplicates.',
    list: (result) => listGroups(result, 'identical', (group) => !group.severalLabels && group.crossesSplits),
  },
  'similar-with-two-labels': {
    what: ['group of images that look the same has two labels', 'groups of images that look the same have two labels'],
    advice: 'Look at them. Either one label is wrong, or the images are different.',
    list: (result) => listGroups(result, 'similar', (group) => group.severalLabels),
  },
  'similar-across-splits': {
    what: [
      'group of images that look the same is in more than one set',
      'groups of images that look the same are in more than one set',
    ],
    advice: 'Look at them. If they are the same, scores on the later set are too good: keep one of each.',
    list: (result) => listGroups(result, 'similar', (group) => !group.severalLabels && group.crossesSplits),
  },
  'patients-across-splits': {
    what: ['patient has images in more than one set', 'patients have images in more than one set'],
    advice: 'Scores on the later set are too good. Split again with dataset split --by patient.',
    list: ({ patientsInSeveralSplits }) =>
      patientsInSeveralSplits.map(({ patient, splits }) => {
        const counts = Object.entries(splits).map(([split, images]) => `${split} ${formatCount(images)}`);
        return `${patient}: ${counts.join(', ')}`;
      }),
  },
  'empty-classes': {
    what: ['class has no image', 'classes have no image'],
    advice: 'Add images, or remove the folder.',
    list: ({ emptyClasses }) => emptyClasses.map(({ split, label }) => (split === null ? label : `${split}/${label}`)),
  },
  misnamed: {
    what: ['file is named as another format', 'files are named as another format'],
    advice: 'This program reads them by their content, but others may refuse them. Rename them.',
    list: ({ misnamed }) => misnamed.map(({ file, format }) => `${file} is ${format.toUpperCase()}`),
  },
  hidden: {
    what: ['image is not named as an image', 'images are not named as images'],
    advice: 'All commands ignore them. Rename them, or move them elsewhere.',
    list: ({ hidden }) => hidden.map(({ file, format }) => `${file} is ${format.toUpperCase()}`),
  },
  blank: {
    what: ['image is blank', 'images are blank'],
    advice: 'All pixels are equal, so training learns nothing from them. Leave them out.',
    list: ({ blank }) => blank,
  },
  identical: {
    what: ['group of identical images within one class and set', 'groups of identical images within one class and set'],
    advice: 'dataset split --by patient keeps identical files in one set. --quarantine-duplicates moves second copies.',
    list: (result) => listGroups(result, 'identical', (group) => !group.severalLabels && !group.crossesSplits),
  },
  similar: {
    what: [
      'group of images that look the same, within one class and set',
      'groups of images that look the same, within one class and set',
    ],
    advice: 'Mostly they are one image in two sizes or compressions. Keep them in one set when you split.',
    list: (result) => listGroups(result, 'similar', (group) => !group.severalLabels && !group.crossesSplits),
  },
  crowded: {
    what: [
      'image resembles so many others that it was not compared with all of them',
      'images resemble so many others that they were not compared with all of them',
    ],
    advice:
      'Some groups of images that look the same may be incomplete. Check that all these images belong to the data.',
    list: () => [],
  },
  'mixed-modes': {
    what: ['image has another mode than most', 'images have another mode than most'],
    advice:
      'Training converts all to grey. If one class has more of them, dataset audit measures what that gives away.',
    list: ({ modes }) => modes.slice(1).map(describeMode),
  },
  'size-outliers': {
    what: ['image is far from the others in size', 'images are far from the others in size'],
    advice: 'Look at them. Some may be crops, thumbnails or other kinds of image.',
    list: ({ sizeOutliers }) =>
      sizeOutliers.map(({ file, width, height, what }) => `${file}: ${width} x ${height}, ${what}`),
  },
  'one-class': {
    what: ['class is too few to train on', 'classes are too few to train on'],
    advice: 'Training needs at least two classes: one folder each, or a table of labels (--labels FILE.csv).',
    list: ({ classNames }) => classNames,
  },
  'several-pages': {
    what: ['file has several pages', 'files have several pages'],
    advice: 'Only the first page, or the first frame, is read. Save the one that shows the X-ray.',
    list: ({ severalPages }) => severalPages.map(({ file, pages }) => `${file}: 1 of ${formatCount(pages)}`),
  },
  'patients-unknown': {
    what: ['file name gives no patient', 'file names give no patient'],
    advice:
      'Each counts as a patient of its own, so patients in two sets cannot be found. A table with a column patient helps.',
    list: () => [],
  },
  'left-out': {
    what: ['file or folder is ignored', 'files or folders are ignored'],
    advice: 'They are not named as images, they lie beside the classes or sets, or the table does not name them.',
    list: ({ leftOut, hidden }) => {
      const found = new Set(hidden.map(({ file }) => file));
      return leftOut.filter((file) => !found.has(file));
    },
  },
};

function renderFinding({ kind, count }: Finding, result: CheckResult): string[] {
  const { what, advice, list } = words[kind];
  const sentence =
    kind === 'one-class' && result.classNames.length === 0
      ? 'There are no classes'
      : `${formatCount(count)} ${what[count === 1 ? 0 : 1]}`;
  const lines = list(result);
  // Modes and classes are few, and unknown patients are not listed: their counts are of something else.
  const total = lines.length === 0 || kind === 'mixed-modes' || kind === 'one-class' ? lines.length : count;
  return ['', `${sentence}. ${advice}`, ...shorten(lines, total)];
}

function renderQuarantine({ folder, quarantine }: CheckResult): string[] {
  if (quarantine === null) return [];
  const { moved, movedCount, failed, failedCount } = quarantine;
  return [
    '',
    movedCount === 0
      ? 'There was nothing to move.'
      : `${countFiles(movedCount)} moved to ${quarantine.folder}. To undo it: pneumoscope dataset check ${folder} --restore ${quarantine.folder}`,
    ...shorten(
      moved.map(({ reason }) => reason),
      movedCount,
    ),
    ...(failedCount === 0
      ? []
      : [
          `Not moved: ${countFiles(failedCount)}:`,
          ...shorten(
            failed.map(({ reason }) => reason),
            failedCount,
          ),
        ]),
  ];
}

/** @param total lines there would be; of more, or fewer, `lines` has the first */
function shorten(lines: readonly string[], total = lines.length): string[] {
  const shown = lines.slice(0, Math.min(shownAtMost, total)).map((line) => `  ${showControls(line)}`);
  const more = total - shown.length;
  return more === 0 ? shown : [...shown, `  and ${formatCount(more)} more`];
}

function listGroups(
  result: CheckResult,
  kind: 'identical' | 'similar',
  test: (group: DuplicateGroup) => boolean,
): string[] {
  return result[kind].filter(test).map(nameGroup);
}

function countFiles(count: number): string {
  return `${formatCount(count)} file${count === 1 ? '' : 's'}`;
}

function nameGroup({ images, count }: DuplicateGroup): string {
  const names = images.slice(0, 3).map(({ file }) => file);
  const more = count - names.length;
  return `${names.join(' = ')}${more === 0 ? '' : ` and ${formatCount(more)} more`}`;
}

function describeMode(mode: CheckResult['modes'][number]): string {
  const perClass = Object.entries(mode.classes)
    .filter(([name]) => name !== '')
    .map(([name, count]) => `${formatCount(count)} ${name}`);
  const shown = mode.channels === 1 ? '' : `; ${formatCount(mode.colourful)} of them show colour`;
  const classes = perClass.length === 0 ? '' : `: ${perClass.join(', ')}`;
  return `${formatCount(mode.images)} ${nameMode(mode)}${classes}${shown}`;
}

function nameMode({
  channels,
  bitsPerChannel,
}: {
  readonly channels: number;
  readonly bitsPerChannel: number;
}): string {
  return `${channels === 1 ? 'grey' : 'colour'} of ${bitsPerChannel} bit${bitsPerChannel === 1 ? '' : 's'}`;
}
