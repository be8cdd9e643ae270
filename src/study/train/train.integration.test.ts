import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTinyDataset } from '../../../test/tiny-dataset.ts';
import { loadClassifier } from '../../model/use/classifier.ts';
import { evaluateFolder } from '../evaluate/evaluate.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { parseHistoryCsv } from '../../engine/fit/history.ts';
import { loadRecipe, overrideRecipe, type Recipe } from './recipe.ts';
import { train, type TrainOptions, type TrainResult, type TrainStart } from './train.ts';

let root: string;
let data: string;
let recipe: Recipe;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'train-'));
  data = path.join(root, 'data');
  await writeTinyDataset(data, { side: 20, train: 14, validation: 6 });
  recipe = overrideRecipe(await loadRecipe('baseline'), {
    imageSize: 16,
    batchSize: 4,
    epochs: 2,
    learningRate: 1e-3,
    threads: 1,
  });
});
afterAll(() => rm(root, { recursive: true }));

const out = (name: string): string => path.join(root, 'runs', name);

function start(name: string, options: Partial<TrainOptions> = {}): Promise<TrainResult> {
  return train({ data, out: out(name), recipe, cacheDir: path.join(root, 'cache'), ...options });
}

const failure = (code: string, message: RegExp): object => ({ code, message: expect.stringMatching(message) });

describe('a finished training', () => {
  let result: TrainResult;
  const starts: TrainStart[] = [];
  beforeAll(async () => {
    result = await start('finished', { onStart: (one) => starts.push(one) });
  });

  it('leaves the run folder, without its checkpoint', async () => {
    const files = ['curves.png', 'curves.svg', 'history.csv', 'model.onnx', 'recipe.json'];
    expect((await readdir(out('finished'))).toSorted()).toEqual(files);
    expect(await readFile(path.join(out('finished'), 'curves.svg'), 'utf8')).toMatch(/^<svg[^]*baseline/);
    expect(parseHistoryCsv(await readFile(path.join(out('finished'), 'history.csv'), 'utf8'))).toEqual(result.history);
  });

  it('writes down every setting and what it was trained on', async () => {
    const file = path.join(out('finished'), 'recipe.json');
    expect(await loadRecipe(file)).toEqual({ ...recipe, threads: 1 });
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      run: {
        data,
        classNames: ['NORMAL', 'PNEUMONIA'],
        images: { train: 14, validation: 6 },
        leftOut: [],
        fingerprint: expect.stringMatching(/^[\da-f]{64}$/),
      },
    });
    expect(starts).toMatchObject([
      { trainImages: 14, validationImages: 6, parameterCount: 320 + 2048 * 128 + 128 + 129 },
    ]);
  });

  it('saves the weights of the best epoch: the model file gives its validation figures', async () => {
    const classifier = await loadClassifier(result.modelFile, { threads: 1 });
    const { metrics } = await evaluateFolder(classifier, path.join(data, 'validation'));
    const { valLoss, valAccuracy } = result.metrics;
    expect(metrics.loss).toBeCloseTo(valLoss as number, 5);
    expect(metrics.accuracy).toBe(valAccuracy);
    const { provenance, classes } = classifier.metadata;
    expect(classes.positive).toBe('PNEUMONIA');
    expect(provenance).toMatchObject({
      recipe: JSON.parse(JSON.stringify(result.recipe)),
      data: { images: 14, synthetic: false },
    });
    expect(provenance.scores).toMatchObject({ epoch: result.bestEpoch, valLoss });
    await classifier.close();
  });

  it('is not overwritten, and both ways out are told', async () => {
    await expect(start('finished')).rejects.toMatchObject(
      failure('E_USAGE', /already holds a training.*--resume.*another --out/),
    );
  });

  it.each([
    ['without its checkpoint', undefined],
    ['after a kill while its checkpoint was deleted', 'checkpoint-00000002.old'],
  ])('cannot be resumed %s', async (_, half) => {
    const checkpoint = path.join(out('finished'), 'checkpoint');
    if (half !== undefined) await mkdir(path.join(checkpoint, half), { recursive: true });
    const resuming = start('finished', { resume: true, overrides: { epochs: 3 } });
    await expect(resuming).rejects.toMatchObject(failure('E_CHECKPOINT', /is finished.*--keep-checkpoint/));
    expect(await readdir(out('finished'))).not.toContain('checkpoint');
  });
});

