/**
 * The typed library from TypeScript: open a model file, classify an image, read what the model says about itself, measure it.
 *
 *   node examples/library.ts runs/first/model.onnx data/test     your own model and images
 *   node examples/library.ts                                     a model trained on the spot on synthetic phantoms
 *
 * In a project of your own write `from 'pneumoscope'`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  evaluateFolder,
  findImages,
  generatePhantoms,
  loadClassifier,
  loadRecipe,
  PneumoscopeError,
  splitDataset,
  train,
} from '../src/index.ts';

const [modelFile, imageFolder] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const smoke = process.argv.includes('--smoke');

/** A model of synthetic phantoms, trained in seconds, for readers who have none yet. */
async function trainOnPhantoms(folder: string): Promise<{ model: string; images: string }> {
  await generatePhantoms({ out: path.join(folder, 'phantoms'), patients: smoke ? 24 : 120, size: 64 });
  await splitDataset({ from: path.join(folder, 'phantoms'), out: path.join(folder, 'data') });
  const recipe = await loadRecipe('demo');
  const { modelFile: model, metrics } = await train({
    data: path.join(folder, 'data'),
    out: path.join(folder, 'run'),
    recipe,
    overrides: { epochs: smoke ? 2 : 10 },
    cacheDir: null,
    onEpoch: ({ epoch, loss, valLoss }) =>
      console.log(`epoch ${epoch}: loss ${loss.toFixed(4)}, validation ${valLoss?.toFixed(4)}`),
  });
  console.log(`trained on synthetic phantoms; validation accuracy ${metrics.valAccuracy?.toFixed(3)}`);
  return { model, images: path.join(folder, 'data', 'test') };
}

const folder = await mkdtemp(path.join(tmpdir(), 'pneumoscope-library-'));
try {
  const { model, images } =
    modelFile === undefined || imageFolder === undefined
      ? await trainOnPhantoms(folder)
      : { model: modelFile, images: imageFolder };

  // The model's file holds its classes, threshold, preprocessing and origin: nothing else is needed to use it.
  await using classifier = await loadClassifier(model);
  const { classes, provenance } = classifier.metadata;
  console.log(`${classes.names.join(' or ')}, positive above ${classes.threshold}; written by ${provenance.createdBy}`);
  console.log(provenance.intendedUse);

  // One image, by its path or by its bytes.
  const [first] = await findImages([images]);
  const answer = await classifier.classify(first as string);
  console.log(`${path.basename(first as string)}: ${answer.label}, probability ${answer.probability?.toFixed(4)}`);

  // Many, in batches, decoded while the network works.
  const answers = await classifier.classifyFiles(await findImages([images]), {
    onProgress: ({ done, total }) => console.log(`${done}/${total}`),
  });
  console.log(
    `${answers.filter(({ label }) => label === classes.positive).length} of ${answers.length} called ${classes.positive}`,
  );

  // Labelled ones give figures.
  const evaluation = await evaluateFolder(classifier, images);
  if (evaluation.kind === 'binary') {
    const { accuracy, sensitivity, specificity, rocAuc } = evaluation.metrics;
    console.log({ accuracy, sensitivity, specificity, rocAuc });
  }

  // An image without an answer is an answer too: refused by the input guard, or failed, with a stable code and a sentence.
  const { status, reason } = await classifier.classify(new TextEncoder().encode('not an image'), { name: 'notes.txt' });
  console.log(`${status}: ${reason?.code}, ${reason?.sentence}`);

  // All else that a user can act on is thrown as a PneumoscopeError, with a stable code and a sentence.
  try {
    await loadClassifier('none.onnx');
  } catch (error) {
    if (!(error instanceof PneumoscopeError)) throw error;
    console.log(`${error.code}: ${error.message}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
