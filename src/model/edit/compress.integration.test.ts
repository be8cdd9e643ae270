/** Rounding a model's weights: what it leaves as it is, what it says about the rest, and that the runtime undoes it when it loads. */
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawImages, smallModel } from '../../../test/small-model.ts';
import { fromFloat16, toFloat16 } from '../../engine/graph/float16.ts';
import { improved } from '../../study/train/networks/improved.ts';
import { buildForward, initialise } from '../../engine/nn/network.ts';
import { createPreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { Session } from '../../engine/runtime/session.ts';
import { requireAnswered } from '../use/answer.ts';
import { measuredNames, type MeasuredModel } from '../file/measured.ts';
import type { ClassifierMetadata } from '../file/metadata.ts';
import { rewriteMetadata } from '../file/rewrite-metadata.ts';
import { loadClassifier, readModelMetadata } from '../use/classifier.ts';
import { compressModel } from './compress.ts';
import { createEnsemble } from './ensemble.ts';
import { agrees, classifyKnownImage } from './self-test.ts';
import { fitOperation, writeOperation } from '../../study/calibrate/fit-operation.ts';
import { saveModel, type TrainedModel } from '../file/model-file.ts';

let folder: string;
const at = (name: string): string => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'compress-'));
  await saveModel(at('model.onnx'), smallModel());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The network of the article at a small size: its weights are nearly all of the file. */
function improvedModel(): TrainedModel {
  const network = { name: 'improved', inputShape: [1, 32, 32] as const, layers: improved(1) };
  const { parameters, states } = buildForward(network, 'inference');
  const tensors = Object.fromEntries(
    [...parameters, ...states].map((parameter, index) => {
      const data = new Float32Array(parameter.shape.reduce((total, size) => total * size, 1));
      initialise(parameter, 1, index, data);
      return [parameter.name, { data }];
    }),
  );
  return { ...smallModel(), network, tensors, preprocessing: createPreprocessingSpec(32) };
}

const statement = { ages: null, hospitals: [], source: { en: 'Noise.' }, labels: { en: 'Made up.' }, limits: [] };

/** Made up, at the model's own threshold. */
function measure({ classes }: ClassifierMetadata): MeasuredModel {
  const figure = { value: 0.5, interval: null };
  return {
    images: 2,
    positives: 1,
    negatives: 1,
    patients: 2,
    level: 0.95,
    groups: [],
    uncertain: null,
    threshold: classes.threshold as number,
    confusion: { truePositives: 1, falsePositives: 1, trueNegatives: 0, falseNegatives: 0 },
    figures: Object.fromEntries(measuredNames.map((name) => [name, figure])) as MeasuredModel['figures'],
    createdBy: 'test',
    createdAt: '2026-01-02T03:04:05.000Z',
  };
}

