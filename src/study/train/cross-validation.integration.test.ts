import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTinyPatients } from '../../../test/tiny-dataset.ts';
import { loadClassifier, readModelMetadata } from '../../model/use/classifier.ts';
import { evaluateFolder } from '../evaluate/evaluate.ts';
import { readManifest } from '../../data/folder/manifest.ts';
import { knownPatientId } from '../../data/kermany/patients.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { renderCrossValidation, renderCrossValidationMarkdown } from './cross-validation-table.ts';
import { crossValidate, type CrossValidateOptions, type FoldStart } from './cross-validation.ts';
import type { CrossValidationResult, FoldFigures } from './cross-validation-figures.ts';
import { loadRecipe, overrideRecipe, type Recipe } from './recipe.ts';

let root: string;
let data: string;
let recipe: Recipe;
let whole: CrossValidationResult;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'crossval-'));
  data = path.join(root, 'raw');
  await writeTinyPatients(data, { side: 16, patients: 15 });
  recipe = overrideRecipe(await loadRecipe('baseline'), {
    imageSize: 16,
    batchSize: 4,
    epochs: 5,
    learningRate: 1e-3,
    threads: 1,
  });
  whole = await start('whole', { recipe });
}, 120_000);
afterAll(() => rm(root, { recursive: true }));

const place = (name: string): string => path.join(root, 'runs', name);
const start = (name: string, options: Partial<CrossValidateOptions> = {}): Promise<CrossValidationResult> =>
  crossValidate({
    data,
    out: place(name),
    folds: 2,
    validation: 0.3,
    replicates: 100,
    cacheDir: path.join(root, 'cache'),
    ...options,
  });
const failure = (code: string, message: RegExp): object => ({ code, message: expect.stringMatching(message) });
const modelTime = async (name: string, fold: number): Promise<number> =>
  (await stat(path.join(place(name), `fold-${fold}`, 'history.csv'))).mtimeMs;

