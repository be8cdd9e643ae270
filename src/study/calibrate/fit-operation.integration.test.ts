import { spawn } from 'node:child_process';
import {
  chmod,
  copyFile,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawImages, smallModel } from '../../../test/small-model.ts';
import { splitDataset } from '../../data/split/split.ts';
import { computeBinaryMetrics } from '../../statistics/figures/binary-metrics.ts';
import { decodeModel } from '../../engine/onnx/decode.ts';
import { readModelHeader } from '../../engine/onnx/model-header.ts';
import { requireAnswered } from '../../model/use/answer.ts';
import { loadClassifier, readModelMetadata } from '../../model/use/classifier.ts';
import { evaluateFolder, type BinaryEvaluation } from '../evaluate/evaluate.ts';
import { toMeasuredModel, writeMeasuredModel } from '../evaluate/measured-model.ts';
import { studyEvaluation } from '../evaluate/study-evaluation.ts';
import { fitOperation, writeOperation, type FitOperationOptions, type FittedOperation } from './fit-operation.ts';
import { saveModel, type TrainedModel } from '../../model/file/model-file.ts';

/** As sure of itself as a trained network, and of noise about as often of one class as of another: 20 (z - middle). */
function sharpen(model: TrainedModel, middle: number): TrainedModel {
  const { 'dense/kernel': kernel, 'dense/bias': bias } = model.tensors;
  const scaled = Float32Array.from(bias?.data as Float32Array, (value) => 20 * value);
  scaled[scaled.length - 1] = (scaled.at(-1) as number) - 20 * middle;
  const tensors = {
    ...model.tensors,
    'dense/kernel': { data: Float32Array.from(kernel?.data as Float32Array, (value) => 20 * value) },
    'dense/bias': { data: scaled },
  };
  return { ...model, tensors };
}

const models: Readonly<Record<string, TrainedModel>> = {
  sigmoid: sharpen(smallModel(), 0.06),
  softmax: sharpen(smallModel(['NORMAL', 'PNEUMONIA'], 2, 2), 2.28),
  three: sharpen(smallModel(['bacteria', 'normal', 'virus']), 0),
};

let folder: string;
let images: string[];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fit-operation-'));
  images = await drawImages(
    path.join(folder, 'images'),
    Array.from({ length: 48 }, (_, index) => `${index}.png`),
  );
  for (const [name, model] of Object.entries(models)) await saveModel(path.join(folder, `${name}.onnx`), model);
  for (const kind of Object.keys(models)) await sortImages(kind);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const place = (...names: string[]): string => path.join(folder, ...names);

/** KIND/{validation,test}/CLASS: noise means nothing, so its class is what the model says, but of every fifth the next one. Two images a patient. */
async function sortImages(kind: string): Promise<void> {
  await using classifier = await loadClassifier(place(`${kind}.onnx`), { threads: 1 });
  const { classNames } = classifier;
  const answers = await classifier.classifyFiles(images);
  for (const [index, answer] of answers.entries()) {
    const { file } = answer;
    const told = classNames.indexOf(requireAnswered(answer).label);
    const className = classNames[index % 5 === 0 ? (told + 1) % classNames.length : told] as string;
    const set = index % 3 === 0 ? 'test' : 'validation';
    const target = place(kind, set, className, `person${index >> 1}_virus_${index}.png`);
    await mkdir(path.dirname(target), { recursive: true });
    await copyFile(file, target);
  }
}

async function fit(model: string, data: string, options: FitOperationOptions = {}): Promise<FittedOperation> {
  await using classifier = await loadClassifier(place(model), { threads: 1, ignoreOperation: true });
  return await fitOperation(classifier, place(data), { replicates: 100, ...options });
}

async function evaluate(model: string, data: string, force = false): Promise<BinaryEvaluation> {
  await using classifier = await loadClassifier(place(model), { threads: 1 });
  return (await evaluateFolder(classifier, place(data), { force })) as BinaryEvaluation;
}

