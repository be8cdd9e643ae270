/**
 * The folder of a cross-validation: plan.json (what was asked for, of which images), data/fold-K (the fold's sets), fold-K (its run
 * folder, with fold.json when its test images were answered), and the results.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseJson } from '../../base/files/parse-json.ts';
import { z } from 'zod';
import { renderCsv } from '../../base/files/render-csv.ts';
import { operatingRuleSchema } from '../../model/file/operation.ts';
import { writeFileWhole } from '../../base/files/write-file.ts';
import { refuse, systemErrorCode } from '../../base/errors.ts';
import { describeFaults } from '../../base/schema-faults.ts';
import { toDiskError } from '../../base/files/disk-error.ts';
import { describeDifferences } from '../../engine/fit/checkpoint.ts';
import { flatten } from './identity.ts';
import { recipeSchema } from './recipe-schema.ts';

const planName = 'plan.json';
const recordName = 'fold.json';

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const heading = { version: z.literal(1), createdBy: z.literal('pneumoscope') };

const planSchema = z.strictObject({
  ...heading,
  kind: z.literal('crossval'),
  folds: z.int().min(2),
  validation: share,
  /** Of the folds; the recipe has its own. */
  seed: count,
  source: z.string(),
  maxSteps: z.int().min(1).nullable(),
  rule: operatingRuleSchema,
  temperature: z.boolean(),
  /** Absent: no. */
  platt: z.boolean().exactOptional(),
  recipe: recipeSchema,
  /** Of every image: its name, class, patient, content and fold. */
  fingerprint: z.string(),
});

/** All that decides the results. How thresholds are chosen may change from one call to the next, because nothing is trained anew for it. */
export type CrossValidationPlan = z.infer<typeof planSchema>;

const recordSchema = z.strictObject({
  ...heading,
  kind: z.literal('crossval-fold'),
  rule: operatingRuleSchema,
  bestEpoch: z.int().min(1),
  epochs: z.int().min(1),
  /** Of the model: of two classes the positive one is the second. */
  classNames: z.tuple([z.string(), z.string()]),
  threshold: share,
  temperature: z.number().positive(),
  /** Whether the temperature was fitted, or left at 1. */
  temperatureFitted: z.boolean(),
  /** Absent where none was fitted. */
  shift: z.number().exactOptional(),
  /** Whether a shift was to be fitted as well; absent: no. */
  plattFitted: z.boolean().exactOptional(),
  /** Whether phantoms are among the training images. */
  synthetic: z.boolean(),
  /** Relative to the folder of all images. */
  unreadable: z.array(z.string()),
  /** Of the test images. */
  predictions: z.array(
    z.strictObject({
      file: z.string(),
      label: z.int().min(0).max(1),
      patient: z.string().exactOptional(),
      probability: share,
      logit: z.number().exactOptional(),
    }),
  ),
});

/** What a finished fold leaves for the figures. */
export type FoldRecord = z.infer<typeof recordSchema>;

export class CrossValidationFolder {
  readonly root: string;
  readonly #beforeWrite: () => Promise<void>;

  /** @param beforeWrite throws where the folder may not be written any more */
  constructor(root: string, beforeWrite: () => Promise<void> = () => Promise.resolve()) {
    this.root = root;
    this.#beforeWrite = beforeWrite;
  }

  runFolder(fold: number): string {
    return path.join(this.root, `fold-${fold}`);
  }

  dataFolder(fold: number): string {
    return path.join(this.root, 'data', `fold-${fold}`);
  }

  get resultFile(): string {
    return path.join(this.root, 'crossval.json');
  }

  get predictionsFile(): string {
    return path.join(this.root, 'predictions.csv');
  }

  get tableFile(): string {
    return path.join(this.root, 'crossval.md');
  }

  /**
   * The plan that was begun here; undefined in a new or empty folder.
   *
   * @throws PneumoscopeError E_USAGE when the folder holds something else, or a plan that is not to be resumed; E_CHECKPOINT when the plan
   * is damaged; E_DISK
   */
  async readPlan(resume: boolean): Promise<CrossValidationPlan | undefined> {
    let names: string[];
    try {
      names = (await readdir(this.root)).filter((name) => !name.startsWith('.'));
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return undefined;
      throw toDiskError(error, this.root);
    }
    if (names.length === 0) return undefined;
    if (!names.includes(planName)) {
      refuse('E_USAGE', `${this.root} is not empty and holds no cross-validation; choose another --out`);
    }
    if (!resume) {
      refuse(
        'E_USAGE',
        `${this.root} already holds a cross-validation: continue it with --resume, or choose another --out`,
      );
    }
    const file = path.join(this.root, planName);
    const value = await readJson(file);
    const plan = planSchema.safeParse(value);
    if (plan.success) return plan.data;
    const faults = value === undefined ? 'it is not JSON' : describeFaults(planSchema, value, plan.error.issues);
    refuse(
      'E_CHECKPOINT',
      `${file} is no plan that this version of pneumoscope wrote, or it is damaged (${faults}); begin again in another folder`,
    );
  }

  async writePlan(plan: CrossValidationPlan): Promise<void> {
    await this.#beforeWrite();
    await writeFileWhole(path.join(this.root, planName), `${JSON.stringify(plan, undefined, 2)}\n`);
  }

  /** Undefined where the fold is not finished, or its record is damaged: then it is answered anew from its model. */
  async readRecord(fold: number): Promise<FoldRecord | undefined> {
    const folder = this.runFolder(fold);
    if ((await stat(path.join(folder, 'model.onnx')).catch(() => undefined)) === undefined) return undefined;
    return recordSchema.safeParse(await readJson(path.join(folder, recordName))).data;
  }

  async writeRecord(fold: number, record: FoldRecord): Promise<void> {
    await this.#beforeWrite();
    await writeFileWhole(path.join(this.runFolder(fold), recordName), `${JSON.stringify(record)}\n`);
  }

  /** @param rows file, label, patient, fold, probability, threshold, predicted */
  async writePredictions(rows: readonly (readonly (string | number | null)[])[]): Promise<void> {
    const header = ['file', 'label', 'patient', 'fold', 'probability', 'threshold', 'predicted'];
    await this.#beforeWrite();
    await writeFileWhole(this.predictionsFile, renderCsv(header, rows));
  }

  /** @param markdown of the result, for people */
  async writeTable(markdown: string): Promise<void> {
    await this.#beforeWrite();
    await writeFileWhole(this.tableFile, markdown);
  }

  async writeResult(result: object): Promise<void> {
    await this.#beforeWrite();
    await writeFileWhole(this.resultFile, `${JSON.stringify(result, undefined, 2)}\n`);
  }
}

/** @throws PneumoscopeError E_CHECKPOINT naming every setting that differs, but for the rule, the temperature and the shift */
export function requireSamePlan(folder: string, begun: CrossValidationPlan, wanted: CrossValidationPlan): void {
  const differences = describeDifferences(identify(begun), identify(wanted));
  if (differences.length === 0) return;
  refuse(
    'E_CHECKPOINT',
    `${folder} holds another cross-validation: ${differences.join('; ')}. Resume with the same settings and data, or choose another --out`,
  );
}

function identify(wanted: CrossValidationPlan) {
  const { rule: _rule, temperature: _temperature, platt: _platt, fingerprint, ...plan } = wanted;
  return { ...flatten(plan), 'fingerprint of the images': fingerprint };
}

/** Undefined where there is no such file or it is not JSON. */
async function readJson(file: string): Promise<unknown> {
  try {
    return parseJson(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}
