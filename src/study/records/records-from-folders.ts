/** Class folders, with or without splits above them -> a catalogue of images. */
import path from 'node:path';
import {
  compareCodePoints,
  isImageName,
  leadsBack,
  listFolders,
  readFolder,
  walkFolder,
} from '../../data/folder/dataset-folder.ts';
import { isLitter, isSystemFolder } from '../../data/litter.ts';
import { isNameLost } from '../../data/folder/lost-name.ts';
import { readManifestPatients } from '../../data/folder/manifest-patients.ts';
import { manifestName } from '../../data/folder/manifest.ts';
import { knownPatientId, patientId } from '../../data/kermany/patients.ts';
import { findSources } from '../../data/split/split-sources.ts';
import { throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { PneumoscopeError, systemErrorCode } from '../../base/errors.ts';
import type { CatalogueHead } from './image-record.ts';
import type { WorkDatabase } from './work-database.ts';

/** The walk meets files in no order; `loose`: beside the class folders. */
const schema = `
  CREATE TABLE found (
    source INTEGER, label TEXT, folder TEXT, name TEXT, loose INTEGER, file TEXT, split TEXT, patient TEXT, known INTEGER
  );
  CREATE TABLE told (file TEXT PRIMARY KEY, patient TEXT) WITHOUT ROWID;
`;

/**
 * @param database gets the images, sorted, and what is passed over
 * @throws PneumoscopeError as `listImageRecords`
 */
export async function listFromFolders(
  database: WorkDatabase,
  folder: string,
  { signal }: TaskOptions = {},
): Promise<CatalogueHead> {
  const sources = await findSources(folder, 'all');
  const base = path.relative(folder, sources.root).split(path.sep).join('/');
  database.define(schema);
  const listing = new Listing(database, signal);
  for (const name of sources.leftOut) listing.leaveOut(join(base, name));
  const classNames = new Set<string>();
  for (const [source, name] of sources.folders.entries()) {
    const place = path.join(sources.root, name);
    const within = join(base, name);
    for (const label of await listing.listClasses(place, within)) {
      const prefix = join(within, label);
      if (await leadsBack(path.join(place, label))) {
        listing.leaveOut(prefix);
        continue;
      }
      classNames.add(label);
      await listing.addClass(path.join(place, label), prefix, { source, split: name, label });
    }
    await listing.addLoose(place, within, { source, split: name, label: '' });
  }
  await readPatients(database, sources.root, base);
  // Images beside class folders have no class; where there is no class at all they are what the user means.
  const flat = classNames.size === 0;
  if (!flat) database.run('INSERT INTO left_out SELECT file FROM found WHERE loose = 1');
  const taken = `
    SELECT found.file, label, split, COALESCE(told.patient, found.patient), told.patient IS NOT NULL OR known
    FROM found LEFT JOIN told ON told.file = found.file
    WHERE loose = ? ORDER BY source, label, folder, name
  `;
  database.run(`INSERT INTO images (file, label, split, patient, known) ${taken}`, Number(flat));
  database.define('DROP TABLE found; DROP TABLE told');
  return {
    root: folder,
    classNames: [...classNames].toSorted(compareCodePoints),
    splits: sources.folders.filter((name) => name !== ''),
  };
}

/** Where an image was found. */
interface Place {
  /** index of the data set's own split among its splits */
  readonly source: number;
  readonly split: string;
  readonly label: string;
}

class Listing {
  readonly #database: WorkDatabase;
  readonly #signal: AbortSignal | undefined;

  constructor(database: WorkDatabase, signal: AbortSignal | undefined) {
    this.#database = database;
    this.#signal = signal;
  }

  leaveOut(file: string): void {
    this.#database.run('INSERT INTO left_out VALUES (?)', file);
  }

  async listClasses(place: string, prefix: string): Promise<string[]> {
    try {
      return await listFolders(place);
    } catch (error) {
      if (!(error instanceof PneumoscopeError)) throw error;
      this.#addUnreadable(prefix, systemErrorCode(error.cause) ?? error.code);
      return [];
    }
  }

  async addClass(folder: string, prefix: string, place: Place): Promise<void> {
    for await (const entry of walkFolder(folder)) {
      throwIfInterrupted(this.#signal);
      const within = join(prefix, entry.folder);
      if (entry.kind === 'unreadable') this.#addUnreadable(within, entry.code);
      else if (entry.kind === 'other') this.leaveOut(join(within, entry.name));
      else this.#add(place, entry.folder, entry.name, join(within, entry.name), 0);
    }
  }

  /** The images that stand in the folder itself. */
  async addLoose(folder: string, prefix: string, place: Place): Promise<void> {
    try {
      for await (const entry of readFolder(folder)) {
        throwIfInterrupted(this.#signal);
        if (isSystemFolder(entry.name)) this.leaveOut(join(prefix, entry.name));
        if (isLitter(entry.name) || entry.isDirectory() || entry.name === manifestName) continue;
        const file = join(prefix, entry.name);
        if (isImageName(entry.name) && (await isNameLost(folder, entry.name))) this.#addUnreadable(file, 'EILSEQ');
        else if (isImageName(entry.name)) this.#add(place, '', entry.name, file, 1);
        else if (!entry.isSymbolicLink()) this.leaveOut(file);
      }
    } catch (error) {
      // A folder that cannot be read was noted when its folders were listed.
      if (!(error instanceof PneumoscopeError) || error.code === 'E_INTERRUPTED' || error.code === 'E_DISK')
        throw error;
    }
  }

  #add({ source, split, label }: Place, folder: string, name: string, file: string, loose: 0 | 1): void {
    const known = Number(knownPatientId(file) !== undefined);
    const values = [source, label, folder, name, loose, file, split, patientId(file), known];
    this.#database.run('INSERT INTO found VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', ...values);
  }

  #addUnreadable(folder: string, code: string): void {
    this.#database.run('INSERT INTO unreadable_folders VALUES (?, ?)', folder === '' ? '.' : folder, code);
  }
}

async function readPatients(database: WorkDatabase, root: string, base: string): Promise<void> {
  for await (const { file, patient } of readManifestPatients(root)) {
    database.run('INSERT OR REPLACE INTO told VALUES (?, ?)', join(base, file), patient);
  }
}

function join(folder: string, name: string): string {
  return folder === '' ? name : name === '' ? folder : `${folder}/${name}`;
}
