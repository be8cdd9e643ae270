/** Ensembles and mirror images: the mean of the members' logits, by the runtime, from the file that was written. */
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawPhantoms, joinImages } from '../../../test/guard-fixtures.ts';
import { drawImages, smallModel } from '../../../test/small-model.ts';
import { fitGuard, type GuardImages } from '../guard/fit-guard.ts';
import { decodeModel } from '../../engine/onnx/decode.ts';
import { requireAnswered } from '../use/answer.ts';
import { loadClassifier, readModelMetadata, type Classifier } from '../use/classifier.ts';
import { createEnsemble } from './ensemble.ts';
import { evaluateFolder } from '../../study/evaluate/evaluate.ts';
import { fitOperation, writeOperation } from '../../study/calibrate/fit-operation.ts';
import { saveModel, type TrainedModel } from '../file/model-file.ts';

let folder: string;
let images: string[];
const at = (name: string): string => path.join(folder, name);
const names = ['NORMAL', 'PNEUMONIA'];
const kinds = ['bacteria', 'normal', 'virus'];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ensemble-'));
  images = await drawImages(at('images'), ['a.png', 'b.png', 'c.png', 'd.png']);
  const other: TrainedModel = smallModel(names, 2);
  await saveModel(at('one.onnx'), smallModel(names, 1));
  await saveModel(at('two.onnx'), {
    ...other,
    provenance: { ...other.provenance, data: { fingerprint: 'e'.repeat(64), images: 30, synthetic: false }, licence: 'CC BY 4.0' },
  }); // prettier-ignore
  await saveModel(at('kinds1.onnx'), smallModel(kinds, 3));
  await saveModel(at('kinds2.onnx'), smallModel(kinds, 4));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function withModel<T>(file: string, work: (classifier: Classifier) => Promise<T>): Promise<T> {
  await using classifier = await loadClassifier(file, { threads: 1 });
  return await work(classifier);
}

/** Of each image, each logit. */
const logitsOf = (name: string, pixels: readonly Uint8Array[]): Promise<(readonly number[])[]> =>
  withModel(at(name), async (classifier) => (await classifier.classifyPixels(pixels)).map(({ logits }) => logits));

const preparePixels = (): Promise<Uint8Array[]> =>
  withModel(at('one.onnx'), (classifier) => Promise.all(images.map((image) => classifier.prepare(image))));

function mirror(pixels: Uint8Array, width: number): Uint8Array {
  return pixels.map((_, index) => pixels[index - (index % width) + (width - 1 - (index % width))] as number);
}

function expectClose(actual: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  expect(actual.flat()).toHaveLength(expected.flat().length);
  actual.flat().forEach((value, index) => expect(value).toBeCloseTo(expected.flat()[index] as number, 5));
}

