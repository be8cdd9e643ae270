/**
 * The models that are served, by name and version. Each is a copy of the file that was named, taken when it was read: what is hashed,
 * tested and run is one and the same, whatever happens to the file meanwhile.
 */
import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readModelMetadata } from '../../model/use/classifier.ts';
import { defaultModelPath } from '../../model/file/default-model.ts';
import type { ClassifierMetadata } from '../../model/file/metadata.ts';
import { agrees } from '../../model/edit/self-test.ts';
import { PneumoscopeError, systemErrorCode } from '../../base/errors.ts';
import { isDiskFull, toDiskError } from '../../base/files/disk-error.ts';
import { writeModelCard } from '../../study/pages/model-card.ts';
import type { ModelDescription, ModelReference } from './contract.ts';
import { namingSource, type ModelCopy } from './model-copy.ts';
import { Problem } from './problems.ts';

/** One file to serve. */
export interface ModelSource {
  readonly id: string;
  readonly path: string;
}

export interface ServedModel extends ModelReference, ModelCopy {
  /** of this name and this content; the name of the worker's copy */
  readonly key: string;
  readonly metadata: ClassifierMetadata;
  /** logits of the known image; those of the file, or those of its first run here */
  expected: readonly number[] | undefined;
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/**
 * What the flag --model says: FILE or NAME=FILE. Without a name the file's own is taken, or its folder's where it is called model.onnx.
 *
 * @throws PneumoscopeError E_USAGE for a name that does not fit into an address
 */
export function parseModelSource(text: string): ModelSource {
  const sign = text.indexOf('=');
  const [name, file] = sign > 0 ? [text.slice(0, sign), text.slice(sign + 1)] : [undefined, text];
  const own = path.basename(file, '.onnx');
  const id = name ?? (own === 'model' ? path.basename(path.dirname(path.resolve(file))) : own);
  if (namePattern.test(id)) return { id, path: file };
  throw new PneumoscopeError(
    'E_USAGE',
    `A model's name may have letters, digits, '.', '_' and '-' and begins with a letter or digit, not '${id}'; give it one by '--model NAME=${file}'`,
  );
}

/** The model that comes with the package. @throws PneumoscopeError E_NOT_FOUND */
export function defaultModelSource(): ModelSource {
  return { id: 'pneumoscope', path: defaultModelPath() };
}

/** What changes when the files are read again. */
export interface Changes {
  readonly added: readonly ServedModel[];
  readonly removed: readonly ServedModel[];
}

export class ModelRegistry {
  readonly #sources: readonly ModelSource[];
  readonly #folder: string;
  /** in the order of the sources; of one name the last is the latest */
  #models: readonly ServedModel[] = [];

  private constructor(sources: readonly ModelSource[], folder: string) {
    this.#sources = sources;
    this.#folder = folder;
  }

  /** @throws PneumoscopeError E_NOT_FOUND, E_MODEL_FILE, E_DISK */
  static async open(sources: readonly ModelSource[]): Promise<ModelRegistry> {
    const folder = await mkdtemp(path.join(tmpdir(), 'pneumoscope-serve-')).catch((error: unknown) => {
      throw toDiskError(error, tmpdir());
    });
    return new ModelRegistry(sources, folder);
  }

  get models(): readonly ServedModel[] {
    return this.#models;
  }

  /**
   * Reads all files again, changing nothing yet.
   *
   * @throws PneumoscopeError E_NOT_FOUND, E_MODEL_FILE, E_DISK; what was served goes on
   */
  async read(): Promise<readonly ServedModel[]> {
    const read: ServedModel[] = [];
    for (const source of this.#sources) read.push(await this.#readOne(source));
    return read.filter((model, index) => read.findLastIndex(({ key }) => key === model.key) === index);
  }

  compare(next: readonly ServedModel[]): Changes {
    const has = (models: readonly ServedModel[], key: string): boolean => models.some((model) => model.key === key);
    return {
      added: next.filter(({ key }) => !has(this.#models, key)),
      removed: this.#models.filter(({ key }) => !has(next, key)),
    };
  }

  /** From now on these answer. */
  use(next: readonly ServedModel[]): void {
    this.#models = next;
  }

  async discard(model: ServedModel): Promise<void> {
    await rm(model.path, { force: true });
  }

  /**
   * @param id undefined: the first model that was named
   * @param version undefined: the latest of that name
   * @throws Problem not-found
   */
  find(id: string | undefined, version: string | undefined): ServedModel {
    const wanted = id ?? this.#models[0]?.id;
    const found = this.#models.findLast(
      (model) => model.id === wanted && (version === undefined || model.version === version),
    );
    if (found !== undefined) return found;
    const known = this.#models.map((model) => `${model.id} (version ${model.version})`).join(', ');
    throw new Problem('not-found', `There is no such model here; served are ${known}`);
  }

  describe(): ModelDescription[] {
    return this.#models.map((model, index) => ({
      ...describeModel(model),
      isDefault: model === this.find(undefined, undefined),
      isLatest: this.#models.findLastIndex(({ id }) => id === model.id) === index,
    }));
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #readOne({ id, path: file }: ModelSource): Promise<ServedModel> {
    const temporary = path.join(this.#folder, randomBytes(8).toString('hex'));
    try {
      await copyFile(file, temporary);
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'ENOENT') throw new PneumoscopeError('E_NOT_FOUND', `${file} does not exist`);
      if (code === 'EISDIR') {
        throw new PneumoscopeError(
          'E_MODEL_FILE',
          `${file} is a folder without a model.onnx; name a model file or a run`,
        );
      }
      if (isDiskFull(error)) throw toDiskError(error, this.#folder);
      throw new PneumoscopeError('E_MODEL_FILE', `${file} cannot be read (${code})`, { cause: error });
    }
    try {
      const version = createHash('sha256')
        .update(await readFile(temporary))
        .digest('hex')
        .slice(0, 12);
      const key = `${id}@${version}`;
      const known = this.#models.find((model) => model.key === key);
      if (known !== undefined) {
        await rm(temporary, { force: true });
        return known;
      }
      const copy = { path: temporary, source: file };
      const metadata = await namingSource(copy, () => readModelMetadata(temporary));
      return { id, version, key, ...copy, metadata, expected: metadata.selfTest?.logits };
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}

/** Whether the model got what it must of the known image; the first answer of a model without a recorded one is taken for it. */
export function passesSelfTest(model: ServedModel, logits: readonly number[]): boolean {
  if (!logits.every((logit) => Number.isFinite(logit))) return false;
  model.expected ??= logits;
  return agrees(logits, model.expected);
}

function describeModel({ id, version, metadata }: ServedModel): Omit<ModelDescription, 'isDefault' | 'isLatest'> {
  const { classes, operation, guard, preprocessing, provenance } = metadata;
  return {
    id,
    version,
    classes: [...classes.names],
    positive: classes.positive,
    threshold: classes.threshold,
    temperature: operation?.temperature ?? 1,
    shift: operation?.shift ?? 0,
    uncertain: operation?.uncertain ?? null,
    calibrated: operation !== undefined,
    hasGuard: guard !== undefined,
    input: { width: preprocessing.width, height: preprocessing.height, channels: preprocessing.channels },
    createdBy: provenance.createdBy,
    createdAt: provenance.createdAt,
    trainingImages: provenance.data.images,
    synthetic: provenance.data.synthetic,
    licence: provenance.licence,
    intendedUse: provenance.intendedUse,
    card: writeModelCard(metadata, { kermany: false }).map(({ title, paragraphs }) => ({
      title,
      paragraphs: [...paragraphs],
    })),
  };
}
