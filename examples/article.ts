/**
 * The article's pneumonia detector, both networks, carried over from Python and Keras almost line by line (docs/keras.md).
 *
 *   node examples/article.ts DATA              DATA/{train,validation,test}/{NORMAL,PNEUMONIA}, as `pneumoscope dataset split` makes it
 *   node examples/article.ts --smoke           tiny networks' worth of work on synthetic phantoms: that it runs, not what it finds
 *
 * In a project of your own write `import * as keras from 'pneumoscope/keras'`.
 * Settings: SIZE=256 BATCH=32 EPOCHS=100 MODELS=baseline,improved in the environment.
 *
 * Not a medical device.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as keras from '../src/app/keras/index.ts';
import { generatePhantoms, splitDataset } from '../src/index.ts';

const { conv2d, dense, earlyStopping, flatten, imageDataGenerator, maxPooling2d, sequential } = keras;

const smoke = process.argv.includes('--smoke');
const given = process.argv.slice(2).find((argument) => !argument.startsWith('--'));
if (given === undefined && !smoke) throw new Error('Name the folder with train, validation and test, or use --smoke.');

const size = Number(process.env['SIZE'] ?? (smoke ? 32 : 256));
const batchSize = Number(process.env['BATCH'] ?? (smoke ? 8 : 32));
const epochs = Number(process.env['EPOCHS'] ?? (smoke ? 2 : 100));
const models = (process.env['MODELS'] ?? 'baseline,improved').split(',');

const folder = await mkdtemp(path.join(tmpdir(), 'pneumoscope-article-'));
try {
  const data = given ?? (await drawPhantoms());

  // 1. The data. ----------------------------------------------------------------------------------------------------

  const plainDatagen = imageDataGenerator({ rescale: 1 / 255 });
  const augmentingDatagen = imageDataGenerator({
    rescale: 1 / 255,
    rotationRange: 15,
    brightnessRange: [0.9, 1.1],
    shearRange: 5,
    zoomRange: 0.2,
  });
  const flow = { targetSize: [size, size], colorMode: 'grayscale', batchSize, classMode: 'binary' } as const;
  // Pixels are kept in the user's cache folder; what is drawn for a moment need not be.
  const cache = given === undefined ? { cacheDir: null } : {};

  const trainGenerator = await plainDatagen.flowFromDirectory(path.join(data, 'train'), { ...flow, ...cache, seed: 1 });
  const augmentedGenerator = await augmentingDatagen.flowFromDirectory(path.join(data, 'train'), {
    ...flow,
    ...cache,
    seed: 1,
  });
  const validationGenerator = await plainDatagen.flowFromDirectory(path.join(data, 'validation'), {
    ...flow,
    ...cache,
  });
  const testGenerator = await plainDatagen.flowFromDirectory(path.join(data, 'test'), {
    ...flow,
    ...cache,
    shuffle: false,
  });
  console.log(testGenerator.classIndices);

  // 2. The baseline. ------------------------------------------------------------------------------------------------

  if (models.includes('baseline')) {
    await using baseline = sequential(
      [
        conv2d(32, [3, 3], { activation: 'relu', padding: 'same', inputShape: [size, size, 1] }),
        maxPooling2d([2, 2]),
        flatten(),
        dense(128, { activation: 'relu' }),
        dense(1, { activation: 'sigmoid' }),
      ],
      { name: 'baseline' },
    );
    console.log(baseline.summary());
    baseline.compile({
      optimizer: keras.rmsprop({ learningRate: 1e-4 }),
      loss: 'binaryCrossentropy',
      metrics: ['accuracy', 'recall'],
    });
    await trainAndTest(baseline, trainGenerator);
  }

  // 3. Deeper, with augmentation. -----------------------------------------------------------------------------------

  if (models.includes('improved')) {
    await using improved = sequential(
      [
        conv2d(32, [3, 3], { activation: 'relu', padding: 'same', inputShape: [size, size, 1] }),
        maxPooling2d([2, 2]),
        conv2d(64, [3, 3], { activation: 'relu', padding: 'same' }),
        maxPooling2d([2, 2]),
        conv2d(128, [3, 3], { activation: 'relu', padding: 'same' }),
        maxPooling2d([2, 2]),
        conv2d(256, [3, 3], { activation: 'relu', padding: 'same' }),
        maxPooling2d([2, 2]),
        conv2d(512, [3, 3], { activation: 'relu', padding: 'same' }),
        maxPooling2d([2, 2]),
        flatten(),
        dense(2048, { activation: 'relu' }),
        dense(1, { activation: 'sigmoid' }),
      ],
      { name: 'improved' },
    );
    console.log(improved.summary());
    improved.compile({
      optimizer: keras.adam({ amsgrad: true }),
      loss: 'binaryCrossentropy',
      metrics: ['accuracy', 'recall'],
    });
    await trainAndTest(improved, augmentedGenerator);
  }

  /** Trains with early stopping, evaluates on the test set, and predicts each image of it. */
  async function trainAndTest(model: keras.Sequential, generator: keras.DirectoryIterator): Promise<void> {
    const history = await model.fit(generator, {
      epochs,
      validationData: validationGenerator,
      callbacks: [
        earlyStopping({ monitor: 'val_loss', patience: 5, restoreBestWeights: true }),
        { onEpochEnd: (epoch, logs) => console.log(`Epoch ${epoch + 1}/${epochs}`, format(logs)) },
      ],
    });
    console.log(`${model.name}: ${history.epoch.length} epochs`);
    console.log(`${model.name} on the test set:`, format(await model.evaluate(testGenerator)));

    // The article's `int(p)` turns nearly every probability into 0: a class is what lies above one half.
    const predictions = await model.predict(testGenerator);
    const predicted = predictions.map(([probability]) => Number((probability as number) > 0.5));
    const right = predicted.filter((answer, index) => answer === testGenerator.classes[index]).length;
    console.log(`${model.name}: ${right} of ${testGenerator.samples} right`);
    await model.save(path.join(given === undefined ? folder : '.', `${model.name}.onnx`));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Synthetic X-rays in the article's layout. */
async function drawPhantoms(): Promise<string> {
  const { images } = await generatePhantoms({ out: path.join(folder, 'phantoms'), patients: 40, size: 64 });
  console.log(`SYNTHETIC DATA: ${images} drawn phantoms, not X-rays of people`);
  await splitDataset({ from: path.join(folder, 'phantoms'), out: path.join(folder, 'data') });
  return path.join(folder, 'data');
}

function format(logs: keras.Logs): string {
  return Object.entries(logs)
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join('  ');
}
