/** How many images and patients each split has of each class, and which patients stand in several splits. */
import type { ImageCatalogue } from '../records/image-catalogue.ts';

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

interface CountRow {
  readonly split: string;
  readonly label: string;
  readonly images: number;
  readonly patients: number;
}

/** Unreadable images count too: this is about what the folders say. */
export function computeBalance({ database, classNames, splits }: ImageCatalogue): SplitBalance[] {
  const names = classNames.length === 0 ? [''] : classNames;
  const counts = 'COUNT(*) AS images, COUNT(DISTINCT patient) AS patients';
  const perSplit = [...database.rows<CountRow>(`SELECT split, ${counts} FROM images GROUP BY split`)];
  const perClass = [...database.rows<CountRow>(`SELECT split, label, ${counts} FROM images GROUP BY split, label`)];
  const classesOf = Map.groupBy(perClass, ({ split }) => split);
  // Rows of a table may leave the split out.
  const hasOthers = splits.length === 0 || perSplit.some(({ split }) => split === '');
  return [...splits, ...(hasOthers ? [''] : [])].map((split) => {
    const { images = 0, patients = 0 } = perSplit.find((row) => row.split === split) ?? {};
    const own = new Map(classesOf.get(split)?.map((row) => [row.label, row]));
    const classes = names.map((name): [string, ClassBalance] => {
      const row = own.get(name);
      const count = row?.images ?? 0;
      return [name, { images: count, patients: row?.patients ?? 0, share: images === 0 ? 0 : count / images }];
    });
    return { split: split === '' ? null : split, images, patients, classes: Object.fromEntries(classes) };
  });
}

const severalSplits = `
  SELECT patient FROM images WHERE known = 1 AND split <> '' GROUP BY patient HAVING MIN(split) < MAX(split)
`;

/** In the order of their names. */
export function* listPatientsInSeveralSplits({ database }: ImageCatalogue): Generator<SplitPatient> {
  const sql = `
    SELECT patient, split, COUNT(*) AS images FROM images JOIN split_order USING (split)
    WHERE known = 1 AND split <> '' AND patient IN (${severalSplits})
    GROUP BY patient, place ORDER BY patient, place
  `;
  let current: { readonly patient: string; readonly splits: Record<string, number> } | undefined;
  for (const { patient, split, images } of database.rows<CountRow & { readonly patient: string }>(sql)) {
    if (current?.patient !== patient) {
      if (current !== undefined) yield current;
      current = { patient, splits: {} };
    }
    current.splits[split] = images;
  }
  if (current !== undefined) yield current;
}

export function countPatientsInSeveralSplits({ database }: ImageCatalogue): number {
  return database.number(`SELECT COUNT(*) FROM (${severalSplits})`);
}
