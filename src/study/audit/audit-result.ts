/** What an audit finds. All of it is plain data: it is printed as JSON as it is. */
import type { AuditGiveaway } from './audit-giveaways.ts';
import type { AuditOption, AuditOptionId } from './audit-options.ts';
import type { AuditEffect, AuditFigure } from './audit-verdict.ts';

/** What a feature says of the two sides, for a reader. */
export interface AuditContrast {
  /** median: of the numbers; share: of the images that are as `of` says */
  readonly measure: 'median' | 'share';
  /** the category of a share, '' for a median */
  readonly of: string;
  readonly positive: number;
  readonly others: number;
}

export interface AuditRemedy extends AuditFigure {
  readonly option: AuditOptionId;
  /** compared with the images as they were found */
  readonly effect: AuditEffect;
}

export interface AuditedFeature extends AuditFigure {
  readonly id: string;
  readonly title: string;
  /** file: told by the file beside its pixels; pixels: told by the image prepared the article's way */
  readonly of: 'file' | 'pixels';
  /** whether it is several of the others at once */
  readonly together: boolean;
  /** columns that the regression got, those that never vary left out */
  readonly columns: number;
  readonly contrast: AuditContrast | null;
  /** categories that only one side has, however few images those are */
  readonly giveaways: readonly AuditGiveaway[];
  readonly meaning: string;
  /** the same feature after each option, in the order of the result's options: measured on the prepared image, and on the file it becomes */
  readonly after: readonly AuditRemedy[];
  /** of the options that are one change, the one that lowers the AUC most; null where none lowers it by more than 0.02 */
  readonly best: AuditOptionId | null;
}

export interface AuditResult {
  readonly folder: string;
  readonly images: number;
  readonly patients: number;
  /** images whose patient nothing tells; each counts as a patient of its own */
  readonly imagesWithoutPatient: number;
  readonly classNames: readonly string[];
  /** phantoms of this program */
  readonly synthetic: boolean;
  /** the class that was told from all others */
  readonly positive: string;
  readonly classes: Readonly<Record<string, { readonly images: number; readonly patients: number }>>;
  /** the data set's own splits; they are pooled */
  readonly splits: readonly string[];
  /** what was drawn from where there are more images than wanted */
  readonly sampledFrom: { readonly images: number; readonly patients: number } | null;
  readonly unreadable: readonly { readonly file: string; readonly reason: string }[];
  readonly size: number;
  readonly seed: number;
  readonly folds: number;
  readonly bootstrap: { readonly replicates: number; readonly level: number };
  readonly rewriteQuality: number;
  /** kept in memory of each image, about */
  readonly bytesPerImage: number;
  readonly options: readonly AuditOption[];
  /** the worst first: by the lower end of the interval */
  readonly features: readonly AuditedFeature[];
}