const refused = (code: string, message: RegExp): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string });

describe.each(['sigmoid', 'softmax'])('fitOperation of a %s over two classes', (kind) => {
  it.each([false, true])('is what predict and evaluate use from then on, with a shift: %s', async (platt) => {
    const rule = { sensitivity: 0.9 };
    const fitted = await fit(`${kind}.onnx`, kind, { platt, rule, uncertain: { abstentionRate: 0.2 } });
    const { operation, folder: used, counts, before, after, abstention } = fitted;
    expect(used).toBe(place(kind, 'validation'));
    expect(counts.reduce((sum, count) => sum + count)).toBe(32);
    expect(operation.fittedOn).toMatchObject({ images: 32 });
    expect(operation.fittedOn.patients).toBeLessThan(32);
    expect(after.loss).toBeLessThan(before.loss);
    expect('shift' in operation).toBe(platt);
    expect(Math.abs(operation.shift ?? 1)).toBeGreaterThan(0.01);
    const shift = operation.shift ?? 0;
    expect(operation.point?.sensitivity.value).toBeGreaterThanOrEqual(0.9);
    await writeOperation(place(`${kind}.onnx`), operation, place(`${kind}-fitted.onnx`));

    await using raw = await loadClassifier(place(`${kind}.onnx`), { threads: 1 });
    await using classifier = await loadClassifier(place(`${kind}-fitted.onnx`), { threads: 1 });
    expect(classifier.metadata.operation).toEqual(operation);
    const plain = await raw.classifyFiles(images);
    const answers = await classifier.classifyFiles(images);
    const { low, high } = operation.uncertain as { low: number; high: number };
    for (const [index, answer] of answers.entries()) {
      const { logits, probability, probabilities, threshold, label, uncertain } = requireAnswered(answer);
      expect(logits).toEqual(plain[index]?.logits);
      expect(plain[index]?.uncertain).toBe(false);
      const [first, second] = logits as [number, number?];
      const logit = second === undefined ? first : second - first;
      expect(probability).toBeCloseTo(1 / (1 + Math.exp(-logit / operation.temperature - shift)), 12);
      expect(probabilities).toEqual([1 - probability, probability]);
      expect(threshold).toBe(operation.point?.threshold);
      expect(label).toBe(probability > (threshold as number) ? 'PNEUMONIA' : 'NORMAL');
      expect(uncertain).toBe(probability >= low && probability <= high);
    }
    expect(new Set(answers.map(({ uncertain }) => uncertain)).size).toBe(2);

    const again = await evaluate(`${kind}-fitted.onnx`, `${kind}/validation`, true);
    expect(again.metrics.confusion).toEqual(operation.point?.confusion);
    expect(again.metrics.loss).toBeCloseTo(after.loss, 9);
    expect(again.uncertain).toEqual(operation.uncertain);
    expect(abstention?.abstentionRate).toBeLessThanOrEqual(0.2);
  });

  it('fits on raw logits, so that fitting twice changes nothing', async () => {
    const { operation } = await fit(`${kind}.onnx`, kind);
    await writeOperation(place(`${kind}.onnx`), operation, place('twice.onnx'));
    await using calibrated = await loadClassifier(place('twice.onnx'), { threads: 1 });
    const second = await fitOperation(calibrated, place(kind), { replicates: 100 });
    expect({ ...second.operation, createdAt: '' }).toEqual({ ...operation, createdAt: '' });
  });

  it('leaves the probabilities alone without a temperature', async () => {
    const { operation, before, after, predictions } = await fit(`${kind}.onnx`, kind, { temperature: false });
    expect(operation.temperature).toBe(1);
    expect(after).toEqual(before);
    const { threshold } = operation.point as { threshold: number };
    expect(computeBinaryMetrics(predictions, { threshold }).confusion).toEqual(operation.point?.confusion);
  });
});