it('leaves a run folder alone in which another training is at work', async () => {
  const outcomes = await Promise.allSettled([start('contested'), start('contested')]);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  expect(failed?.reason).toMatchObject(failure('E_USAGE', /Another training .* is at work in .*contested/));
  await expect(start('contested')).rejects.toMatchObject(failure('E_USAGE', /already holds a training/));
});

it('writes nothing more once another training has its run folder', async () => {
  const folder = out('lost');
  let seen: unknown;
  const listFiles = async (): Promise<unknown> => {
    const names = (await readdir(folder, { recursive: true })).toSorted();
    const read = (name: string): Promise<string> => readFile(path.join(folder, name), 'base64').catch(() => 'a folder');
    return await Promise.all(names.map(async (name) => [name, await read(name)]));
  };
  const losing = start('lost', {
    overrides: { epochs: 50 },
    checkpointMinutes: 0,
    onEpoch: async ({ epoch }) => {
      if (epoch !== 2) return;
      await writeFile(path.join(folder, '.lock'), `${JSON.stringify({ host: 'another', pid: 7, since: 'now' })}\n`);
      seen = await listFiles();
    },
  });
  await expect(losing).rejects.toMatchObject(
    failure('E_CHECKPOINT', /belongs to another training now \(process 7, begun now\): this one stopped and wrote/),
  );
  expect(await listFiles()).toEqual(seen);
});

describe('resuming', () => {
  it('adds epochs to a finished training whose checkpoint was kept, as if it had had them from the beginning', async () => {
    const long = await start('long', { overrides: { epochs: 3 }, keepCheckpoint: true });
    await start('extended', { overrides: { epochs: 1 }, keepCheckpoint: true });
    const starts: TrainStart[] = [];
    const overrides = { epochs: 3 };
    // No recipe is named: the run's own goes on.
    const extended = await start('extended', {
      recipe: undefined,
      overrides,
      resume: true,
      keepCheckpoint: true,
      onStart: (one) => starts.push(one),
    });
    expect(starts[0]?.resumedFrom).toEqual({ epoch: 2, step: 4 });
    expect(extended.history.map(({ valLoss }) => valLoss)).toEqual(long.history.map(({ valLoss }) => valLoss));
    const weights = async (name: string): Promise<Buffer> => {
      const [newest] = await readdir(path.join(out(name), 'checkpoint'));
      return readFile(path.join(out(name), 'checkpoint', newest as string, 'weights.f32'));
    };
    expect((await weights('extended')).equals(await weights('long'))).toBe(true);
  });

  it('refuses other settings or data, and names them', async () => {
    const resume = { resume: true, keepCheckpoint: true };
    const faster = start('long', { ...resume, overrides: { learningRate: 0.5, epochs: 4 } });
    await expect(faster).rejects.toMatchObject(
      failure('E_CHECKPOINT', /: optimizer\.learningRate was 0\.001 and is 0\.5\. /),
    );
    const other = path.join(root, 'other');
    await writeTinyDataset(other, { side: 20, train: 14, validation: 6, seed: 9 });
    const elsewhere = start('long', { ...resume, data: other });
    await expect(elsewhere).rejects.toMatchObject(
      failure('E_CHECKPOINT', /: fingerprint of the images was "\w+" and is "\w+"\. /),
    );
    const wider = start('long', { ...resume, overrides: { imageSize: 18 } });
    await expect(wider).rejects.toMatchObject(
      failure('E_CHECKPOINT', /imageSize was 16 and is 18; .*tensors of the network/),
    );
  });

  it('refuses to end before what is done, and keeps the checkpoint', async () => {
    const before = await readdir(path.join(out('long'), 'checkpoint'));
    const fewer = start('long', { resume: true, overrides: { epochs: 2 } });
    await expect(fewer).rejects.toMatchObject(failure('E_USAGE', /3 epochs are done, but --epochs 2 was given/));
    const earlier = start('long', { resume: true, maxSteps: 5, overrides: { epochs: 3 } });
    await expect(earlier).rejects.toMatchObject(failure('E_USAGE', /12 steps are done, but --max-steps 5 was given/));
    expect(await readdir(path.join(out('long'), 'checkpoint'))).toEqual(before);
  });

  it('refuses a damaged checkpoint in one sentence', async () => {
    await cp(out('long'), out('damaged'), { recursive: true });
    const [newest] = await readdir(path.join(out('damaged'), 'checkpoint'));
    const file = path.join(out('damaged'), 'checkpoint', newest as string, 'velocity.f32');
    const bytes = await readFile(file);
    bytes[4321] = (bytes[4321] as number) ^ 1;
    await writeFile(file, bytes);
    const resuming = start('damaged', { resume: true, overrides: { epochs: 9 } });
    await expect(resuming).rejects.toMatchObject(failure('E_CHECKPOINT', /velocity\.f32 is damaged: .*checksum/));
  });

  it('begins at the beginning where there is nothing yet, as after a kill before the first checkpoint', async () => {
    const starts: TrainStart[] = [];
    const { history } = await start('early', { resume: true, maxSteps: 1, onStart: (one) => starts.push(one) });
    expect([starts[0]?.resumedFrom, history.length]).toEqual([undefined, 1]);
  });

  it('needs a recipe where there is nothing yet', async () => {
    const resuming = start('nothing', { resume: true, recipe: undefined });
    await expect(resuming).rejects.toMatchObject(failure('E_RECIPE', /holds no training to continue/));
  });
});

