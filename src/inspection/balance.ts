/** How many images and patients each split has of each class, and which patients stand in several splits. */
import { compareCodePoints } from '../data/dataset-folder.ts';
import { compareSourceNames } from '../data/split-sources.ts';
import type { ImageRecord, ImageRecords } from './image-record.ts';

export interface ClassBalance {
  readonly images: number;
  readonly patients: number;
  /** of the split's images */
  readonly share: number;
}

export interface SplitBalance {
  /** null where the data set has no splits */
  readonly split: string | null;
  readonly images: number;
  readonly patients: number;
  readonly classes: Readonly<Record<string, ClassBalance>>;
}

export interface SplitPatient {
  readonly patient: string;
  /** how many images of this patient each split has */
  readonly splits: Readonly<Record<string, number>>;
}

/** Unreadable images count too: this is about what the folders say. */
export function computeBalance({ images, classNames, splits }: ImageRecords): SplitBalance[] {
  const names = classNames.length === 0 ? [''] : classNames;
  const bySplit = Map.groupBy(images, ({ split }) => split);
  return splitsOf(splits, bySplit).map((split) => {
    const here = bySplit.get(split) ?? [];
    const byClass = Map.groupBy(here, ({ label }) => label);
    const classes = names.map((name): [string, ClassBalance] => {
      const own = byClass.get(name) ?? [];
      const share = here.length === 0 ? 0 : own.length / here.length;
      return [name, { images: own.length, patients: countPatients(own), share }];
    });
    return {
      split: split ?? null,
      images: here.length,
      patients: countPatients(here),
      classes: Object.fromEntries(classes),
    };
  });
}

/** Rows of a table may leave the split out. */
function splitsOf(
  splits: readonly string[],
  bySplit: ReadonlyMap<string | undefined, unknown>,
): (string | undefined)[] {
  return splits.length === 0 || bySplit.has(undefined) ? [...splits, undefined] : [...splits];
}

/** In the order of their names. */
export function findPatientsInSeveralSplits(images: readonly ImageRecord[]): SplitPatient[] {
  const counts = new Map<string, Map<string, number>>();
  for (const { patient, patientKnown, split } of images) {
    if (!patientKnown || split === undefined) continue;
    const own = counts.get(patient) ?? new Map<string, number>();
    own.set(split, (own.get(split) ?? 0) + 1);
    counts.set(patient, own);
  }
  return [...counts]
    .filter(([, own]) => own.size > 1)
    .toSorted(([a], [b]) => compareCodePoints(a, b))
    .map(([patient, own]) => ({
      patient,
      splits: Object.fromEntries([...own].toSorted(([a], [b]) => compareSourceNames(a, b))),
    }));
}

export function countPatients(images: readonly ImageRecord[]): number {
  return new Set(images.map(({ patient }) => patient)).size;
}
