/**
 * Checkpoints of a run: all that a resumed training needs to go on bit for bit. Each is a folder of raw buffers and a
 * `state.json`; it is written under another name, made durable, and renamed; only then the older one goes. So whenever
 * the process dies, the newest folder with a final name is complete.
 */
import { link, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { PneumoscopeError } from '../../base/errors.ts';
import type { BufferFile, FileDigest } from '../runtime/training-client.ts';
import { isDiskFull, toDiskError } from '../../base/files/disk-error.ts';
import { makeFolder } from '../../base/files/folders.ts';
import { writeNewFile } from '../../base/files/write-file.ts';
import { isHalfFolder, removeFolderWhole, writeFolderWhole } from '../../base/files/write-folder.ts';
import type { EarlyStoppingState } from './early-stopping.ts';
import type { EpochMetricsState } from './epoch-metrics.ts';
import type { EpochRecord } from './history.ts';

/** Where a training stands, apart from its tensors. */
export interface TrainingProgress {
  /** Steps taken since the training began. */
  readonly step: number;
  /** The epoch under way, from 1. */
  readonly epoch: number;
  /** Steps taken in it. */
  readonly stepInEpoch: number;
  /** Of the training images seen in it. */
  readonly metrics: EpochMetricsState;
  /** Wall-clock time spent in it. */
  readonly epochSeconds: number;
  readonly history: readonly EpochRecord[];
  readonly earlyStopping: EarlyStoppingState;
  /** The step after which the best weights were kept; null: none are. */
  readonly bestStep: number | null;
}

/** What must be the same for a training to go on: settings by name, compared one by one. */
export type TrainingIdentity = Readonly<Record<string, unknown>>;

export interface Checkpoint {
  readonly folder: string;
  readonly identity: TrainingIdentity;
  readonly progress: TrainingProgress;
  readonly files: readonly (BufferFile & FileDigest)[];
}

/** The part of the training's thread that checkpoints need. */
export interface BufferStore {
  save(files: readonly BufferFile[]): Promise<readonly FileDigest[]>;
}

const formatVersion = 1;
const finalName = /^checkpoint-(\d{8})$/;
const stateFile = 'state.json';
/** What the best ones are copies of: the averages where there are any, else the values themselves. */
const bestOf: Readonly<Record<string, readonly string[]>> = {
  bestWeights: ['average', 'weights'],
  bestStates: ['averageStates', 'states'],
};

interface StoredState {
  readonly version: number;
  readonly identity: TrainingIdentity;
  readonly progress: TrainingProgress;
  readonly files: readonly ({ readonly buffer: string } & FileDigest)[];
}

/** Whether there is one to go on from, in a folder that may not exist. */
export async function hasCheckpoint(folder: string): Promise<boolean> {
  return (await listNames(folder)).some((name) => finalName.test(name));
}

async function listNames(folder: string): Promise<string[]> {
  return await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

export class CheckpointStore {
  readonly folder: string;
  readonly #beforeWrite: () => Promise<void>;
  #latest: Checkpoint | undefined;

  private constructor(folder: string, latest: Checkpoint | undefined, beforeWrite: () => Promise<void>) {
    this.folder = folder;
    this.#latest = latest;
    this.#beforeWrite = beforeWrite;
  }

  /**
   * Removes what a killed process left half done, and reads the newest checkpoint's state.
   *
   * @param beforeWrite throws where the folder may not be written any more, and is asked again before a checkpoint gets its name
   * @throws PneumoscopeError E_CHECKPOINT when it is damaged
   */
  static async open(
    folder: string,
    beforeWrite: () => Promise<void> = () => Promise.resolve(),
  ): Promise<CheckpointStore> {
    const names = await listNames(folder);
    const complete = names.filter((name) => finalName.test(name)).toSorted();
    const newest = complete.pop();
    const latest = newest === undefined ? undefined : await readCheckpoint(path.join(folder, newest));
    for (const name of names) {
      if (complete.includes(name) || isHalfFolder(name)) await remove(path.join(folder, name));
    }
    return new CheckpointStore(folder, latest, beforeWrite);
  }

  get latest(): Checkpoint | undefined {
    return this.#latest;
  }

  /**
   * @param buffers the names of all buffers to keep, the best ones included where `progress.bestStep` is not null
   * @throws PneumoscopeError E_DISK, E_NOT_FINITE; the checkpoint before this one is untouched then
   */
  async save(
    store: BufferStore,
    buffers: readonly string[],
    identity: TrainingIdentity,
    progress: TrainingProgress,
  ): Promise<void> {
    const number = this.#latest === undefined ? 1 : Number(finalName.exec(path.basename(this.#latest.folder))?.[1]) + 1;
    const folder = path.join(this.folder, `checkpoint-${String(number).padStart(8, '0')}`);
    await this.#beforeWrite();
    await makeFolder(this.folder);
    try {
      const files = await writeFolderWhole(folder, async (temporary) => {
        const written = await this.#writeBuffers(store, buffers, progress, temporary);
        const state = renderState({ version: formatVersion, identity, progress, files: written });
        await writeNewFile(path.join(temporary, stateFile), state);
        await this.#beforeWrite();
        return written;
      });
      const previous = this.#latest;
      this.#latest = { folder, identity, progress, files: files.map((file) => withPath(file, folder)) };
      if (previous !== undefined) await removeFolderWhole(previous.folder);
    } catch (error) {
      const kept =
        this.#latest === undefined
          ? 'there is no earlier checkpoint'
          : `the last good checkpoint, after step ${this.#latest.progress.step}, is kept`;
      throw toDiskError(error, this.folder, `${kept}; put this right, then continue with --resume`);
    }
  }

  /** Deletes all checkpoints of the run. */
  async clear(): Promise<void> {
    await this.#beforeWrite();
    if (this.#latest !== undefined) await removeFolderWhole(this.#latest.folder);
    this.#latest = undefined;
    await remove(this.folder);
  }

  /** The best weights change once in a while only, so their files are links to ones that are already on the disk. */
  async #writeBuffers(
    store: BufferStore,
    buffers: readonly string[],
    { step, bestStep }: TrainingProgress,
    folder: string,
  ): Promise<readonly ({ readonly buffer: string } & FileDigest)[]> {
    const pathOf = (buffer: string): string => path.join(folder, fileName(buffer));
    const digests = new Map<string, FileDigest>();
    const write = async (names: readonly string[]): Promise<void> => {
      const written = await store.save(names.map((buffer) => ({ buffer, path: pathOf(buffer) })));
      names.forEach((name, index) => digests.set(name, written[index] as FileDigest));
    };
    await write(buffers.filter((name) => bestOf[name] === undefined));
    const unlinked: string[] = [];
    for (const name of buffers.filter((buffer) => bestOf[buffer] !== undefined)) {
      const twin = bestOf[name]?.find((buffer) => buffers.includes(buffer)) as string;
      const earlier =
        this.#latest?.progress.bestStep === bestStep
          ? this.#latest?.files.find(({ buffer }) => buffer === name)
          : undefined;
      const source = bestStep === step ? { path: pathOf(twin), ...(digests.get(twin) as FileDigest) } : earlier;
      const linked = source !== undefined && (await tryLink(source.path, pathOf(name)));
      if (linked) digests.set(name, { bytes: source.bytes, crc32: source.crc32 });
      else unlinked.push(name);
    }
    if (unlinked.length > 0) await write(unlinked);
    return buffers.map((buffer) => ({ buffer, ...(digests.get(buffer) as FileDigest) }));
  }
}

/**
 * @throws PneumoscopeError E_CHECKPOINT naming every setting that differs
 */
export function requireSameTraining(checkpoint: Checkpoint, wanted: TrainingIdentity): void {
  const differences = describeDifferences(checkpoint.identity, wanted);
  if (differences.length === 0) return;
  throw new PneumoscopeError(
    'E_CHECKPOINT',
    `The checkpoint ${checkpoint.folder} belongs to another training: ${differences.join('; ')}. Resume with the same settings and data, or train into another folder`,
  );
}

/** What differs, in words; empty where nothing does. */
export function describeDifferences(identity: TrainingIdentity, wanted: TrainingIdentity): string[] {
  return [...new Set([...Object.keys(identity), ...Object.keys(wanted)])].flatMap((name) => {
    const [then, now] = [JSON.stringify(identity[name]), JSON.stringify(wanted[name])];
    if (then === now) return [];
    return [
      then !== undefined && now !== undefined && then.length + now.length < 200
        ? `${name} was ${then} and is ${now}`
        : `${name} differs`,
    ];
  });
}

async function readCheckpoint(folder: string): Promise<Checkpoint> {
  const file = path.join(folder, stateFile);
  const fail = (what: string, cause?: unknown): never => {
    const sentence = `The checkpoint file ${file} is damaged: ${what}; delete the run's folder and train anew`;
    throw new PneumoscopeError('E_CHECKPOINT', sentence, { cause });
  };
  let text = '';
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    fail(code === 'ENOENT' ? 'it does not exist' : `it cannot be read (${code})`, error);
  }
  let stored: { readonly state?: StoredState; readonly crc32?: number } | undefined;
  try {
    stored = JSON.parse(text) as { readonly state?: StoredState; readonly crc32?: number };
  } catch (error) {
    fail('it is not whole JSON', error);
  }
  const state = stored?.state;
  if (state === undefined || crc32(JSON.stringify(state)) !== stored?.crc32) return fail('its checksum differs');
  if (state.version !== formatVersion) {
    const sentence = `The checkpoint ${folder} has format ${state.version}, but this version of pneumoscope reads format ${formatVersion}; finish the training with the version that began it`;
    throw new PneumoscopeError('E_CHECKPOINT', sentence);
  }
  return {
    folder,
    identity: state.identity,
    progress: state.progress,
    files: state.files.map((entry) => withPath(entry, folder)),
  };
}

function renderState(state: StoredState): string {
  return JSON.stringify({ state, crc32: crc32(JSON.stringify(state)) });
}

function withPath(file: { readonly buffer: string } & FileDigest, folder: string): BufferFile & FileDigest {
  return { ...file, path: path.join(folder, fileName(file.buffer)) };
}

function fileName(buffer: string): string {
  return `${buffer}.f32`;
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    // Some file systems have no hard links; the buffer is written again there.
    if (isDiskFull(error)) throw error;
    return false;
  }
}

async function remove(target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
}