describe('a finished cross-validation', () => {
  it('leaves a run folder and the sets of each fold, the predictions and the figures', async () => {
    const names = ['crossval.json', 'crossval.md', 'data', 'fold-1', 'fold-2', 'plan.json', 'predictions.csv'];
    expect((await readdir(place('whole'))).toSorted()).toEqual(names);
    const run = ['curves.png', 'curves.svg', 'fold.json', 'history.csv', 'model.onnx', 'recipe.json'];
    expect((await readdir(path.join(place('whole'), 'fold-2'))).toSorted()).toEqual(run);
    expect(JSON.parse(await readFile(whole.resultFile, 'utf8'))).toEqual({
      version: 1,
      createdBy: 'pneumoscope',
      kind: 'crossval-result',
      ...(JSON.parse(JSON.stringify(whole)) as object),
    });
    expect(whole).toMatchObject({ classNames: ['NORMAL', 'PNEUMONIA'], synthetic: false, rule: 'youden', seed: 0 });
  });

  it('tests every image once and no patient on two sides', async () => {
    const lines = (await readFile(whole.predictionsFile, 'utf8')).trim().split('\n');
    expect(lines.shift()).toBe('file,label,patient,fold,probability,threshold,predicted');
    const tested = lines.map((line) => line.split(',') as [string, string, string, string, string, string, string]);
    const files = (await readdir(data, { recursive: true })).filter((name) => name.endsWith('.png'));
    expect(tested.map(([file]) => file).toSorted()).toEqual(files.toSorted());
    for (const [file, label, patient, fold, probability, threshold, predicted] of tested) {
      expect([label, patient]).toEqual([file.split('/')[0], knownPatientId(file)]);
      expect(predicted).toBe(Number(probability) > Number(threshold) ? 'PNEUMONIA' : 'NORMAL');
      expect(Number(threshold)).toBe(whole.folds[Number(fold) - 1]?.threshold);
    }
    for (const { dataFolder } of whole.folds) {
      const { summary, images, by } = await readManifest(dataFolder);
      expect([by, summary.patientsInSeveralSplits, summary.identicalImagesAcrossSplits]).toEqual(['patient', 0, 0]);
      expect(Object.keys(summary.splits).toSorted()).toEqual(['test', 'train', 'validation']);
      // Links to the images themselves, not copies.
      const [first] = images;
      const linked = await stat(path.join(dataFolder, first?.file ?? ''));
      expect(linked.ino).toBe((await stat(path.join(data, first?.source ?? ''))).ino);
    }
  });

  it('has the figures that evaluate gives for the fold', async () => {
    for (const { runFolder, dataFolder, threshold, figures, confusion, images } of whole.folds) {
      const classifier = await loadClassifier(path.join(runFolder, 'model.onnx'), { threads: 1 });
      const { metrics } = await evaluateFolder(classifier, dataFolder);
      await classifier.close();
      expect(metrics).toMatchObject({ threshold, confusion, count: images });
      expect(figures.accuracy.value).toBeCloseTo(metrics.accuracy, 12);
    }
  });

  it('chose each threshold on the validation images of the fold alone', async () => {
    for (const { runFolder, validationImages, threshold } of whole.folds) {
      const { metadata, close } = await loadClassifier(path.join(runFolder, 'model.onnx'), { threads: 1 }).then(
        (classifier) => ({ metadata: classifier.metadata, close: () => classifier.close() }),
      );
      await close();
      expect(metadata.operation).toMatchObject({ temperature: 1, point: { rule: 'youden', threshold } });
      expect(metadata.operation?.fittedOn.images).toBe(validationImages);
    }
  });

  it('pools all test images and tells the spread over the folds', () => {
    const { pooled, folds, spread } = whole;
    expect(pooled.images).toBe(folds.reduce((sum, fold) => sum + fold.images, 0));
    expect(pooled.patients).toBe(30);
    for (const key of ['truePositives', 'falsePositives', 'trueNegatives', 'falseNegatives'] as const) {
      expect(pooled.confusion[key]).toBe(folds.reduce((sum, { confusion }) => sum + confusion[key], 0));
    }
    const [one, other] = folds.map(({ figures }) => figures.rocAuc.value ?? NaN) as [number, number];
    expect(spread.rocAuc.mean).toBeCloseTo((one + other) / 2, 12);
    expect(spread.rocAuc.standardDeviation).toBeCloseTo(Math.abs(one - other) / Math.SQRT2, 12);
    expect(pooled.figures.brierScore.interval).not.toBeNull();
  });

  it('is not overwritten', async () => {
    await expect(start('whole', { recipe })).rejects.toMatchObject(
      failure('E_USAGE', /already holds a cross-validation.*--resume.*another --out/),
    );
  });

  it('is told again with resume, and nothing is trained', async () => {
    const before = await modelTime('whole', 1);
    const states: FoldStart[] = [];
    const again = await start('whole', { resume: true, onFold: (fold) => void states.push(fold) });
    expect(again).toEqual(whole);
    expect(states.map(({ state }) => state)).toEqual(['finished', 'finished']);
    expect(await modelTime('whole', 1)).toBe(before);
  });

  it('takes another rule with resume: thresholds are chosen anew, nothing is trained', async () => {
    await cp(place('whole'), place('ruled'), { recursive: true });
    const before = await modelTime('ruled', 1);
    const states: FoldStart[] = [];
    const rule = { sensitivity: 0.6 };
    const ruled = await start('ruled', {
      resume: true,
      rule,
      temperature: true,
      onFold: (fold) => void states.push(fold),
    });
    expect(states.map(({ state }) => state)).toEqual(['trained', 'trained']);
    expect(await modelTime('ruled', 1)).toBe(before);
    expect([ruled.rule, ruled.temperature]).toEqual([rule, true]);
    for (const { figures, fold } of ruled.folds) {
      expect(figures.rocAuc.value).toBe(whole.folds[fold - 1]?.figures.rocAuc.value);
    }
    // And stays so where the next call names none.
    expect((await start('ruled', { resume: true })).rule).toEqual(rule);
    expect(ruled.folds.map(({ shift }) => shift)).toEqual([0, 0]);
    const moved = await start('ruled', { resume: true, rule: 'youden', platt: true });
    expect([moved.rule, moved.platt]).toEqual(['youden', true]);
    for (const { runFolder, shift } of moved.folds) {
      const { operation } = await readModelMetadata(path.join(runFolder, 'model.onnx'));
      expect(operation?.shift ?? 0).toBe(shift);
    }
    expect(await start('ruled', { resume: true })).toEqual(moved);
    expect((await start('ruled', { resume: true, platt: false })).platt).toBe(false);
  });

  it('refuses other settings and data, and names them', async () => {
    const resume = { resume: true };
    await expect(start('whole', { ...resume, folds: 3 })).rejects.toMatchObject(
      failure('E_CHECKPOINT', /: folds was 2 and is 3; fingerprint of the images was/),
    );
    await expect(start('whole', { ...resume, overrides: { learningRate: 0.5 } })).rejects.toMatchObject(
      failure('E_CHECKPOINT', /: recipe\.optimizer\.learningRate was 0\.001 and is 0\.5\. Resume with the same/),
    );
    await expect(start('whole', { ...resume, seed: 3 })).rejects.toMatchObject(
      failure('E_CHECKPOINT', /seed was 0 and is 3; recipe\.seed was 0 and is 3/),
    );
    const other = path.join(root, 'other');
    await cp(data, other, { recursive: true });
    await rm(path.join(other, 'NORMAL', 'IM-0001-0001.png'));
    await expect(start('whole', { ...resume, data: other })).rejects.toMatchObject(
      failure('E_CHECKPOINT', /: fingerprint of the images was "\w+" and is "\w+"\./),
    );
  });
});