describe('createEnsemble', () => {
  it("takes the first member's input guard where each has one", async () => {
    const guards = [1, 2].map((seed) => {
      const [train, validation] = [drawPhantoms(50, seed), drawPhantoms(20, seed + 10)].map(joinImages);
      return fitGuard(train as GuardImages, { validation: validation as GuardImages });
    });
    for (const [index, guard] of guards.entries()) {
      await saveModel(at(`guarded${index}.onnx`), { ...smallModel(names, 1 + index), guard });
    }
    const both = await createEnsemble([at('guarded0.onnx'), at('guarded1.onnx')], at('guarded.onnx'));
    expect(guards[0]).not.toEqual(guards[1]);
    expect(both.metadata.guard).toEqual(guards[0]);
    expect((await readModelMetadata(at('guarded.onnx'))).guard).toEqual(guards[0]);
    const half = await createEnsemble([at('guarded0.onnx'), at('two.onnx')], at('half-guarded.onnx'));
    expect(half.metadata.guard).toBeUndefined();
  });

  it('leaves a model alone that it was to replace, when the new one gives no number', async () => {
    const broken = smallModel(names, 6);
    const bias = Float32Array.of(NaN);
    await saveModel(at('broken.onnx'), { ...broken, tensors: { ...broken.tensors, 'dense/bias': { data: bias } } });
    await saveModel(at('old.onnx'), smallModel(names, 7));
    const before = await readFile(at('old.onnx'));
    const replacing = createEnsemble([at('one.onnx'), at('broken.onnx')], at('old.onnx'));
    await expect(replacing).rejects.toMatchObject({ code: 'E_NOT_FINITE' });
    expect((await readFile(at('old.onnx'))).equals(before)).toBe(true);
  });

  it('gives the weighted mean of the logits, and the probability that belongs to it', async () => {
    const { ensemble } = await createEnsemble([at('one.onnx'), at('two.onnx')], at('both.onnx'), { weights: [3, 1] });
    expect(ensemble.members.map(({ share }) => share)).toEqual([0.75, 0.25]);
    const pixels = await preparePixels();
    const [one, two, both] = await Promise.all(
      ['one.onnx', 'two.onnx', 'both.onnx'].map((name) => logitsOf(name, pixels)),
    );
    expectClose(both ?? [], (one ?? []).map(([logit], index) => [0.75 * (logit as number) + 0.25 * (two?.[index]?.[0] as number)])); // prettier-ignore
    const answer = await withModel(at('both.onnx'), async (classifier) =>
      requireAnswered(await classifier.classify(images[0] as string)),
    );
    expect(answer.probability).toBeCloseTo(1 / (1 + Math.exp(-(answer.logits[0] as number))), 6);
    // The members must differ for that to mean anything.
    expect(one?.[0]?.[0]).not.toBeCloseTo(two?.[0]?.[0] as number, 2);
  });

  it('averages the logits of a softmax', async () => {
    await createEnsemble([at('kinds1.onnx'), at('kinds2.onnx')], at('kinds.onnx'));
    const pixels = await preparePixels();
    const [one, two, both] = await Promise.all(['kinds1.onnx', 'kinds2.onnx', 'kinds.onnx'].map((name) => logitsOf(name, pixels))); // prettier-ignore
    expectClose(both ?? [], (one ?? []).map((row, index) => row.map((logit, unit) => (logit + (two?.[index]?.[unit] as number)) / 2))); // prettier-ignore
    const { probabilities } = await withModel(at('kinds.onnx'), async (classifier) =>
      requireAnswered(await classifier.classify(images[0] as string)),
    );
    expect(probabilities.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 5);
  });

  it('looks at the mirror image with the same weights', async () => {
    await createEnsemble([at('one.onnx')], at('flip.onnx'), { flip: true });
    await createEnsemble([at('one.onnx'), at('two.onnx')], at('both-flip.onnx'), { flip: true });
    const pixels = await preparePixels();
    const mirrored = pixels.map((image) => mirror(image, 16));
    const [plain, turned, flip] = await Promise.all([
      logitsOf('one.onnx', pixels),
      logitsOf('one.onnx', mirrored),
      logitsOf('flip.onnx', pixels),
    ]);
    expectClose(flip, plain.map(([logit], index) => [((logit as number) + (turned[index]?.[0] as number)) / 2])); // prettier-ignore
    expect(plain[0]?.[0]).not.toBeCloseTo(turned[0]?.[0] as number, 2);
    expectClose(await logitsOf('both-flip.onnx', pixels), await logitsOf('both-flip.onnx', mirrored));
    const weights = async (name: string): Promise<string[]> =>
      decodeModel(await readFile(at(name))).graph.constants.map(({ value }) => value.name).filter((value) => value.includes('/')).toSorted(); // prettier-ignore
    expect(await weights('flip.onnx')).toEqual(await weights('one.onnx'));
    expect((await readFile(at('flip.onnx'))).length).toBeLessThan(1.5 * (await readFile(at('one.onnx'))).length + 4000);
  });

  it('may have ensembles as members, whose provenance stays readable', async () => {
    await createEnsemble([at('one.onnx'), at('two.onnx')], at('inner.onnx'));
    await saveModel(at('three.onnx'), smallModel(names, 5));
    const { warnings } = await createEnsemble([at('inner.onnx'), at('three.onnx')], at('outer.onnx'), {
      weights: [2, 1],
    });
    expect(warnings).toEqual([expect.stringContaining('trained on different images')]);
    const pixels = await preparePixels();
    const all = await Promise.all(
      ['one.onnx', 'two.onnx', 'three.onnx', 'outer.onnx'].map((name) => logitsOf(name, pixels)),
    );
    const [one, two, three, outer] = all.map((rows) => rows.map(([logit]) => logit as number)) as [number[], number[], number[], number[]]; // prettier-ignore
    outer.forEach((logit, index) =>
      expect(logit).toBeCloseTo(((one[index] as number) + (two[index] as number) + (three[index] as number)) / 3, 5),
    );
    const { provenance, classes } = await readModelMetadata(at('outer.onnx'));
    expect(classes).toMatchObject({ names, positive: 'PNEUMONIA', threshold: 0.5, output: 'sigmoid' });
    expect(provenance).toMatchObject({
      data: { images: 42, synthetic: true },
      scores: {},
      licence: 'not stated; CC BY 4.0',
      ensemble: {
        flip: false,
        members: [
          { file: 'inner.onnx', share: 2 / 3, provenance: { ensemble: { members: [{ file: 'one.onnx' }, { file: 'two.onnx' }] } } },
          { file: 'three.onnx', share: 1 / 3, provenance: { seed: 5, recipe: { name: 'small' } } },
        ],
      },
    }); // prettier-ignore
  });

  it('leaves the members as they fitted on, and refuses figures from those images', async () => {
    const sets = at('sets');
    await drawImages(path.join(sets, 'validation'), [
      'PNEUMONIA/1.png',
      'PNEUMONIA/2.png',
      'NORMAL/3.png',
      'NORMAL/4.png',
    ]);
    await drawImages(path.join(sets, 'test'), ['NORMAL/5.png', 'PNEUMONIA/6.png'], 30);
    const operation = await withModel(
      at('one.onnx'),
      async (classifier) => (await fitOperation(classifier, sets)).operation,
    );
    await writeOperation(at('one.onnx'), operation, at('fitted.onnx'));
    const { warnings } = await createEnsemble([at('fitted.onnx'), at('two.onnx')], at('of-fitted.onnx'));
    expect(warnings[0]).toMatch(/fitted\.onnx is not carried over.*Run calibrate/);
    await withModel(at('of-fitted.onnx'), async (classifier) => {
      expect(classifier.metadata).toMatchObject({ classes: { threshold: 0.5 } });
      expect(classifier.metadata.operation).toBeUndefined();
      await expect(evaluateFolder(classifier, path.join(sets, 'validation'))).rejects.toMatchObject({
        code: 'E_USAGE',
        message: expect.stringMatching(/^4 of these 4 images .*of-fitted\.onnx or of a model in it, so/) as string,
      });
      expect(await evaluateFolder(classifier, sets)).toMatchObject({ imagesFittedOn: 0 });
      const forced = await evaluateFolder(classifier, path.join(sets, 'validation'), { force: true });
      expect(forced.imagesFittedOn).toBe(4);
      // It can be calibrated as any model.
      const own = await fitOperation(classifier, sets);
      await writeOperation(at('of-fitted.onnx'), own.operation);
    });
    expect((await readModelMetadata(at('of-fitted.onnx'))).provenance.ensemble?.members).toHaveLength(2);
  });

  it('says in what models differ, and what else cannot be', async () => {
    const model = smallModel(names, 6);
    const { preprocessing } = model;
    await saveModel(at('swapped.onnx'), smallModel(['PNEUMONIA', 'NORMAL'], 6));
    await saveModel(at('softmax.onnx'), smallModel(names, 6, 2));
    await saveModel(at('cropped.onnx'), { ...model, preprocessing: { ...preprocessing, crop: 0.1, rescale: 1 / 127 } });
    await createEnsemble([at('two.onnx')], at('two-flip.onnx'), { flip: true });
    const one = at('one.onnx');
    const cases: readonly [models: string[], options: Parameters<typeof createEnsemble>[2], words: RegExp][] = [
      [[one, at('swapped.onnx')], {}, /classes differ \(NORMAL, PNEUMONIA; PNEUMONIA, NORMAL\)/],
      [[one, at('kinds1.onnx')], {}, /classes differ/],
      [[one, at('softmax.onnx')], {}, /last layers differ \(sigmoid; softmax\)/],
      [[one, at('cropped.onnx')], {}, /preprocessing differs \(.*rescale .*; crop none and 0\.1|crop none and 0\.1; rescale/],
      [[one], {}, /alone is that model/],
      [[], {}, /name some/],
      [[one, one], {}, /are the same model/],
      [[one, at('two.onnx')], { weights: [1] }, /1 weights were given for 2 models/],
      [[one, at('two.onnx')], { weights: [1, 0] }, /above 0, but 0/],
      [[one, at('two-flip.onnx')], { flip: true }, /two-flip\.onnx looks at mirror images already/],
    ]; // prettier-ignore
    for (const [models, options, words] of cases) {
      await expect(createEnsemble(models, at('never.onnx'), options)).rejects.toMatchObject({
        code: 'E_USAGE',
        message: expect.stringMatching(words) as string,
      });
    }
    await expect(createEnsemble([one, at('gone.onnx')], at('never.onnx'))).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
    });
    await expect(createEnsemble([one, at('two.onnx')], at('two.onnx'))).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining('is one of the models') as string,
    });
    await expect(readFile(at('never.onnx'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
