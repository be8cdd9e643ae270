/** What a check of a data set finds. */
import type { SplitBalance, SplitPatient } from './balance.ts';
import type { DuplicateGroup } from './duplicates.ts';
import type { HiddenImage } from './hidden-images.ts';
import type { UnreadableFolder } from '../records/image-record.ts';
import type { ImageMode, ImageSizes } from './modes.ts';
import type { SizeOutlier } from './outliers.ts';
import type { QuarantineResult } from './quarantine.ts';
import type { MisnamedFile, PagedFile, UnreadableFile } from './scan-images.ts';

export type FindingKind =
  | 'unreadable'
  | 'unreadable-folders'
  | 'identical-with-two-labels'
  | 'identical-across-splits'
  | 'similar-with-two-labels'
  | 'similar-across-splits'
  | 'patients-across-splits'
  | 'empty-classes'
  | 'misnamed'
  | 'hidden'
  | 'blank'
  | 'identical'
  | 'similar'
  | 'crowded'
  | 'mixed-modes'
  | 'size-outliers'
  | 'several-pages'
  | 'one-class'
  | 'patients-unknown'
  | 'left-out';

export interface Finding {
  readonly kind: FindingKind;
  /** false: worth knowing, but nothing goes wrong by it */
  readonly needsDecision: boolean;
  /** files, or whatever the kind is about: groups of files, folders, patients, classes */
  readonly count: number;
}

/** How many entries the lists of a result have in truth. */
export interface CheckTotals {
  readonly unreadable: number;
  readonly unreadableFolders: number;
  readonly patientsInSeveralSplits: number;
  readonly identical: number;
  readonly similar: number;
  readonly misnamed: number;
  readonly hidden: number;
  readonly blank: number;
  readonly sizeOutliers: number;
  readonly severalPages: number;
  readonly leftOut: number;
}

/**
 * Files are relative to `folder`, with '/'. Of each list the first 1,000 entries are here, of a group of images the first 50; counts are
 * exact. In `unreadable`, `misnamed` and `blank` files that were moved aside stand behind the others.
 */
export interface CheckResult {
  readonly folder: string;
  readonly images: number;
  readonly readable: number;
  readonly patients: number;
  /** whose names (or rows) tell no patient; each counts as one of its own */
  readonly imagesWithoutPatient: number;
  readonly classNames: readonly string[];
  readonly splits: readonly string[];
  readonly balance: readonly SplitBalance[];
  /** the most important first; what they count stands in the fields below */
  readonly findings: readonly Finding[];
  /** whether one of the findings does */
  readonly needsDecision: boolean;
  readonly totals: CheckTotals;
  readonly unreadable: readonly UnreadableFile[];
  readonly unreadableFolders: readonly UnreadableFolder[];
  /** classes without an image in a split that the data set has */
  readonly emptyClasses: readonly { readonly split: string | null; readonly label: string }[];
  readonly patientsInSeveralSplits: readonly SplitPatient[];
  /** equal files, and equal grey pixels: those with two labels first, then those that cross a split */
  readonly identical: readonly DuplicateGroup[];
  /** near-duplicates, in the same order */
  readonly similar: readonly DuplicateGroup[];
  /** images that resemble so many others that they were not compared with all of them: a group of similar images may lack some */
  readonly crowded: number;
  /** readable images that are named as another format */
  readonly misnamed: readonly MisnamedFile[];
  /** images whose names are no image's */
  readonly hidden: readonly HiddenImage[];
  /** all pixels are equal */
  readonly blank: readonly string[];
  readonly modes: readonly ImageMode[];
  readonly sizes: ImageSizes | null;
  readonly sizeOutliers: readonly SizeOutlier[];
  /** files of several images, such as pages of a TIFF: the first is read */
  readonly severalPages: readonly PagedFile[];
  /** folders not looked into and files that are not taken for images */
  readonly leftOut: readonly string[];
  /** what was moved aside; null where nothing was to be */
  readonly quarantine: QuarantineResult | null;
}
