/** The folder of an exploration: explore.json, figures/ and explore.html. */
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { isTemporaryName, writeFileWhole } from '../../../base/files/write-file.ts';
import { refuseInside } from '../../../base/files/inside.ts';
import { PneumoscopeError, systemErrorCode } from '../../../base/errors.ts';
import { ensureRoom } from '../../../base/files/ensure-room.ts';
import { makeFolder } from '../../../base/files/folders.ts';
import { markFinished, markUnfinished, readUnfinished } from '../../../base/files/unfinished.ts';
import { toDiskError } from '../../../base/files/disk-error.ts';
import type { ExploreResult } from '../../../study/explore/explore.ts';
import { renderJson } from '../output.ts';

const jsonName = 'explore.json';
const pageName = 'explore.html';
const figuresName = 'figures';
const begun = 'exploring a data set was interrupted, explore it again into the same folder';
/** Much more than an exploration needs, and little on any disk. */
const spaceNeeded = 32 * 1024 ** 2;

/** What explore.json says of itself, so that it can be told from other files of that name. */
export interface ExploreDocument {
  readonly version: 1;
  readonly createdBy: 'pneumoscope';
  readonly kind: 'exploration';
}

/**
 * Before the work, so that its result is not lost to a folder that cannot be written.
 *
 * @param explored the data set
 * @throws PneumoscopeError E_DISK; E_USAGE: the folder holds something else than an earlier exploration, or lies in the data set
 */
export async function prepareExploreFolder(folder: string, explored: string): Promise<void> {
  await refuseInside(folder, explored);
  const names = await listExploration(folder);
  await ensureRoom(folder, spaceNeeded);
  // The folder of figures is made when there are some: an interrupted exploration then leaves an empty folder.
  if (names.includes(figuresName)) await ensureRoom(path.join(folder, figuresName));
}

/** What lies in the folder. @throws PneumoscopeError E_USAGE: something else than an earlier exploration */
async function listExploration(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => !isTemporaryName(name));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw toDiskError(error, folder);
  }
  if (names.length === 0 || (await readUnfinished(folder)) === begun) return names;
  const text = await readFile(path.join(folder, jsonName), 'utf8').catch(() => '');
  if (isOwn(text)) return names;
  throw new PneumoscopeError(
    'E_USAGE',
    `${folder} is not empty and holds no earlier exploration; choose a new or empty folder`,
  );
}

function isOwn(text: string): boolean {
  try {
    const { createdBy, kind } = JSON.parse(text) as Partial<ExploreDocument>;
    return createdBy === 'pneumoscope' && kind === 'exploration';
  } catch {
    return false;
  }
}

/**
 * Draws the figures and writes them; an earlier exploration's own files are replaced, others are left alone.
 *
 * @param document the content of explore.json
 * @returns the files, relative to the folder
 * @throws PneumoscopeError E_DISK
 */
export async function writeExploration(
  folder: string,
  result: ExploreResult,
  document: ExploreDocument,
  options: { readonly samples: boolean; readonly html: boolean },
): Promise<string[]> {
  const [{ drawExploration, isFigureName }, { renderExplorePage }] = await Promise.all([
    import('../../../study/explore/explore-figures.ts'),
    import('../../../study/explore/explore-page.ts'),
  ]);
  const drawn = await drawExploration(result, { samples: options.samples });
  const written: string[] = [];
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    await writeFileWhole(path.join(folder, ...name.split('/')), content);
    written.push(name);
  };
  await makeFolder(path.join(folder, figuresName));
  await markUnfinished(folder, begun);
  await clear(folder, isFigureName);
  for (const { name, svg, png } of drawn) {
    if (svg !== undefined) await write(`${figuresName}/${name}.svg`, svg);
    await write(`${figuresName}/${name}.png`, png);
  }
  if (options.html) await write(pageName, renderExplorePage(result.figures, drawn));
  await write(jsonName, `${renderJson(document)}\n`);
  await markFinished(folder);
  return written;
}

async function clear(folder: string, isFigureName: (name: string) => boolean): Promise<void> {
  const figures = path.join(folder, figuresName);
  try {
    for (const name of await readdir(figures)) if (isFigureName(name)) await rm(path.join(figures, name));
    for (const name of [pageName, jsonName]) await rm(path.join(folder, name), { force: true });
  } catch (error) {
    throw toDiskError(error, folder);
  }
}
