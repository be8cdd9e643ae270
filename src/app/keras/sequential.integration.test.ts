import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadClassifier } from '../../model/use/classifier.ts';
import { RandomGenerator } from '../../base/random.ts';
import * as keras from './index.ts';

const { conv2d, dense, flatten, maxPooling2d, sequential } = keras;

const usage = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'E_USAGE', message: expect.stringMatching(message) as string });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'keras-'));
  // A square on noise: at the top in one class, at the bottom in another, in the middle in the third.
  for (const [label, name] of ['bottom', 'middle', 'top'].entries()) {
    for (let index = 0; index < 16; index++)
      await drawSquare(
        path.join(folder, 'three', name, `${index}.png`),
        [18, 9, 1][label] as number,
        100 * label + index,
      );
    if (name !== 'middle')
      for (let index = 0; index < 16; index++)
        await drawSquare(path.join(folder, 'two', name, `${index}.png`), name === 'top' ? 1 : 18, 100 * label + index);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function drawSquare(file: string, row: number, seed: number): Promise<void> {
  const random = new RandomGenerator(seed);
  const column = random.integer(18);
  const pixels = Buffer.from(
    Array.from({ length: 24 * 24 }, (_, at) => {
      const inside = Math.abs(Math.floor(at / 24) - row - 2) < 3 && Math.abs((at % 24) - column - 2) < 3;
      return random.integer(80) + (inside ? 150 : 0);
    }),
  );
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(
    file,
    await sharp(pixels, { raw: { width: 24, height: 24, channels: 1 } })
      .png()
      .toBuffer(),
  );
}

const datagen = keras.imageDataGenerator({ rescale: 1 / 255 });
const flow = { targetSize: [24, 24], batchSize: 5, cacheDir: null } as const;

function smallLayers(units: number, activation: 'sigmoid' | 'softmax'): keras.KerasLayer[] {
  return [
    conv2d(8, [3, 3], { activation: 'relu', padding: 'same', inputShape: [24, 24, 1] }),
    maxPooling2d([2, 2]),
    keras.batchNormalization({ momentum: 0.8 }),
    flatten(),
    keras.dropout(0.2),
    dense(units, { activation }),
  ];
}

describe('summary', () => {
  it('counts the parameters of the article as Keras does', () => {
    const baseline = sequential([
      conv2d(32, [3, 3], { activation: 'relu', padding: 'same', inputShape: [256, 256, 1] }),
      maxPooling2d([2, 2]),
      flatten(),
      dense(128, { activation: 'relu' }),
      dense(1, { activation: 'sigmoid' }),
    ]);
    expect(baseline.countParameters()).toBe(67_109_441);
    expect(baseline.summaryData.layers.map(({ parameters }) => parameters)).toEqual([320, 0, 0, 67_108_992, 129]);
    expect(baseline.summary()).toMatch(/conv2d \(Conv2D\) +\(None, 256, 256, 32\) +320\n/);
    expect(baseline.summary()).toMatch(/dense_1 \(Dense\) +\(None, 1\) +129\n/);
    const blocks = [32, 64, 128, 256, 512].flatMap((filters) => [
      conv2d(filters, 3, { activation: 'relu', padding: 'same' }),
      maxPooling2d(),
    ]);
    const improved = sequential(
      [...blocks, flatten(), dense(2048, { activation: 'relu' }), dense(1, { activation: 'sigmoid' })],
      { inputShape: [256, 256, 1] },
    );
    expect(improved.countParameters()).toBe(68_680_961);
    expect(improved.summaryData.layers.map(({ parameters }) => parameters).filter((count) => count > 0)).toEqual([
      320, 18_496, 73_856, 295_168, 1_180_160, 67_110_912, 2_049,
    ]);
  });

  it('counts what batch normalisation does not train', () => {
    const model = sequential(smallLayers(1, 'sigmoid'));
    expect(model.summaryData).toMatchObject({ trainable: 80 + 16 + 1153, nonTrainable: 16 });
    expect(model.summaryData.layers[2]).toEqual({
      name: 'batch_normalization',
      className: 'BatchNormalization',
      outputShape: [null, 12, 12, 8],
      parameters: 32,
    });
  });

  it('refuses layers that do not fit together', () => {
    expect(() => sequential([dense(1)])).toThrow(usage(/inputShape/));
    expect(() => sequential([flatten({ inputShape: [8, 8, 3] })])).toThrow(usage(/3 channels/));
    expect(() => sequential([conv2d(4, 3, { inputShape: [8, 8, 1] }), dense(1)])).toThrow(
      expect.objectContaining({ code: 'E_SHAPE_MISMATCH' }),
    );
  });
});

describe('compile', () => {
  it('wants a last layer that the loss can work with', () => {
    const compile = (layers: keras.KerasLayer[], loss: keras.KerasLoss) => (): void => {
      sequential(layers, { inputShape: [24, 24, 1] }).compile({ optimizer: 'adam', loss });
    };
    expect(compile([flatten(), dense(1)], 'binaryCrossentropy')).toThrow(usage(/ends in sigmoid.*ends in linear/));
    expect(compile([flatten(), dense(3, { activation: 'sigmoid' })], 'binaryCrossentropy')).toThrow(
      usage(/1 unit, not 3/),
    );
    expect(compile([flatten(), dense(2, { activation: 'softmax' })], 'categoricalCrossentropy')).toThrow(
      usage(/at least 3 units/),
    );
    expect(compile([flatten(), dense(1), keras.activation('sigmoid')], 'binaryCrossentropy')).not.toThrow();
  });

  it('comes before fit, which comes before save', async () => {
    const generator = await datagen.flowFromDirectory(path.join(folder, 'two'), flow);
    const model = sequential(smallLayers(1, 'sigmoid'));
    await expect(model.fit(generator)).rejects.toEqual(usage(/compile\(\)/));
    model.compile({ optimizer: 'adam', loss: 'binaryCrossentropy' });
    await expect(model.save(path.join(folder, 'm.onnx'))).rejects.toEqual(usage(/fit\(\)/));
    await expect(model.fit(generator, { callbacks: [keras.earlyStopping()] })).rejects.toEqual(
      usage(/no validationData/),
    );
    const other = await datagen.flowFromDirectory(path.join(folder, 'three'), flow);
    await expect(model.fit(other)).rejects.toMatchObject({ code: 'E_SHAPE_MISMATCH' });
  });
});

describe('flowFromDirectory', () => {
  it('lists as Keras does', async () => {
    const generator = await datagen.flowFromDirectory(path.join(folder, 'two'), { ...flow, classMode: 'binary' });
    expect(generator.classIndices).toEqual({ bottom: 0, top: 1 });
    expect(generator.filenames.slice(0, 3)).toEqual(['bottom/0.png', 'bottom/1.png', 'bottom/10.png']);
    expect(generator.samples).toBe(32);
    expect(generator.length).toBe(7);
    await expect(datagen.flowFromDirectory(path.join(folder, 'three'), { classMode: 'binary' })).rejects.toMatchObject({
      code: 'E_DATASET',
    });
    expect(() => keras.imageDataGenerator({ zoomRange: 2 })).toThrow(expect.objectContaining({ code: 'E_RECIPE' }));
  });
});

describe('a model', () => {
  it('learns, evaluates, predicts in file order, and is saved as what it is', async () => {
    const train = await datagen.flowFromDirectory(path.join(folder, 'two'), { ...flow, seed: 3 });
    const test = await datagen.flowFromDirectory(path.join(folder, 'two'), { ...flow, shuffle: false });
    await using model = sequential(smallLayers(1, 'sigmoid'), { seed: 5 });
    model.compile({
      optimizer: keras.adam({ learningRate: 0.01 }),
      loss: 'binaryCrossentropy',
      metrics: ['accuracy', 'recall'],
      threads: 1,
    });
    const before = await model.evaluate(test);
    const seen: number[] = [];
    const history = await model.fit(train, {
      epochs: 6,
      validationData: test,
      callbacks: [
        keras.earlyStopping({ patience: 6, restoreBestWeights: true }),
        { onEpochEnd: (epoch) => seen.push(epoch) },
      ],
    });
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
    expect(Object.keys(history.history)).toEqual([
      'loss',
      'accuracy',
      'recall',
      'val_loss',
      'val_accuracy',
      'val_recall',
    ]);
    const after = await model.evaluate(test);
    expect(after['accuracy']).toBeGreaterThan(0.95);
    expect(after['loss']).toBeLessThan(0.5 * (before['loss'] as number));
    // The best epoch's weights are back.
    expect(after['loss']).toBeCloseTo(Math.min(...(history.history['val_loss'] as number[])), 6);

    const predictions = await model.predict(train);
    const right = predictions.filter(([p], index) => Number((p as number) > 0.5) === train.classes[index]).length;
    expect(right / train.samples).toBeCloseTo(after['accuracy'] as number, 6);

    const file = path.join(folder, 'model.onnx');
    await model.save(file, { synthetic: true });
    await using classifier = await loadClassifier(file, { threads: 1 });
    expect(classifier.metadata).toMatchObject({
      classes: { names: ['bottom', 'top'], positive: 'top' },
      provenance: { data: { images: 32, synthetic: true } },
    });
    for (const index of [0, 13, 31]) {
      const { probability } = await classifier.classify(path.join(folder, 'two', train.filenames[index] as string));
      expect(probability).toBeCloseTo((predictions[index] as [number])[0], 5);
    }
  });

  it('goes on where an earlier fit ended, and repeats itself bit for bit', async () => {
    const train = await datagen.flowFromDirectory(path.join(folder, 'three'), { ...flow, seed: 1 });
    const run = async (calls: readonly number[]): Promise<number[][]> => {
      await using model = sequential(smallLayers(3, 'softmax'));
      model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', threads: 1 });
      for (const epochs of calls) await model.fit(train, { epochs });
      return await model.predict(train);
    };
    const whole = await run([2]);
    expect(await run([1, 1])).toEqual(whole);
    expect(whole).toHaveLength(48);
    for (const row of whole) expect(row.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 6);
    expect(await run([1])).not.toEqual(whole);
  });
});