describe('an interrupted cross-validation', () => {
  it('goes on with the fold that was begun, and ends with the same figures', { timeout: 120_000 }, async () => {
    const controller = new AbortController();
    const stopped = start('stopped', {
      recipe,
      checkpointMinutes: 0,
      signal: controller.signal,
      onFold: ({ fold }) =>
        fold === 2
          ? {
              onStep: ({ step }) => {
                if (step === 2)
                  controller.abort(new PneumoscopeError('E_INTERRUPTED', 'Stopped. Continue with: x --resume'));
              },
            }
          : undefined,
    });
    await expect(stopped).rejects.toMatchObject(
      failure('E_INTERRUPTED', /^Stopped in epoch 1 after 2 steps\..* Continue with: x --resume$/),
    );
    const before = await modelTime('stopped', 1);
    const states: FoldStart[] = [];
    const resumedFrom: unknown[] = [];
    const result = await start('stopped', {
      resume: true,
      onFold: (fold) => {
        states.push(fold);
        return { onStart: (begun) => resumedFrom.push(begun.resumedFrom) };
      },
    });
    expect(states.map(({ state }) => state)).toEqual(['finished', 'begun']);
    expect(resumedFrom).toEqual([{ epoch: 1, step: 2 }]);
    expect(await modelTime('stopped', 1)).toBe(before);
    expect(result.pooled).toEqual(whole.pooled);
    expect(await readFile(result.predictionsFile, 'utf8')).toBe(await readFile(whole.predictionsFile, 'utf8'));
  });

  it('places the images of a fold anew where that was cut short, and answers anew what was not noted', async () => {
    await cp(place('whole'), place('cut'), { recursive: true });
    const cut = path.join(place('cut'), 'data', 'fold-2');
    await rm(path.join(place('cut'), 'fold-2'), { recursive: true });
    await rm(path.join(cut, 'test', 'NORMAL'), { recursive: true });
    await cp(path.join(cut, 'manifest.json'), path.join(cut, '.manifest.unfinished.json'));
    await rm(path.join(cut, 'manifest.json'));
    await rm(path.join(place('cut'), 'fold-1', 'fold.json'));
    const states: FoldStart[] = [];
    const result = await start('cut', { resume: true, onFold: (fold) => void states.push(fold) });
    expect(states.map(({ state }) => state)).toEqual(['trained', 'new']);
    expect(result.pooled).toEqual(whole.pooled);
  });
});

