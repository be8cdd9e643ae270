/** The engine as a stranger uses it: a network that learns drawn digits, by the engine's public names alone. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digitSide, drawDigits } from '../../../test/drawn-digits.ts';
import * as engine from '../index.ts';

const { activation, batchArrays, batchNormalization, conv2d, dense, globalAveragePooling2d, maxPooling2d } = engine;
const { residual, sequence, Trainer } = engine;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'trainer-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function describeDigits(units = 10): engine.NetworkDescription {
  const relu = activation('relu');
  const convolution = sequence([conv2d(8, 3, { padding: 'same' }), batchNormalization({ momentum: 0.9 })]);
  const block = sequence([residual(sequence([convolution, relu, convolution])), relu]);
  return {
    name: 'digits',
    inputShape: [1, digitSide, digitSide],
    layers: sequence([convolution, relu, maxPooling2d(2), block, globalAveragePooling2d(), dense(units)]),
  };
}

const seen = drawDigits(1500, 1, 0.1);
const unseen = drawDigits(300, 2, 0.1);
const optimizer = engine.adam({ learningRate: 0.01 });
const schedule: engine.Schedule = { name: 'cosine', warmup: 0.5, final: 0.01 };

describe('a network on drawn digits', () => {
  it('tells unseen ones apart, does so again with the same seed, and is the same network in its file', async () => {
    const train = async (seed: number, file?: string): Promise<{ logits: Float32Array; accuracy: number }> => {
      await using trainer = new Trainer(describeDigits(), { optimizer, seed, threads: 1 });
      expect(trainer).toMatchObject({ classCount: 10, units: 10, epochs: 0 });
      const { history, bestEpoch, stoppedEarly } = await trainer.fit(batchArrays(seen, { seed }), {
        epochs: 6,
        schedule,
      });
      expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
      expect({ bestEpoch, stoppedEarly, epochs: trainer.epochs }).toEqual({
        bestEpoch: 6,
        stoppedEarly: false,
        epochs: 6,
      });
      expect(history[5]?.loss).toBeLessThan(0.2 * (history[0]?.loss ?? 0));
      if (file !== undefined) await trainer.save(file);
      const { accuracy } = await trainer.evaluate(batchArrays(unseen));
      return { logits: await trainer.predict(unseen.images), accuracy };
    };
    const file = path.join(folder, 'digits.onnx');
    const first = await train(3, file);
    expect(first.accuracy).toBeGreaterThan(0.95);
    expect(first.logits).toHaveLength(300 * 10);
    expect((await train(3)).logits).toEqual(first.logits);
    expect((await train(4)).logits).not.toEqual(first.logits);

    await using loaded = await engine.loadNetwork(file, { threads: 1 });
    expect(loaded).toMatchObject({ inputShape: [1, digitSide, digitSide], units: 10 });
    const again = await loaded.predict(unseen.images);
    // Constant weights let the runtime sum in another order: the last bits of float32 may differ.
    const scale = Math.max(...first.logits.map(Math.abs));
    const distance = Math.max(...again.map((logit, index) => Math.abs(logit - (first.logits[index] as number))));
    expect(distance / scale).toBeLessThan(1e-5);
    const { graph } = engine.decodeModel(readFileSync(file), file);
    expect(graph.inputs.map(({ name, shape }) => [name, shape])).toEqual([['images', ['N', 1, digitSide, digitSide]]]);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['logits', 'probability']);
  });

  it('goes on where an earlier fit ended, and stops early', async () => {
    const train = async (calls: readonly number[]): Promise<Float32Array> => {
      await using trainer = new Trainer(describeDigits(), { optimizer, threads: 1 });
      for (const epochs of calls) await trainer.fit(batchArrays(unseen), { epochs });
      return await trainer.predict(unseen.images);
    };
    expect(await train([1, 1])).toEqual(await train([2]));

    await using trainer = new Trainer(describeDigits(), { optimizer: engine.sgd({ learningRate: 0 }), threads: 1 });
    const earlyStopping = { patience: 1, restoreBestWeights: true };
    const validation = batchArrays({ images: unseen.images, labels: unseen.labels });
    const { stoppedEarly } = await trainer.fit(batchArrays(unseen), { epochs: 9, validation, earlyStopping });
    expect(stoppedEarly).toBe(true);
    expect(trainer.epochs).toBeLessThan(9);
  });

  it('with two classes has one unit', async () => {
    const labels = Float32Array.from(seen.labels, (digit) => Number(digit > 4));
    await using trainer = new Trainer(describeDigits(1), { optimizer, threads: 1 });
    expect(trainer).toMatchObject({ classCount: 2, units: 1 });
    const before = await trainer.evaluate(batchArrays({ images: seen.images, labels }));
    await trainer.fit(batchArrays({ images: seen.images, labels }), { epochs: 2 });
    const after = await trainer.evaluate(batchArrays({ images: seen.images, labels }));
    expect(after.loss).toBeLessThan(before.loss);
    expect(await trainer.predict(seen.images)).toHaveLength(1500);
  });
});

describe('what does not fit', () => {
  const failure = (code: string, message: RegExp): unknown =>
    expect.objectContaining({ code, message: expect.stringMatching(message) as string });

  it('is said before the runtime sees it', async () => {
    expect(() => new Trainer(describeDigits(2))).toThrow(failure('E_USAGE', /two classes take one unit/));
    expect(() => batchArrays({ images: seen.images, labels: [1, 2, 3, 4, 5, 6, 7] })).toThrow(
      failure('E_SHAPE_MISMATCH', /216000 values are not 7 images of one size/),
    );
    expect(() => batchArrays({ images: seen.images, labels: [] })).toThrow(failure('E_USAGE', /no images/));
    expect(() => batchArrays(seen, { batchSize: 0 })).toThrow(failure('E_USAGE', /whole number of images/));

    await using trainer = new Trainer(describeDigits(), { threads: 1 });
    const small = { images: new Float32Array(2 * 100), labels: [0, 1] };
    await expect(trainer.fit(batchArrays(small))).rejects.toEqual(
      failure('E_SHAPE_MISMATCH', /images \[1, 12, 12\], which are 144 values each, but 100 were given/),
    );
    await expect(trainer.predict(new Float32Array(150))).rejects.toEqual(failure('E_SHAPE_MISMATCH', /but 150 were/));
    const images = new Float32Array(2 * 144);
    for (const wrong of [10, -1, 0.5, NaN]) {
      await expect(trainer.fit(batchArrays({ images, labels: [0, wrong] }))).rejects.toEqual(
        failure('E_USAGE', /is no label: network digits tells 10 classes apart, which are 0 to 9/),
      );
    }
    const data = batchArrays({ images, labels: [0, 1] });
    await expect(trainer.fit(data, { earlyStopping: { patience: 1, restoreBestWeights: true } })).rejects.toEqual(
      failure('E_USAGE', /Early stopping watches/),
    );
    await trainer.fit(data);
    await expect(trainer.fit(data, { schedule })).rejects.toEqual(failure('E_USAGE', /spans one call/));
  });

  it('in a file is said with the name of the file', async () => {
    await expect(engine.loadNetwork(path.join(folder, 'none.onnx'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    const notModel = path.resolve(import.meta.dirname, 'trainer.ts');
    await expect(engine.loadNetwork(notModel)).rejects.toEqual(failure('E_MODEL_FILE', /trainer\.ts/));
  });
});

describe('examples/engine.ts', () => {
  const file = path.resolve(import.meta.dirname, '../../../examples/engine.ts');

  it('is short, and knows nothing of X-rays', () => {
    const text = readFileSync(file, 'utf8');
    expect(text.split('\n').length - 1).toBeLessThan(50);
    expect(text.replace('pneumoscope/engine', '')).not.toMatch(/x-ray|pneumo|chest|lung|patient/i);
    expect([...text.matchAll(/from '([^']+)'/g)].map(([, from]) => from)).toEqual([
      'pneumoscope/engine',
      '../src/engine/index.ts',
    ]);
  });

  it('reaches an accuracy above 95 %', () => {
    const said = execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' });
    expect(Number(/accuracy on unseen digits: ([\d.]+)/.exec(said)?.[1])).toBeGreaterThan(0.95);
    const [, read, drawn] = /the first one is a (\d), drawn was (\d)/.exec(said) ?? [];
    expect(read).toBe(drawn);
  });
});
