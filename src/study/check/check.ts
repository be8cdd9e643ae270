/** What is wrong or odd with a data set, before anything is trained on it. */
import type { TaskOptions } from '../../base/tasks.ts';
import { countBadFiles, listBadFiles } from './bad-files.ts';
import { computeBalance, countPatientsInSeveralSplits, listPatientsInSeveralSplits } from './balance.ts';
import { listBlank, listMisnamed, listPaged, listUnreadable, movedSchema } from './check-lists.ts';
import type { CheckResult } from './check-result.ts';
import { groupDuplicates, listGroups, markMovedMembers } from './duplicates.ts';
import { listFindings } from './findings.ts';
import { writeFindings } from './findings-file.ts';
import { findHiddenImages, listHiddenImages } from './hidden-images.ts';
import type { ImageCatalogue } from '../records/image-catalogue.ts';
import { openCatalogue } from '../records/image-records.ts';
import { takeFirst } from './listed.ts';
import { describeModes, describeSizes } from './modes.ts';
import { countSizeOutliers, findSizeOutliers, listSizeOutliers } from './outliers.ts';
import { openQuarantine, quarantineFiles, type Quarantine, type QuarantineResult } from './quarantine.ts';
import { scanImages } from './scan-images.ts';
import { findSimilar } from './similar.ts';

export interface CheckOptions extends TaskOptions {
  /** `FOLDER/CLASS/...`, `FOLDER/{train,validation,test}/CLASS/...`, either inside a single folder, or a flat one */
  readonly folder: string;
  /** a table with the columns file, label and perhaps patient, split, which then tells the classes */
  readonly labels?: string | undefined;
  /** of that table, such as gbk; default: UTF-8, or UTF-16 where a byte-order mark says so */
  readonly encoding?: string | undefined;
  /** where unreadable images are moved to, keeping their paths; `restoreQuarantine` moves them back */
  readonly quarantine?: string | undefined;
  /** move second copies of identical images there as well; default false */
  readonly quarantineDuplicates?: boolean | undefined;
  /** a file that gets all that was found, one line of JSON per file, patient or folder; a result holds the first of each list */
  readonly findings?: string | undefined;
}

/**
 * Reads every image once, twelve at a time. What is noted of an image, about 600 bytes, goes into a temporary file, so memory does not
 * grow with the number of images. Nothing is changed, but for what `quarantine` moves.
 *
 * @throws PneumoscopeError as `openCatalogue`; E_USAGE: a quarantine that cannot be used; E_DISK; E_INTERRUPTED
 */
export async function checkDataset(options: CheckOptions): Promise<CheckResult> {
  const { folder } = options;
  const catalogue = await openCatalogue(folder, options);
  try {
    const { database } = catalogue;
    const quarantine = options.quarantine === undefined ? undefined : await openQuarantine(folder, options.quarantine);
    await scanImages(catalogue, options);
    const crowded = await findSimilar(database, options);
    groupDuplicates(database);
    findSizeOutliers(database);
    await findHiddenImages(catalogue, options);
    database.define(movedSchema);
    const moved = quarantine === undefined ? null : await moveBadFiles(catalogue, quarantine, options);
    const found = collect(catalogue, crowded);
    const findings = listFindings(database, found);
    if (options.findings !== undefined) await writeFindings(options.findings, catalogue, found);
    return { ...found, findings, needsDecision: findings.some((finding) => finding.needsDecision), quarantine: moved };
  } finally {
    catalogue.close();
  }
}

async function moveBadFiles(
  catalogue: ImageCatalogue,
  quarantine: Quarantine,
  options: CheckOptions,
): Promise<QuarantineResult> {
  const { database } = catalogue;
  const withCopies = options.quarantineDuplicates === true;
  const moved = await quarantineFiles(quarantine, listBadFiles(catalogue, withCopies), {
    ...options,
    total: countBadFiles(catalogue, withCopies),
    onMoved: ({ id }) => void database.run('INSERT INTO moved VALUES (?)', id),
  });
  markMovedMembers(database);
  return moved;
}

function collect(
  catalogue: ImageCatalogue,
  crowded: number,
): Omit<CheckResult, 'findings' | 'needsDecision' | 'quarantine'> {
  const { database, root, images, classNames, splits } = catalogue;
  const balance = computeBalance(catalogue);
  const count = (rows: string): number => database.number(`SELECT COUNT(*) FROM ${rows}`);
  const unreadable = count('unreadable');
  return {
    folder: root,
    images,
    readable: images - unreadable,
    patients: catalogue.countPatients(),
    imagesWithoutPatient: catalogue.countImagesWithoutPatient(),
    classNames,
    splits,
    balance,
    totals: {
      unreadable,
      unreadableFolders: count('unreadable_folders'),
      patientsInSeveralSplits: countPatientsInSeveralSplits(catalogue),
      identical: count("groups WHERE sort = 'identical'"),
      similar: count("groups WHERE sort = 'similar'"),
      misnamed: count('misnamed'),
      hidden: count('hidden'),
      blank: count('scans WHERE blank = 1'),
      sizeOutliers: countSizeOutliers(database),
      severalPages: count('paged'),
      leftOut: count('left_out'),
    },
    unreadable: takeFirst(listUnreadable(catalogue)),
    unreadableFolders: takeFirst(catalogue.unreadableFolders()),
    emptyClasses: balance.flatMap(({ split, classes }) =>
      Object.entries(classes).flatMap(([label, own]) => (own.images === 0 ? [{ split, label }] : [])),
    ),
    patientsInSeveralSplits: takeFirst(listPatientsInSeveralSplits(catalogue)),
    identical: takeFirst(listGroups(database, 'identical')),
    similar: takeFirst(listGroups(database, 'similar')),
    crowded,
    misnamed: takeFirst(listMisnamed(catalogue)),
    hidden: takeFirst(listHiddenImages(catalogue)),
    blank: takeFirst(listBlank(catalogue)),
    modes: describeModes(database),
    sizes: describeSizes(database),
    sizeOutliers: takeFirst(listSizeOutliers(database)),
    severalPages: takeFirst(listPaged(catalogue)),
    leftOut: takeFirst(catalogue.leftOut()),
  };
}