describe('what cannot be cross-validated', () => {
  it('a folder that holds something else', async () => {
    await mkdir(place('taken'), { recursive: true });
    await writeFile(path.join(place('taken'), 'notes.txt'), 'mine');
    await expect(start('taken', { recipe, resume: true })).rejects.toMatchObject(
      failure('E_USAGE', /is not empty and holds no cross-validation/),
    );
    expect(await readdir(place('taken'))).toEqual(['notes.txt']);
  });

  it('a plan that is damaged, or that somebody changed', async () => {
    const plan = JSON.parse(await readFile(path.join(place('whole'), 'plan.json'), 'utf8')) as object;
    const file = path.join(place('damaged'), 'plan.json');
    await mkdir(place('damaged'), { recursive: true });
    for (const [text, faults] of [
      ['{"version":1', 'it is not JSON'],
      [JSON.stringify({ ...plan, folds: 1 }), 'folds must be a whole number of at least 2, but 1 was given'],
      [
        JSON.stringify({ ...plan, recipe: { ...recipe, epohcs: 5 } }),
        'recipe.epohcs is not a field (did you mean recipe.epochs?)',
      ],
    ] as const) {
      await writeFile(file, text);
      await expect(start('damaged', { resume: true })).rejects.toMatchObject({
        code: 'E_CHECKPOINT',
        message: `${file} is no plan that this version of pneumoscope wrote, or it is damaged (${faults}); begin again in another folder`,
      });
    }
  });

  it('nothing to go on with', async () => {
    await expect(start('nothing', { resume: true })).rejects.toMatchObject(
      failure('E_RECIPE', /holds no cross-validation to continue; name a recipe/),
    );
    await expect(start('nothing')).rejects.toMatchObject(failure('E_RECIPE', /A recipe must be named/));
  });

  it('three classes', async () => {
    const three = path.join(root, 'three');
    await cp(data, three, { recursive: true });
    await cp(path.join(data, 'NORMAL'), path.join(three, 'OTHER'), { recursive: true });
    await expect(start('three', { recipe, data: three })).rejects.toMatchObject(
      failure('E_DATASET', /needs two classes, but there are 3/),
    );
  });

  it('a positive class that is not there', async () => {
    await expect(start('positive', { recipe, overrides: { positiveClass: 'COVID' } })).rejects.toMatchObject(
      failure('E_DATASET', /COVID is not among the classes NORMAL, PNEUMONIA/),
    );
  });

  it('a rule that no threshold of a fold fulfils: all folds are trained, and another rule goes on from there', async () => {
    await cp(place('whole'), place('unreachable'), { recursive: true });
    await rm(path.join(place('unreachable'), 'fold-2'), { recursive: true });
    // A miss is so dear that calling every image positive is cheapest.
    const outcome = start('unreachable', { resume: true, rule: { costRatio: 1e9, prevalence: 0.999_999 } });
    await expect(outcome).rejects.toMatchObject(
      failure(
        'E_USAGE',
        /^The rule gives no threshold in fold 1(, 2)?: At a cost ratio of .* All folds are trained: continue with --resume and another --rule$/,
      ),
    );
    expect((await start('unreachable', { resume: true, rule: 'youden' })).pooled).toEqual(whole.pooled);
  });
});

describe('the table', () => {
  it('has a row per fold, their mean and deviation, and all folds together, also as Markdown', () => {
    const lines = renderCrossValidation(whole).split('\n');
    expect(lines[0]).toMatch(
      /^baseline on .*: 2 folds by patient, seed 0; 40 images of 30 patients \(20 PNEUMONIA, 20 NORMAL\)/,
    );
    expect(lines[1]).toMatch(
      /^Thresholds: the greatest sensitivity \+ specificity \(Youden\), .* on 30 % of the images/,
    );
    const rows = ['1', '2', 'Mean', 'SD', 'Pooled', '95 % from', '95 % to'];
    for (const row of rows) expect(lines.filter((line) => line.startsWith(`${row} `))).toHaveLength(1);
    const markdown = renderCrossValidationMarkdown(whole).split('\n');
    const cells = markdown.filter((line) => line.startsWith('| ')).map((line) => line.split(' | ').length);
    expect(cells).toEqual(Array.from({ length: rows.length + 2 }, () => 11));
  });

  it('says what is synthetic, unreadable, or called by another rule', () => {
    const [first, second] = whole.folds as [FoldFigures, FoldFigures];
    const text = renderCrossValidation({
      ...whole,
      synthetic: true,
      rule: { costRatio: 1 },
      folds: [{ ...first, unreadable: ['NORMAL/a.png'] }, second],
    });
    expect(text).toContain('Synthetic phantoms are among the images: the figures mean nothing for real X-rays.');
    expect(text).toContain('1 image could not be read and is left out.');
    expect(text).toContain('Thresholds: the highest accuracy,');
  });
});
