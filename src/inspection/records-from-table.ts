/** A folder of images and a table of their labels -> image records. */
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { compareCodePoints, listImages, type FolderRemains } from '../data/dataset-folder.ts';
import { refuse } from '../data/csv-table.ts';
import { isInside } from '../data/inside.ts';
import { compareSourceNames } from '../data/split-sources.ts';
import { throwIfInterrupted, type TaskOptions } from '../data/task.ts';
import { PneumoscopeError } from '../errors.ts';
import { toRecord, type ImageListing, type ImageRecord } from './image-record.ts';
import { readLabels, type LabelRow } from './labels-csv.ts';
import { withSeparator } from './records-from-folders.ts';

/**
 * @param table its paths are relative to `folder`
 * @throws PneumoscopeError as `listImageRecords`; E_DATASET names the table's line: a file named twice, missing, or outside `folder`
 */
export async function listFromTable(folder: string, table: string, { signal }: TaskOptions): Promise<ImageListing> {
  const remains: FolderRemains = { others: [], unreadable: [] };
  await requireFolder(folder);
  const present = new Set(await listImages(folder, remains));
  const others = new Set(remains.others);
  const start = withSeparator(folder);
  const lineOf = new Map<string, number>();
  const missing: LabelRow[] = [];
  const images: ImageRecord[] = [];
  for await (const row of readLabels(table)) {
    throwIfInterrupted(signal);
    const file = toRelative(row, folder, table);
    const first = lineOf.get(file);
    if (first !== undefined) refuse(table, row.line, `names ${row.file} again, after line ${first}; keep one of them`);
    lineOf.set(file, row.line);
    // What the walk did not meet may lie behind a link, or be spelt otherwise on a disk that does not mind.
    if (!present.delete(file) && !others.delete(file) && !(await exists(start + file))) missing.push(row);
    else images.push(toRecord(start, { file, label: row.label, split: row.split }, row.patient));
  }
  refuseMissing(missing, folder, table);
  if (lineOf.size === 0) throw new PneumoscopeError('E_DATASET', `${table} has no row below its header`);
  const isTable = await sameFile(table, folder);
  return {
    root: folder,
    classNames: distinct(images.map(({ label }) => label)).toSorted(compareCodePoints),
    splits: distinct(images.flatMap(({ split }) => split ?? [])).toSorted(compareSourceNames),
    images,
    leftOut: [...present, ...others].filter((file) => !isTable(file)).toSorted(compareCodePoints),
    unreadableFolders: remains.unreadable.map(({ folder: name, code }) => ({ folder: name === '' ? '.' : name, code })),
  };
}

async function requireFolder(folder: string): Promise<void> {
  const entry = await stat(folder).catch(() => undefined);
  if (entry === undefined)
    throw new PneumoscopeError('E_NOT_FOUND', `${folder} does not exist; name a folder of images`);
  if (!entry.isDirectory()) throw new PneumoscopeError('E_DATASET', `${folder} is a file; name a folder of images`);
}

/** With '/', without '.' and '..' in it. */
function toRelative({ file, line }: LabelRow, folder: string, table: string): string {
  const root = path.resolve(folder);
  const resolved = path.resolve(root, path.sep === '/' ? file.replaceAll('\\', '/') : file);
  if (isInside(resolved, root) && resolved !== root) return path.relative(root, resolved).split(path.sep).join('/');
  refuse(table, line, `names ${file}, which does not lie in ${folder}; paths are relative to that folder`);
}

function refuseMissing(missing: readonly LabelRow[], folder: string, table: string): void {
  const [first] = missing;
  if (first === undefined) return;
  const more = missing.length === 1 ? '' : ` (and ${missing.length - 1} more rows name files that are not there)`;
  refuse(table, first.line, `names ${first.file}, which is not in ${folder}${more}; mend the table`);
}

async function sameFile(table: string, folder: string): Promise<(file: string) => boolean> {
  const place = await realpath(table);
  const root = await realpath(folder);
  return (file) => path.join(root, file) === place;
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}
