/** Images among the files whose names are no image's: every command passes over them. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { isImageName } from '../../data/folder/dataset-folder.ts';
import { forEachConcurrently, throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { recogniseFormat, type ImageFormat } from '../../imaging/decode/image-format.ts';
import type { ImageCatalogue } from '../records/image-catalogue.ts';

export interface HiddenImage {
  /** relative to the data set's folder, with '/' */
  readonly file: string;
  readonly format: ImageFormat;
}

const headBytes = 256;

const schema = 'CREATE TABLE hidden (file TEXT, format TEXT)';

/** Looks at what the catalogue left out; folders, what cannot be read, and what is named as an image, are passed over. */
export async function findHiddenImages(catalogue: ImageCatalogue, { signal }: TaskOptions): Promise<void> {
  const { root, database } = catalogue;
  database.define(schema);
  await forEachConcurrently(catalogue.leftOut(), 8, async (file) => {
    throwIfInterrupted(signal);
    if (isImageName(file)) return;
    const head = await readHead(path.join(root, file)).catch(() => undefined);
    const format = head === undefined ? undefined : recogniseFormat(head);
    if (format !== undefined) database.run('INSERT INTO hidden VALUES (?, ?)', file, format);
  });
}

/** Sorted by name. */
export function* listHiddenImages({ database }: ImageCatalogue): Generator<HiddenImage> {
  for (const row of database.rows<HiddenImage>('SELECT file, format FROM hidden ORDER BY file')) yield { ...row };
}

/** What was left out and is no image either, sorted by name. */
export function* listOtherFiles({ database }: ImageCatalogue): Generator<string> {
  const sql = 'SELECT file FROM left_out WHERE file NOT IN (SELECT file FROM hidden) ORDER BY file';
  for (const { file } of database.rows<{ file: string }>(sql)) yield file;
}

async function readHead(file: string): Promise<Buffer | undefined> {
  // Opening a pipe waits for a writer unless it is told not to.
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    if (!(await handle.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
