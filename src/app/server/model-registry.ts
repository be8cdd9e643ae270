/**
 * The models that are served, by name and version. Of each the bytes are kept that its file had when it was read: what is hashed, tested
 * and run is one and the same, whatever happens to the file meanwhile, and a thread that starts later needs no file.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { parseModelHeader } from '../../engine/onnx/model-header.ts';
import { readModelBytes } from '../../engine/onnx/read-graph.ts';
import { defaultModelPath } from '../../model/file/default-model.ts';
import { parseMetadata, type ClassifierMetadata } from '../../model/file/metadata.ts';
import { agrees } from '../../model/edit/self-test.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { describeModel } from './describe-model.ts';
import type { ModelDescription, ModelReference } from './contract.ts';
import { Problem } from './problems.ts';
import type { ModelCopy } from './worker-messages.ts';

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
  /** in the order of the sources; of one name the last is the latest */
  #models: readonly ServedModel[] = [];

  constructor(sources: readonly ModelSource[]) {
    this.#sources = sources;
  }

  get models(): readonly ServedModel[] {
    return this.#models;
  }

  /**
   * Reads all files again, changing nothing yet.
   *
   * @throws PneumoscopeError E_NOT_FOUND, E_MODEL_FILE; what was served goes on
   */
  async read(): Promise<readonly ServedModel[]> {
    const read: ServedModel[] = [];
    for (const { id, path: file } of this.#sources) {
      const model = await readModel(id, file);
      // One that is served goes on as it is, with what is known of it.
      read.push(this.#models.find(({ key }) => key === model.key) ?? model);
    }
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
}

async function readModel(id: string, file: string): Promise<ServedModel> {
  const bytes = await readModelBytes(file, (size) => new Uint8Array(new SharedArrayBuffer(size)));
  const version = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const metadata = parseMetadata(await parseModelHeader(bytes, file), file);
  return { id, version, key: `${id}@${version}`, bytes, source: file, metadata, expected: metadata.selfTest?.logits };
}

/** Whether the model got what it must of the known image; the first answer of a model without a recorded one is taken for it. */
export function passesSelfTest(model: ServedModel, logits: readonly number[]): boolean {
  if (!logits.every((logit) => Number.isFinite(logit))) return false;
  model.expected ??= logits;
  return agrees(logits, model.expected);
}