describe('compressModel', () => {
  it('computes with the rounded weights, and says how far that moves the answers', async () => {
    const images = await drawImages(at('images'), ['a.png', 'b.png', 'c.png']);
    const { change, bytes } = await compressModel(at('model.onnx'), at('half.onnx'), { images, threads: 1 });
    const model = smallModel();
    const rounded = Object.entries(model.tensors).map(([name, { data }]) => {
      return [name, { data: name.endsWith('/kernel') ? fromFloat16(toFloat16(data as Float32Array)) : data }] as const;
    });
    await saveModel(at('rounded.onnx'), { ...model, tensors: Object.fromEntries(rounded) });
    await using before = await loadClassifier(at('model.onnx'), { threads: 1 });
    await using half = await loadClassifier(at('half.onnx'), { threads: 1 });
    await using expected = await loadClassifier(at('rounded.onnx'), { threads: 1 });
    let largest = 0;
    for (const image of images) {
      const [answer, rightly, earlier] = await Promise.all(
        [half, expected, before].map(async (classifier) => requireAnswered(await classifier.classify(image))),
      );
      expect(answer?.logits[0]).toBeCloseTo(rightly?.logits[0] as number, 5);
      largest = Math.max(largest, Math.abs((answer?.probability ?? NaN) - (earlier?.probability ?? NaN)));
    }
    expect(largest).toBeGreaterThan(0);
    expect(change).toMatchObject({ images: 3, drawn: false });
    expect(change.probability).toBeCloseTo(largest, 6);
    expect(bytes).toEqual({ before: (await stat(at('model.onnx'))).size, after: (await stat(at('half.onnx'))).size });
  });

  it('keeps all that the file says, what calibrate fitted too, and names the file it is from', async () => {
    const sets = at('sets');
    await drawImages(path.join(sets, 'validation'), ['PNEUMONIA/1.png', 'PNEUMONIA/2.png', 'NORMAL/3.png', 'NORMAL/4.png']); // prettier-ignore
    const classifier = await loadClassifier(at('model.onnx'), { threads: 1 });
    const { operation } = await fitOperation(classifier, sets);
    await classifier.close();
    await writeOperation(at('model.onnx'), operation, at('fitted.onnx'));
    await rewriteMetadata(at('fitted.onnx'), (metadata) => ({ ...metadata, statement, evaluation: measure(metadata) }));
    const options = { threads: 1, licence: 'CC0-1.0' };
    const { change } = await compressModel(at('fitted.onnx'), at('fitted-half.onnx'), options);
    const [before, after] = await Promise.all([readModelMetadata(at('fitted.onnx')), readModelMetadata(at('fitted-half.onnx'))]); // prettier-ignore
    expect(after.provenance.licence).toBe('CC0-1.0');
    const { float16From, ...rounded } = after.provenance;
    const provenance = { ...rounded, licence: before.provenance.licence };
    const { selfTest, ...rest } = after;
    // Figures of the other weights are none of these.
    expect(rest).not.toHaveProperty('evaluation');
    expect({ ...rest, provenance, evaluation: before.evaluation }).toEqual(before);
    await using half = await loadClassifier(at('fitted-half.onnx'), { threads: 1 });
    expect(agrees(await classifyKnownImage(half), selfTest?.logits ?? [])).toBe(true);
    expect(agrees([(selfTest?.logits[0] ?? NaN) + 0.02], selfTest?.logits ?? [])).toBe(false);
    expect(float16From).toMatch(/^[\da-f]{64}$/);
    expect(change).toMatchObject({ images: 32, drawn: true, probability: expect.any(Number) as number });
  });

  it('halves the file, and the runtime turns the weights back when it loads: the same operators run', async () => {
    await saveModel(at('improved.onnx'), improvedModel());
    const { bytes, change } = await compressModel(at('improved.onnx'), at('improved-half.onnx'), { threads: 1 });
    expect(bytes.after / bytes.before).toBeGreaterThan(0.5);
    expect(bytes.after / bytes.before).toBeLessThan(0.51);
    expect(change.probability).toBeLessThan(0.01);
    const [whole, half] = [await listOperators('improved.onnx'), await listOperators('improved-half.onnx')];
    expect(whole.length).toBeGreaterThan(5);
    expect(half).toEqual(whole);
    expect(half).not.toContain('Cast');
  });

  it('works on ensembles, whose members stay halved in further ones', async () => {
    await saveModel(at('second.onnx'), smallModel(undefined, 2));
    await createEnsemble([at('model.onnx'), at('second.onnx')], at('both.onnx'), { flip: true });
    await compressModel(at('both.onnx'), at('both-half.onnx'), { threads: 1 });
    await compressModel(at('second.onnx'), at('second-half.onnx'), { threads: 1 });
    await createEnsemble([at('model.onnx'), at('second-half.onnx')], at('mixed.onnx'), { flip: true });
    const [image] = (await drawImages(at('more'), ['x.png'])) as [string];
    const logits: number[] = [];
    for (const name of ['both.onnx', 'both-half.onnx', 'mixed.onnx']) {
      await using classifier = await loadClassifier(at(name), { threads: 1 });
      logits.push(requireAnswered(await classifier.classify(image)).logits[0] as number);
    }
    expect(logits[1]).toBeCloseTo(logits[0] as number, 2);
    expect(logits[2]).toBeCloseTo(logits[0] as number, 2);
    expect(new Set(logits).size).toBe(3);
  });

  it('leaves a model alone that it was to replace, when an image cannot be read', async () => {
    await saveModel(at('old.onnx'), smallModel(undefined, 5));
    const before = await readFile(at('old.onnx'));
    await writeFile(at('unreadable.png'), 'not an image');
    const replacing = compressModel(at('model.onnx'), at('old.onnx'), { images: [at('unreadable.png')], threads: 1 });
    await expect(replacing).rejects.toMatchObject({ code: 'E_UNREADABLE_IMAGE' });
    expect((await readFile(at('old.onnx'))).equals(before)).toBe(true);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('refuses what it cannot round', async () => {
    const model = smallModel();
    const kernel = Float32Array.from(model.tensors['dense/kernel']?.data as Float32Array).map((value, index) =>
      index === 3 ? 7e4 : value,
    );
    await saveModel(at('large.onnx'), { ...model, tensors: { ...model.tensors, 'dense/kernel': { data: kernel } } });
    await expect(compressModel(at('large.onnx'), at('never.onnx'))).rejects.toMatchObject({
      code: 'E_NOT_FINITE',
      message: expect.stringContaining('dense/kernel holds 70000') as string,
    });
    await compressModel(at('model.onnx'), at('once.onnx'), { threads: 1 });
    await expect(compressModel(at('once.onnx'), at('never.onnx'))).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(compressModel(at('model.onnx'), at('model.onnx'))).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(stat(at('never.onnx'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

/** What the runtime runs for one image, by its own trace; sorted, since it may swap what is independent. */
async function listOperators(name: string): Promise<string[]> {
  const prefix = at(`trace-${name}-`);
  const session = await Session.load(at(name), { threads: 1, blockedLayout: true, profilePrefix: prefix });
  const fetch = (): { type: 'float32'; shape: number[]; data: Float32Array } => {
    return { type: 'float32', shape: [1, 1], data: new Float32Array(1) };
  };
  await session.run(
    { images: { type: 'float32', shape: [1, 1, 32, 32], data: new Float32Array(1024) } },
    { logits: fetch(), probability: fetch() },
  );
  await session.release();
  const file = (await readdir(folder)).find((entry) => entry.startsWith(`trace-${name}-`));
  const events = JSON.parse(await readFile(at(file as string), 'utf8')) as {
    cat: string;
    args?: { op_name?: string };
  }[];
  return events
    .filter(({ cat }) => cat === 'Node')
    .flatMap(({ args }) => args?.op_name ?? [])
    .toSorted();
}
