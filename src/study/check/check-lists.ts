/** What a check found, list by list and entry by entry; those whose files were moved aside stand behind the others of their list. */
import type { ImageCatalogue } from '../records/image-catalogue.ts';
import type { MisnamedFile, PagedFile, UnreadableFile } from './scan-images.ts';

/** Images that a quarantine took. */
export const movedSchema = 'CREATE TABLE moved (id INTEGER PRIMARY KEY)';

const wasMoved = 'id IN (SELECT id FROM moved)';

export function* listUnreadable({ database }: ImageCatalogue): Generator<UnreadableFile> {
  const sql = `SELECT file, kind, reason FROM unreadable JOIN images USING (id) ORDER BY ${wasMoved}, file`;
  for (const row of database.rows<UnreadableFile>(sql)) yield { ...row };
}

export function* listMisnamed({ database }: ImageCatalogue): Generator<MisnamedFile> {
  const sql = `SELECT file, format FROM misnamed JOIN images USING (id) ORDER BY ${wasMoved}, file`;
  for (const row of database.rows<MisnamedFile>(sql)) yield { ...row };
}

export function* listPaged({ database }: ImageCatalogue): Generator<PagedFile> {
  const sql = `SELECT file, pages FROM paged JOIN images USING (id) ORDER BY ${wasMoved}, file`;
  for (const row of database.rows<PagedFile>(sql)) yield { ...row };
}

/** In the order of the catalogue. */
export function* listBlank({ database }: ImageCatalogue): Generator<string> {
  const sql = `SELECT file FROM scans JOIN images USING (id) WHERE blank = 1 ORDER BY ${wasMoved}, id`;
  for (const { file } of database.rows<{ file: string }>(sql)) yield file;
}