describe('fitOperation of more than two classes', () => {
  it('fits a temperature alone', async () => {
    const { operation, before, after, abstention, warnings } = await fit('three.onnx', 'three');
    expect(operation).toMatchObject({ point: null, uncertain: null, fittedOn: { images: 32, patients: 24 } });
    expect(abstention).toBeNull();
    expect(warnings).toEqual([]);
    expect(after.loss).toBeLessThan(before.loss);
    await writeOperation(place('three.onnx'), operation, place('three-fitted.onnx'));
    await using classifier = await loadClassifier(place('three-fitted.onnx'), { threads: 1 });
    const answer = requireAnswered(await classifier.classify(images[0] as string));
    const { probabilities, logits, threshold, uncertain } = answer;
    const powers = logits.map((logit) => Math.exp(logit / operation.temperature));
    const sum = powers.reduce((total, power) => total + power);
    probabilities.forEach((probability, index) => expect(probability).toBeCloseTo((powers[index] as number) / sum, 12));
    expect([threshold, uncertain]).toEqual([null, false]);
    await expect(fit('three.onnx', 'three', { rule: 'youden' })).rejects.toEqual(refused('E_USAGE', /has more/));
    await expect(fit('three.onnx', 'three', { platt: true })).rejects.toEqual(refused('E_USAGE', /a shift .*has more/));
    await expect(fit('sigmoid.onnx', 'sigmoid', { platt: true, temperature: false })).rejects.toEqual(
      refused('E_USAGE', /cannot be had without a temperature/),
    );
    await expect(fit('three.onnx', 'three', { temperature: false })).rejects.toEqual(
      refused('E_USAGE', /nothing to fit/),
    );
  });
});

describe('where fitOperation fits', () => {
  it('is never a test or training set, by whatever name, unless forced', async () => {
    await expect(fit('sigmoid.onnx', 'sigmoid/test')).rejects.toEqual(refused('E_USAGE', /is a test set, .*--force/));
    await symlink(place('sigmoid', 'test'), place('innocent'));
    await expect(fit('sigmoid.onnx', 'innocent')).rejects.toEqual(refused('E_USAGE', /is a test set/));
    await cp(place('sigmoid', 'validation'), place('Training'), { recursive: true });
    await expect(fit('sigmoid.onnx', 'Training')).rejects.toEqual(refused('E_USAGE', /is a training set/));
    expect((await fit('sigmoid.onnx', 'sigmoid/test', { force: true })).operation.fittedOn.images).toBe(16);
  });

  it('is no set that the manifest of a split calls test, and patients are the manifest’s', async () => {
    await splitDataset({ from: place('sigmoid'), out: place('split'), by: 'patient', validation: 0.4, test: 0.3 });
    const { operation, folder: used } = await fit('sigmoid.onnx', 'split');
    expect(used).toBe(place('split', 'validation'));
    const manifest = JSON.parse(await readFile(place('split', 'manifest.json'), 'utf8')) as {
      images: { split: string; patient: string }[];
    };
    const own = manifest.images.filter(({ split }) => split === 'validation');
    expect(operation.fittedOn).toMatchObject({
      images: own.length,
      patients: new Set(own.map(({ patient }) => patient)).size,
    });
    const text = (await readFile(place('split', 'manifest.json'), 'utf8')).replaceAll('"validation/', '"held/');
    await cp(place('split', 'test'), place('held', 'held'), { recursive: true });
    await writeFile(place('held', 'manifest.json'), text.replaceAll('"test/', '"held/'));
    await expect(fit('sigmoid.onnx', 'held/held')).rejects.toEqual(
      refused('E_USAGE', /has images that the manifest of the split puts into a test set/),
    );
    // A manifest of another program says nothing.
    await writeFile(place('held', 'manifest.json'), '{"name": "a web page"}');
    expect((await fit('sigmoid.onnx', 'held/held')).operation.fittedOn.images).toBeGreaterThan(1);
  });

  it('has images of both classes', async () => {
    await cp(place('sigmoid', 'validation', 'NORMAL'), place('one-class', 'NORMAL'), { recursive: true });
    await expect(fit('sigmoid.onnx', 'one-class')).rejects.toEqual(refused('E_DATASET', /fewer than two classes/));
    await expect(fit('sigmoid.onnx', 'nowhere')).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });

  it('is not looked at for impossible wishes', async () => {
    await expect(fit('sigmoid.onnx', 'nowhere', { rule: { sensitivity: 2 } })).rejects.toEqual(
      refused('E_USAGE', /sensitivity/),
    );
    await expect(fit('sigmoid.onnx', 'nowhere', { uncertain: { abstentionRate: 1 } })).rejects.toEqual(
      refused('E_USAGE', /share of uncertain/),
    );
  });

  it('leaves the temperature at 1 where the images are told apart without a doubt', async () => {
    await using classifier = await loadClassifier(place('sigmoid.onnx'), { threads: 1 });
    for (const answer of await classifier.classifyFiles(images)) {
      const { file } = answer;
      const [logit] = requireAnswered(answer).logits;
      const target = place('apart', (logit as number) > 0 ? 'PNEUMONIA' : 'NORMAL', path.basename(file));
      await mkdir(path.dirname(target), { recursive: true });
      await copyFile(file, target);
    }
    expect((await readdir(place('apart'))).toSorted()).toEqual(['NORMAL', 'PNEUMONIA']);
    const { operation, warnings } = await fit('sigmoid.onnx', 'apart');
    expect(operation.temperature).toBe(1);
    expect(warnings).toEqual([expect.stringMatching(/temperature stays 1: .* separates these images so well/)]);
    expect(operation.point?.sensitivity).toMatchObject({ value: 1, interval: { high: 1 } });
    expect(operation.point?.sensitivity.interval?.low).toBeLessThan(1);
  });
});

