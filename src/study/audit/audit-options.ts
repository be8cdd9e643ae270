/** The ways to prepare an image that the audit tries, and what it says about each. */
import { createPreprocessingSpec, type PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';

/** The share that is cut, and the quality, in the options that have one. */
const cropShare = 0.1;
const jpegQuality = 75;

/** Quality at which every prepared image is written again, to see what its file then tells. */
export const rewriteQuality = 75;

export interface AuditOption {
  readonly id: 'article' | 'bilinear' | 'letterbox' | 'crop' | 'uniform' | 'normal' | 'jpeg' | 'all' | 'allStretched';
  readonly title: string;
  /** the fields of the preprocessing spec that differ from the article's way */
  readonly fields: Partial<PreprocessingSpec>;
  /** whether it is more than one change at once */
  readonly combined: boolean;
}

const stretched = { resize: 'bilinear', crop: cropShare, histogram: 'uniform', jpegQuality } as const;

/** The article's own way comes first: it is what the others are compared with. */
export const auditOptions: readonly AuditOption[] = [
  { id: 'article', title: "the article's way", fields: {}, combined: false },
  { id: 'bilinear', title: 'antialiased resize', fields: { resize: 'bilinear' }, combined: false },
  { id: 'letterbox', title: 'letterbox', fields: { fit: 'letterbox' }, combined: false },
  { id: 'crop', title: 'border cropped', fields: { crop: cropShare }, combined: false },
  { id: 'uniform', title: 'histogram uniform', fields: { histogram: 'uniform' }, combined: false },
  { id: 'normal', title: 'histogram normal', fields: { histogram: 'normal' }, combined: false },
  { id: 'jpeg', title: `JPEG quality ${jpegQuality}`, fields: { jpegQuality }, combined: false },
  { id: 'allStretched', title: 'all but letterbox', fields: stretched, combined: true },
  { id: 'all', title: 'all together', fields: { ...stretched, fit: 'letterbox' }, combined: true },
];

/** Features that a letterbox's black bars make alike in all images, although what lies between the bars stays as different as it was. */
export const hiddenByBars: ReadonlySet<string> = new Set(['percentile1', 'black']);

export type AuditOptionId = AuditOption['id'];

export function toSpec(option: AuditOption, size: number): PreprocessingSpec {
  return { ...createPreprocessingSpec(size), ...option.fields };
}
