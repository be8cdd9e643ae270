/** The folder of a run: what lies where, and what of a training is in it already. */
import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { describeProgram } from '../../base/version.ts';
import { writeFileWhole } from '../../base/files/write-file.ts';
import { parseJson } from '../../base/files/parse-json.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { saveModel, type TrainedModel } from '../../model/file/model-file.ts';
import { hasCheckpoint } from '../../engine/fit/checkpoint.ts';
import { renderHistoryCsv, type EpochRecord } from '../../engine/fit/history.ts';
import { parseRecipe, type Recipe } from './recipe.ts';
import type { TrainingData } from './training-data.ts';

export class RunFolder {
  readonly root: string;
  readonly #beforeWrite: () => Promise<void>;

  /** @param beforeWrite throws where the folder may not be written any more */
  constructor(root: string, beforeWrite: () => Promise<void> = () => Promise.resolve()) {
    this.root = root;
    this.#beforeWrite = beforeWrite;
  }

  get recipeFile(): string {
    return path.join(this.root, 'recipe.json');
  }

  get historyFile(): string {
    return path.join(this.root, 'history.csv');
  }

  get modelFile(): string {
    return path.join(this.root, 'model.onnx');
  }

  get checkpointFolder(): string {
    return path.join(this.root, 'checkpoint');
  }

  curvesFile(format: 'svg' | 'png'): string {
    return path.join(this.root, `curves.${format}`);
  }

  /** @throws PneumoscopeError E_USAGE when a training was begun or done here */
  async requireUnused(): Promise<void> {
    for (const file of [this.checkpointFolder, this.modelFile, this.historyFile, this.recipeFile]) {
      if (!(await exists(file))) continue;
      throw new PneumoscopeError(
        'E_USAGE',
        `${this.root} already holds a training (${path.basename(file)}): continue it with --resume, or choose another --out`,
      );
    }
  }

  /** Whether the model is there and no checkpoint to go on from; one that a kill left half deleted is none. */
  async isFinished(): Promise<boolean> {
    return (await exists(this.modelFile)) && !(await hasCheckpoint(this.checkpointFolder));
  }

  /** For a finished training: what a kill left of a checkpoint that was being deleted. */
  async removeHalfCheckpoint(): Promise<void> {
    await rm(this.checkpointFolder, { recursive: true, force: true }).catch(() => undefined);
  }

  /** The settings of the training that was begun here; undefined when none was. */
  async readRecipe(): Promise<Recipe | undefined> {
    let text: string;
    try {
      text = await readFile(this.recipeFile, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    let value: unknown;
    try {
      value = parseJson(text);
    } catch (error) {
      const sentence = `${this.recipeFile} is not JSON: ${(error as Error).message}; train anew into another folder`;
      throw new PneumoscopeError('E_RECIPE', sentence, { cause: error });
    }
    return parseRecipe(value, this.recipeFile);
  }

  /** Where the data of the training were, as they were named; undefined when that is not written down. */
  async readDataFolder(): Promise<string | undefined> {
    const text = await readFile(this.recipeFile, 'utf8').catch(() => '{}');
    const { run } = parseJson(text) as { readonly run?: { readonly data?: unknown } };
    return typeof run?.data === 'string' ? run.data : undefined;
  }

  /** Every setting as it was used, and on what. */
  async writeRecipe(recipe: Recipe, dataFolder: string, data: TrainingData): Promise<void> {
    const run = {
      program: describeProgram(),
      data: dataFolder,
      fingerprint: data.fingerprint,
      classNames: data.classNames,
      images: { train: data.train.images.length, validation: data.validation.images.length },
      leftOut: data.unreadable.map(({ file }) => file),
    };
    await this.#beforeWrite();
    await writeFileWhole(this.recipeFile, `${JSON.stringify({ ...recipe, run }, undefined, 2)}\n`);
  }

  async writeHistory(history: readonly EpochRecord[]): Promise<void> {
    await this.#beforeWrite();
    await writeFileWhole(this.historyFile, renderHistoryCsv(history));
  }

  async writeModel(model: TrainedModel): Promise<void> {
    await this.#beforeWrite();
    await saveModel(this.modelFile, model);
  }

  async writeCurves(curves: { readonly svg: string; readonly png: Uint8Array }): Promise<void> {
    await this.#beforeWrite();
    await writeFileWhole(this.curvesFile('svg'), curves.svg);
    await writeFileWhole(this.curvesFile('png'), curves.png);
  }
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}
