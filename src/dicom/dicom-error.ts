/** A DICOM file that cannot be read, and what is wrong with it. No word of it tells whose image it is. */

export type DicomFault =
  /** it ends before what it promises */
  | 'truncated'
  | 'damaged'
  /** a form of DICOM that is not read */
  | 'unsupported'
  /** above a limit of src/base/budgets.ts */
  | 'too-large';

export class DicomError extends Error {
  readonly kind: DicomFault;
  /** stands behind a file's name in a sentence, such as `is damaged: ...` */
  readonly what: string;

  constructor(kind: DicomFault, what: string, options?: ErrorOptions) {
    super(`the DICOM file ${what}`, options);
    this.name = 'DicomError';
    this.kind = kind;
    this.what = what;
  }
}

export function refuseTruncated(what: string, cause?: unknown): never {
  throw new DicomError('truncated', `is cut short: ${what}; replace it or leave it out`, { cause });
}

export function refuseDamaged(what: string, cause?: unknown): never {
  throw new DicomError('damaged', `is damaged: ${what}; replace it or leave it out`, { cause });
}