describe('evaluateFolder after a fit', () => {
  it('refuses the images that were fitted on, all or some, unless forced', async () => {
    const { operation } = await fit('sigmoid.onnx', 'sigmoid');
    await writeOperation(place('sigmoid.onnx'), operation, place('checked.onnx'));
    await expect(evaluate('checked.onnx', 'sigmoid/validation')).rejects.toEqual(
      refused('E_USAGE', /^32 of these 32 images were used/),
    );
    expect((await evaluate('checked.onnx', 'sigmoid/test')).imagesFittedOn).toBe(0);
    await cp(place('sigmoid', 'test'), place('mixed'), { recursive: true });
    const [some] = await readdir(place('sigmoid', 'validation', 'NORMAL'));
    // Under another name and in another class it is still the same image.
    await copyFile(place('sigmoid', 'validation', 'NORMAL', some as string), place('mixed', 'PNEUMONIA', 'new.png'));
    await expect(evaluate('checked.onnx', 'mixed')).rejects.toEqual(refused('E_USAGE', /^1 of these 17 images/));
    expect((await evaluate('checked.onnx', 'mixed', true)).imagesFittedOn).toBe(1);
    expect((await evaluate('sigmoid.onnx', 'mixed')).imagesFittedOn).toBe(0);
  });
});

describe('fitOperation that keeps a threshold', () => {
  it('chooses a band alone, on the images of its choice and no others', async () => {
    const { operation } = await fit('sigmoid.onnx', 'sigmoid', { platt: true, rule: { sensitivity: 0.9 } });
    expect(operation.counts?.positives.reduce((sum, count) => sum + count)).toBe(
      (operation.point?.confusion.truePositives ?? 0) + (operation.point?.confusion.falseNegatives ?? 0),
    );
    const kept = await fit('sigmoid.onnx', 'sigmoid', { keep: operation, uncertain: { abstentionRate: 0.2 } });
    expect({ ...kept.operation, createdAt: '', uncertain: null }).toEqual({ ...operation, createdAt: '' });
    expect(kept.operation.uncertain?.low).toBeLessThan(operation.point?.threshold ?? 0);
    await expect(fit('sigmoid.onnx', 'sigmoid/test', { keep: operation, force: true })).rejects.toEqual(
      refused('E_USAGE', /was chosen on other images/),
    );
    await expect(fit('sigmoid.onnx', 'sigmoid', { keep: operation, rule: 'youden' })).rejects.toEqual(
      refused('E_USAGE', /is not chosen anew/),
    );
  });
});

