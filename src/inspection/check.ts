/** What is wrong or odd with a data set, before anything is trained on it. */
import { compareCodePoints } from '../data/dataset-folder.ts';
import { compareSourceNames } from '../data/split-sources.ts';
import type { TaskOptions } from '../data/task.ts';
import { computeBalance, countPatients, findPatientsInSeveralSplits } from './balance.ts';
import type { CheckResult } from './check-result.ts';
import { groupIdentical, groupSimilar, type DuplicateGroup } from './duplicates.ts';
import { listFindings } from './findings.ts';
import { findHiddenImages } from './hidden-images.ts';
import { listImageRecords } from './image-records.ts';
import { describeModes, describeSizes } from './modes.ts';
import { findSizeOutliers } from './outliers.ts';
import { openQuarantine, quarantineFiles } from './quarantine.ts';
import { scanImages, type UnreadableKind } from './scan-images.ts';

export interface CheckOptions extends TaskOptions {
  /** `FOLDER/CLASS/...`, `FOLDER/{train,validation,test}/CLASS/...`, either inside a single folder, or a flat one */
  readonly folder: string;
  /** a table with the columns file, label and perhaps patient, split, which then tells the classes */
  readonly labels?: string | undefined;
  /** where unreadable images are moved to, keeping their paths; `restoreQuarantine` moves them back */
  readonly quarantine?: string | undefined;
  /** move second copies of identical images there as well; default false */
  readonly quarantineDuplicates?: boolean | undefined;
}

/**
 * Reads every image once, twelve at a time; what is kept of an image is about 600 bytes. Nothing is changed, but for what
 * `quarantine` moves.
 *
 * @throws PneumoscopeError as `listImageRecords`; E_USAGE: a quarantine that cannot be used; E_DISK; E_INTERRUPTED
 */
export async function checkDataset(options: CheckOptions): Promise<CheckResult> {
  const { folder } = options;
  const listing = await listImageRecords(folder, options);
  const { images } = listing;
  const quarantine = options.quarantine === undefined ? undefined : await openQuarantine(folder, options.quarantine);
  const scan = await scanImages(images, options);
  const identical = groupIdentical(images, scan);
  const similar = await groupSimilar(images, scan, options);
  const balance = computeBalance(listing);
  const unreadable = scan.unreadable.toSorted(byFile);
  const found = {
    folder,
    images: images.length,
    readable: images.length - unreadable.length,
    patients: countPatients(images),
    imagesWithoutPatient: images.filter(({ patientKnown }) => !patientKnown).length,
    classNames: listing.classNames,
    splits: listing.splits,
    balance,
    unreadable,
    unreadableFolders: listing.unreadableFolders,
    emptyClasses: balance.flatMap(({ split, classes }) =>
      Object.entries(classes).flatMap(([label, own]) => (own.images === 0 ? [{ split, label }] : [])),
    ),
    patientsInSeveralSplits: findPatientsInSeveralSplits(images),
    identical,
    similar,
    misnamed: scan.misnamed.toSorted(byFile),
    hidden: await findHiddenImages(folder, listing.leftOut, options),
    blank: images.filter((_, i) => scan.blank[i] === 1).map(({ file }) => file),
    modes: describeModes(images, scan),
    sizes: describeSizes(scan),
    sizeOutliers: findSizeOutliers(images, scan),
    leftOut: listing.leftOut,
  };
  const moved =
    quarantine === undefined
      ? null
      : await quarantineFiles(
          quarantine,
          [
            ...unreadable.filter(({ kind }) => movedKinds.has(kind)),
            ...(options.quarantineDuplicates === true ? identical.flatMap(listSecondCopies) : []),
          ],
          options,
        );
  const findings = listFindings(found, moved);
  return { ...found, findings, needsDecision: findings.some((finding) => finding.needsDecision), quarantine: moved };
}

/** What is gone cannot be moved, and a file that nobody may open is not a bad one. */
const movedKinds: ReadonlySet<UnreadableKind> = new Set<UnreadableKind>([
  'not-a-file',
  'empty',
  'not-an-image',
  'unsupported',
  'truncated',
  'damaged',
]);

/**
 * All but one of a group of identical images. Which label is right nobody knows, so groups with two are left alone. The one that stays
 * is the first of the last split: figures on a test set stay comparable when its copies in the training set go.
 */
function listSecondCopies(group: DuplicateGroup): { file: string; reason: string }[] {
  if (group.severalLabels) return [];
  const bySplit = group.images.toSorted((a, b) => compareSourceNames(b.split ?? '', a.split ?? ''));
  const [first, ...others] = bySplit;
  return others.map(({ file }) => ({ file, reason: `${file} is identical to ${first?.file}` }));
}

function byFile(a: { readonly file: string }, b: { readonly file: string }): number {
  return compareCodePoints(a.file, b.file);
}
