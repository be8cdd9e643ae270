/** The images of a data set and what was passed over beside them, listed once, read as often as needed, and never all in memory. */
import { pathogen } from '../../data/kermany/patients.ts';
import { compareSourceNames } from '../../data/split/split-sources.ts';
import type { CatalogueHead, ImageRecord, UnreadableFolder } from './image-record.ts';
import { WorkDatabase } from './work-database.ts';

/** Of an image in the table; `split` is '' where there is none, `known` 1 where something tells the patient. */
export interface ImageRow {
  readonly id: number;
  readonly file: string;
  readonly label: string;
  readonly split: string;
  readonly patient: string;
  readonly known: number;
}

/** Images are numbered from 1 in the order of the list; splits in the order train, validation, test, '' among them. */
const schema = `
  CREATE TABLE split_order (place INTEGER PRIMARY KEY, split TEXT UNIQUE);
  CREATE TABLE images (id INTEGER PRIMARY KEY, file TEXT, label TEXT, split TEXT, patient TEXT, known INTEGER);
  CREATE TABLE left_out (file TEXT);
  CREATE TABLE unreadable_folders (folder TEXT, code TEXT);
`;

export function createCatalogueDatabase(): WorkDatabase {
  return new WorkDatabase(schema);
}

export class ImageCatalogue implements CatalogueHead {
  readonly root: string;
  readonly classNames: readonly string[];
  readonly splits: readonly string[];
  /** how many */
  readonly images: number;
  /** for what is found out about the images; its table `images` has them */
  readonly database: WorkDatabase;
  readonly #start: string;

  /** @param start what a relative path with '/' is put behind */
  constructor(database: WorkDatabase, start: string, { root, classNames, splits }: CatalogueHead) {
    this.database = database;
    this.root = root;
    this.classNames = classNames;
    this.splits = splits;
    this.images = database.number('SELECT COUNT(*) FROM images');
    this.#start = start;
    const names = [...splits, ''].toSorted(compareSourceNames);
    for (const [place, name] of names.entries()) database.run('INSERT INTO split_order VALUES (?, ?)', place, name);
  }

  /** In the order of the list. */
  *records(): Generator<ImageRecord> {
    for (const row of this.database.rows<ImageRow>('SELECT * FROM images ORDER BY id')) yield this.toRecord(row);
  }

  /** Of each split, in the order of the list. */
  firstOfEachClass(): ImageRecord[] {
    const first = 'SELECT MIN(id) FROM images GROUP BY split, label';
    const rows = this.database.rows<ImageRow>(`SELECT * FROM images WHERE id IN (${first}) ORDER BY id`);
    return [...rows].map((row) => this.toRecord(row));
  }

  toRecord({ file, label, split, patient, known }: ImageRow): ImageRecord {
    return {
      path: this.#start + file,
      file,
      label,
      split: split === '' ? undefined : split,
      patient,
      patientKnown: known === 1,
      germ: pathogen(file),
    };
  }

  /** Folders not looked into, and files whose names are no image's, relative to root, sorted. */
  *leftOut(): Generator<string> {
    for (const { file } of this.database.rows<{ file: string }>('SELECT file FROM left_out ORDER BY file')) yield file;
  }

  unreadableFolders(): Generator<UnreadableFolder> {
    return this.database.rows('SELECT folder, code FROM unreadable_folders ORDER BY folder');
  }

  countPatients(): number {
    return this.database.number('SELECT COUNT(DISTINCT patient) FROM images');
  }

  /** In the order of the list. */
  *filesWithoutPatient(): Generator<string> {
    const sql = 'SELECT file FROM images WHERE known = 0 ORDER BY id';
    for (const { file } of this.database.rows<{ file: string }>(sql)) yield file;
  }

  countImagesWithoutPatient(): number {
    return this.database.number('SELECT COUNT(*) FROM images WHERE known = 0');
  }

  close(): void {
    this.database.close();
  }
}