describe('writeOperation', () => {
  it('changes two entries of the metadata and no other byte of the model, in place and through a link', async () => {
    const { operation } = await fit('sigmoid.onnx', 'sigmoid');
    const original = await readFile(place('sigmoid.onnx'));
    await writeFile(place('real.onnx'), original);
    await chmod(place('real.onnx'), 0o600);
    const { mode } = await stat(place('real.onnx'));
    await symlink('real.onnx', place('link.onnx'));
    expect(await writeOperation(place('link.onnx'), operation)).toBe(place('link.onnx'));
    expect((await lstat(place('link.onnx'))).isSymbolicLink()).toBe(true);
    expect((await stat(place('real.onnx'))).mode).toBe(mode);
    expect((await readModelMetadata(place('real.onnx'))).operation).toEqual(operation);
    const [before, after] = [decodeModel(original), decodeModel(await readFile(place('real.onnx')))];
    expect(after.graph).toEqual(before.graph);
    const changed = Object.keys(after.metadata).filter((key) => after.metadata[key] !== before.metadata[key]);
    expect(changed.toSorted()).toEqual(['pneumoscope.classes', 'pneumoscope.operation']);
    expect(await readFile(place('sigmoid.onnx'))).toEqual(original);
  });

  it('takes away figures that were measured at another threshold', async () => {
    const { operation } = await fit('sigmoid.onnx', 'sigmoid');
    const evaluation = await evaluate('sigmoid.onnx', 'sigmoid');
    const measured = toMeasuredModel(evaluation, await studyEvaluation(evaluation, { replicates: 100 }));
    await writeMeasuredModel(place('sigmoid.onnx'), measured, place('measured.onnx'));
    expect((await readModelMetadata(place('measured.onnx'))).evaluation).toEqual(measured);
    await writeOperation(place('measured.onnx'), operation);
    expect((await readModelMetadata(place('measured.onnx'))).evaluation).toBeUndefined();
    await expect(writeMeasuredModel(place('measured.onnx'), measured, place('other.onnx'))).rejects.toEqual(
      refused('E_MODEL_FILE', /measured at another threshold/),
    );
  });

  it('keeps entries of other programs, and mends a damaged one of its own', async () => {
    const { operation } = await fit('sigmoid.onnx', 'sigmoid');
    const { graph, metadata } = decodeModel(await readFile(place('sigmoid.onnx')));
    const { encodeModel } = await import('../../engine/onnx/encode.ts');
    const damaged = { ...metadata, other: 'x', 'pneumoscope.operation': '{' };
    await writeFile(place('damaged.onnx'), encodeModel(graph, { metadata: damaged }));
    await expect(loadClassifier(place('damaged.onnx'))).rejects.toEqual(
      refused('E_MODEL_FILE', /operation is not JSON; calibrate the model again/),
    );
    await writeOperation(place('damaged.onnx'), operation);
    expect((await readModelMetadata(place('damaged.onnx'))).operation).toEqual(operation);
    expect((await readModelHeader(place('damaged.onnx'))).metadata['other']).toBe('x');
  });

  it('says what it cannot write, and leaves the model as it was', async () => {
    const { operation } = await fit('sigmoid.onnx', 'sigmoid');
    const original = await readFile(place('sigmoid.onnx'));
    await expect(
      writeOperation(place('sigmoid.onnx'), operation, place('sigmoid.onnx', 'below.onnx')),
    ).rejects.toMatchObject({ code: 'E_DISK' });
    const wrong = { ...operation, temperature: NaN };
    await expect(writeOperation(place('sigmoid.onnx'), wrong)).rejects.toMatchObject({ code: 'E_MODEL_FILE' });
    expect(await readFile(place('sigmoid.onnx'))).toEqual(original);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('killed in the middle leaves the model as it was', async () => {
    const original = await readFile(place('sigmoid.onnx'));
    await mkdir(place('killed'));
    await writeFile(place('killed', 'model.onnx'), original);
    const script = fileURLToPath(new URL('../../../test/fixtures/classifier/half-written.ts', import.meta.url));
    const child = spawn(process.execPath, [script, place('killed', 'model.onnx')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    expect(text.toString()).toBe('half\n');
    const begun = await readdir(place('killed'));
    expect(begun.filter((name) => name.endsWith('.part'))).toHaveLength(1);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(await readFile(place('killed', 'model.onnx'))).toEqual(original);
    const { operation } = await fit('sigmoid.onnx', 'sigmoid');
    await writeOperation(place('killed', 'model.onnx'), operation);
    expect((await readModelMetadata(place('killed', 'model.onnx'))).operation).toEqual(operation);
  });
});

describe('labels from a table', () => {
  /** FILE,LABEL of all images of a set, whose class folders mean nothing here. */
  const listRows = async (set: string): Promise<string[]> => {
    const files = await readdir(place('sigmoid', set), { recursive: true });
    return files.filter((file) => file.endsWith('.png')).map((file) => `${set}/${file},${path.dirname(file)}`);
  };
  const table = async (...lines: readonly string[]): Promise<string> => {
    const file = place('labels.csv');
    await writeFile(file, `${lines.join('\n')}\n`);
    return file;
  };

  it('give the operation that class folders give', async () => {
    const labels = await table('file,label', ...(await listRows('validation')));
    const [byFolder, byTable] = [
      await fit('sigmoid.onnx', 'sigmoid'),
      await fit('sigmoid.onnx', 'sigmoid', { labels }),
    ];
    const [one, other] = [byFolder.operation, byTable.operation];
    expect(other.fittedOn).toMatchObject({ images: one.fittedOn.images, patients: one.fittedOn.patients });
    // In another order the same numbers add up to another last digit.
    expect(other.temperature).toBeCloseTo(one.temperature, 9);
    expect(other.point?.threshold).toBeCloseTo(one.point?.threshold as number, 9);
    expect(other.point?.sensitivity.value).toBe(one.point?.sensitivity.value);
  });

  it('are those of the set validation, where the table has sets', async () => {
    const rows = [...(await listRows('validation')), ...(await listRows('test'))];
    const labels = await table('file,label,split', ...rows.map((row) => `${row},${row.split('/')[0]}`));
    expect((await fit('sigmoid.onnx', 'sigmoid', { labels })).operation.fittedOn.images).toBe(32);
    const tested = await table('file,label,split', ...(await listRows('test')).map((row) => `${row},test`));
    await expect(fit('sigmoid.onnx', 'sigmoid', { labels: tested })).rejects.toEqual(
      refused('E_DATASET', /no image of the set validation, but only of test/),
    );
  });

  it('must be classes that the model knows', async () => {
    const [first = ''] = await listRows('validation');
    const labels = await table('file,label', `${first.split(',')[0]},FRACTURE`);
    await expect(fit('sigmoid.onnx', 'sigmoid', { labels })).rejects.toEqual(
      refused('E_DATASET', /labels validation\S+ FRACTURE, but the model knows the classes NORMAL, PNEUMONIA/),
    );
  });

  it('do not make a test set one that something may be chosen on', async () => {
    await splitDataset({ from: place('sigmoid'), out: place('again'), by: 'patient', validation: 0.4, test: 0.3 });
    const files = (await readdir(place('again', 'test'), { recursive: true })).filter((file) => file.endsWith('.png'));
    const labels = await table('file,label', ...files.map((file) => `test/${file},${path.dirname(file)}`));
    await expect(fit('sigmoid.onnx', 'again', { labels })).rejects.toEqual(refused('E_USAGE', /puts into a test set/));
  });
});
