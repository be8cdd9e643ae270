/** A refused image gets no answer: what the network says of a photo is a number, but nobody should read it. */
import type { FileClassification } from './classify-files.ts';

/** An answer that is withheld: only the file and the guard's result are left. */
export interface WithheldClassification extends Pick<FileClassification, 'file' | 'sha256' | 'guard' | 'threshold'> {
  readonly label: null;
  readonly probability: null;
  readonly probabilities: null;
  readonly logits: null;
  readonly uncertain: false;
}

/** What may be shown of an image. */
export type FileAnswer = FileClassification | WithheldClassification;

/** The classification itself, unless the guard refused the image. */
export function withholdRefused(result: FileClassification): FileAnswer {
  if (result.guard?.verdict !== 'refused') return result;
  return { ...result, label: null, probability: null, probabilities: null, logits: null, uncertain: false };
}