describe('progressive resizing', () => {
  let progressive: Recipe;
  beforeAll(() => {
    const overridden = overrideRecipe(recipe, { imageSize: 20, epochs: 4 });
    progressive = {
      ...overridden,
      network: 'small',
      schedule: { name: 'cosine', warmup: 1, final: 0.1 },
      averageDecay: 0.9,
      earlyStopping: null,
      progressiveResizing: { share: 0.5, scale: 0.8 },
    };
  });
  const newestWeights = async (name: string): Promise<Buffer> => {
    const [newest] = await readdir(path.join(out(name), 'checkpoint'));
    return await readFile(path.join(out(name), 'checkpoint', newest as string, 'weights.f32'));
  };
  const withoutTimes = ({ history }: TrainResult): object[] =>
    history.map(({ seconds: _, imagesPerSecond: __, ...figures }) => figures);

  it('trains the first epochs as on small images alone, the others on images of full size, which the model expects', async () => {
    const starts: TrainStart[] = [];
    const options = { recipe: progressive, keepCheckpoint: true, onStart: (one: TrainStart) => starts.push(one) };
    const result = await start('progressive', options);
    expect(starts.map(({ stages }) => stages)).toEqual([
      [
        { imageSize: 16, lastEpoch: 2 },
        { imageSize: 20, lastEpoch: 4 },
      ],
    ]);
    const { progressiveResizing: _, ...onlyOneSize } = progressive;
    const small = await start('small-images', { recipe: { ...onlyOneSize, imageSize: 16 } });
    const large = await start('large-images', { recipe: onlyOneSize });
    const [figures, ofSmall, ofLarge] = [withoutTimes(result), withoutTimes(small), withoutTimes(large)];
    expect(figures).toHaveLength(4);
    expect(figures.slice(0, 2)).toEqual(ofSmall.slice(0, 2));
    expect(figures[2]).not.toEqual(ofSmall[2]);
    expect(figures[2]).not.toEqual(ofLarge[2]);

    const classifier = await loadClassifier(result.modelFile, { threads: 1 });
    expect(classifier.metadata.preprocessing).toMatchObject({ width: 20, height: 20 });
    const { metrics } = await evaluateFolder(classifier, path.join(data, 'validation'));
    expect(metrics.loss).toBeCloseTo(result.metrics.valLoss as number, 5);
    await classifier.close();
  });

  it.each([
    ['within the first stage', 3],
    ['where the size changes', 8],
    ['within the second stage', 11],
  ])('goes on bit for bit after a stop %s', async (_where, maxSteps) => {
    const name = `progressive-${maxSteps}`;
    const stopped = await start(name, { recipe: progressive, keepCheckpoint: true, maxSteps });
    expect(stopped.history).toHaveLength(Math.ceil(maxSteps / 4));
    const resumed = await start(name, { recipe: progressive, keepCheckpoint: true, resume: true });
    expect(resumed.history).toHaveLength(4);
    expect((await newestWeights(name)).equals(await newestWeights('progressive'))).toBe(true);
  });

  it('writes a model for images of full size also where the steps end before the first of them', async () => {
    const { modelFile } = await start('progressive-short', { recipe: progressive, maxSteps: 1 });
    const classifier = await loadClassifier(modelFile, { threads: 1 });
    expect(classifier.metadata.preprocessing.width).toBe(20);
    const { metrics } = await evaluateFolder(classifier, path.join(data, 'validation'));
    expect(metrics.loss).toBeGreaterThan(0);
    await classifier.close();
  });

  it('leaves no epoch to small images where the share of so few epochs is none', async () => {
    const starts: TrainStart[] = [];
    await start('progressive-one', {
      recipe: progressive,
      overrides: { epochs: 1 },
      onStart: (one) => starts.push(one),
    });
    expect(starts[0]?.stages).toEqual([{ imageSize: 20, lastEpoch: 1 }]);
  });

  it.each<[string, Partial<Recipe>, RegExp]>([
    ['a network that counts on the size', { network: 'baseline' }, /baseline .*16 pixels do not fit those of 20/],
    [
      'images too small for the network',
      { progressiveResizing: { share: 0.5, scale: 0.5 } },
      /needs images of at least 16 pixels a side, but .*10/,
    ],
    [
      'early stopping',
      { earlyStopping: { monitor: 'val_loss', patience: 1, restoreBestWeights: false } },
      /progressiveResizing needs earlyStopping to be null/,
    ],
    [
      'no share',
      { progressiveResizing: { share: 0, scale: 0.5 } },
      /progressiveResizing\.share must be a number above 0 and below 1, but 0 was given/,
    ],
  ])('is refused for %s, before anything is written', async (name, change, message) => {
    const refused = start(`refused ${name}`, { recipe: { ...progressive, ...change } });
    await expect(refused).rejects.toMatchObject(failure('E_RECIPE', message));
    await expect(readdir(out(`refused ${name}`))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('counts on the number of epochs', async () => {
    const { schedule: _, ...constant } = progressive;
    await start('progressive-constant', { recipe: constant, keepCheckpoint: true, maxSteps: 1 });
    const longer = start('progressive-constant', { recipe: constant, overrides: { epochs: 6 }, resume: true });
    await expect(longer).rejects.toMatchObject(failure('E_CHECKPOINT', /epochs was 4 and is 6/));
  });
});

describe('what cannot be trained', () => {
  const edited = async (name: string, edit: (folder: string) => Promise<unknown>): Promise<string> => {
    const folder = path.join(root, name);
    await cp(data, folder, { recursive: true });
    await edit(folder);
    return folder;
  };

  it.each<[string, (folder: string) => Promise<unknown>, string, RegExp]>([
    [
      'no validation set',
      (f) => rm(path.join(f, 'validation'), { recursive: true }),
      'E_DATASET',
      /has no folder validation; .*dataset split/,
    ],
    [
      'no sets at all',
      (f) =>
        rename(path.join(f, 'train'), path.join(f, 'x')).then(() =>
          rm(path.join(f, 'validation'), { recursive: true }),
        ),
      'E_DATASET',
      /no folder train and no folder validation/,
    ],
    ['no such folder', (f) => rm(f, { recursive: true }), 'E_NOT_FOUND', /does not exist/],
    [
      'a class missing in validation',
      (f) => rm(path.join(f, 'validation', 'NORMAL'), { recursive: true }),
      'E_DATASET',
      /validation.* no image of the class NORMAL/,
    ],
    [
      'a class missing in train',
      (f) => rename(path.join(f, 'train', 'NORMAL'), path.join(f, 'train', 'HEALTHY')),
      'E_DATASET',
      /has images of the class NORMAL, which is not among HEALTHY, PNEUMONIA/,
    ],
    [
      'an empty class',
      (f) =>
        rm(path.join(f, 'train', 'NORMAL'), { recursive: true }).then(() => mkdir(path.join(f, 'train', 'NORMAL'))),
      'E_DATASET',
      /NORMAL has no image/,
    ],
  ])('%s', async (name, edit, code, message) => {
    const folder = await edited(name.replaceAll(' ', '-'), edit);
    await expect(start(`x-${name.replaceAll(' ', '-')}`, { data: folder })).rejects.toMatchObject(
      failure(code, message),
    );
  });

  it('unreadable images: all of both sets at once, or left out with a word', async () => {
    const folder = await edited('unreadable', async (f) => {
      await writeFile(path.join(f, 'train', 'NORMAL', '0.png'), '');
      await writeFile(path.join(f, 'validation', 'PNEUMONIA', '1.png'), 'not an image');
    });
    const refused = start('unreadable', { data: folder });
    await expect(refused).rejects.toMatchObject(
      failure('E_UNREADABLE_IMAGE', /^2 of 20 images [\s\S]*0\.png[\s\S]*1\.png/),
    );
    const warnings: string[] = [];
    const { unreadable } = await start('unreadable', {
      data: folder,
      skipUnreadable: true,
      maxSteps: 1,
      onWarning: (one) => warnings.push(one),
    });
    expect(unreadable.map(({ file }) => file)).toEqual(['train/NORMAL/0.png', 'validation/PNEUMONIA/1.png']);
    expect(warnings).toEqual(['2 unreadable images are left out: train/NORMAL/0.png, validation/PNEUMONIA/1.png']);
  });

  it('images too small for the network', async () => {
    const small = start('small', { recipe: { ...recipe, network: 'improved' } });
    await expect(small).rejects.toMatchObject(failure('E_RECIPE', /at least 32 pixels a side, but imageSize is 16/));
  });

  it('a run folder that is a file', async () => {
    await writeFile(path.join(root, 'file'), '');
    await expect(train({ data, out: path.join(root, 'file'), recipe, cacheDir: null })).rejects.toMatchObject(
      failure('E_DISK', /file/),
    );
  });

  it('an interrupted look at the images', async () => {
    const reason = new PneumoscopeError('E_INTERRUPTED', 'Stopped. Continue with: x --resume');
    const stopped = start('stopped', { signal: AbortSignal.abort(reason) });
    await expect(stopped).rejects.toMatchObject(
      failure('E_INTERRUPTED', /^preparing the images was stopped after 0 of 20\. Continue with: x --resume$/),
    );
  });
});

it('takes the positive class that was asked for', async () => {
  const result = await start('positive', { overrides: { positiveClass: 'NORMAL' }, maxSteps: 1 });
  expect(result.classNames).toEqual(['PNEUMONIA', 'NORMAL']);
  const wrong = start('wrong', { overrides: { positiveClass: 'COVID' } });
  await expect(wrong).rejects.toMatchObject(failure('E_DATASET', /COVID is not among the classes NORMAL, PNEUMONIA/));
});

it('never takes a class that means healthy for the positive one, whatever its sets are called', async () => {
  const folder = path.join(root, 'healthy');
  await writeTinyDataset(folder, { side: 20, train: 8, validation: 8, classNames: ['COVID', 'NORMAL'] });
  await rename(path.join(folder, 'train'), path.join(folder, 'Train'));
  await rename(path.join(folder, 'validation'), path.join(folder, 'VAL'));
  const result = await start('healthy', { data: folder, overrides: { epochs: 1 }, maxSteps: 1 });
  expect(result.classNames).toEqual(['NORMAL', 'COVID']);
  const named = { overrides: { epochs: 1, positiveClass: 'NORMAL' }, maxSteps: 1 };
  expect((await start('healthy-named', { data: folder, ...named })).classNames).toEqual(['COVID', 'NORMAL']);
});

it('trains on more than two classes', async () => {
  const folder = path.join(root, 'three');
  await writeTinyDataset(folder, { side: 20, train: 15, validation: 6, classNames: ['BACTERIA', 'NORMAL', 'VIRUS'] });
  const { modelFile, metrics } = await start('three', { data: folder, overrides: { epochs: 1 } });
  const classifier = await loadClassifier(modelFile, { threads: 1 });
  const evaluation = await evaluateFolder(classifier, path.join(folder, 'validation'));
  expect(evaluation.kind).toBe('multiclass');
  expect(evaluation.metrics.loss).toBeCloseTo(metrics.valLoss as number, 5);
  await classifier.close();
});
