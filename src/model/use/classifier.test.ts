import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawImages, smallModel } from '../../../test/small-model.ts';
import { preprocess, writeNetworkInput } from '../../imaging/prepare/preprocess.ts';
import { buildInferenceGraph } from '../../engine/nn/network.ts';
import { decodeModel } from '../../engine/onnx/decode.ts';
import { encodeModel } from '../../engine/onnx/encode.ts';
import { Session } from '../../engine/runtime/session.ts';
import type { Tensors } from '../../engine/runtime/tensor.ts';
import { readModelHeader } from '../../engine/onnx/model-header.ts';
import { defaultModelPath } from '../file/default-model.ts';
import { requireAnswered } from './answer.ts';
import { loadClassifier, readModelMetadata } from './classifier.ts';
import { evaluateFolder } from '../../study/evaluate/evaluate.ts';
import { parseMetadata, renderMetadata } from '../file/metadata.ts';
import { saveModel, type TrainedModel } from '../file/model-file.ts';

let folder: string;
let images: string[];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'classifier-'));
  images = await drawImages(path.join(folder, 'images'), ['a.png', 'b.png', 'c.png', 'd.png', 'e.png']);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function save(model: TrainedModel, name = 'model.onnx'): Promise<string> {
  const file = path.join(folder, name);
  await saveModel(file, model);
  return file;
}

/** The logits of the network as it is in memory, its weights fed as inputs. */
async function computeLogits(
  { network, tensors, preprocessing }: TrainedModel,
  files: readonly string[],
  units: number,
): Promise<number[][]> {
  const graph = buildInferenceGraph(network);
  const session = await Session.create(graph, { threads: 1 });
  const size = preprocessing.width * preprocessing.height;
  const data = new Float32Array(files.length * size);
  for (const [index, file] of files.entries()) {
    writeNetworkInput(await preprocess(await readFile(file), file, preprocessing), preprocessing, data, index * size);
  }
  const weights = graph.inputs
    .slice(1)
    .map(({ name, shape }) => [name, { type: 'float32', shape, data: tensors[name]?.data }]);
  const logits = new Float32Array(files.length * units);
  await session.run(
    {
      ...(Object.fromEntries(weights) as Tensors),
      images: { type: 'float32', shape: [files.length, 1, 16, 16], data },
    },
    { logits: { type: 'float32', shape: [files.length, units], data: logits } },
  );
  await session.release();
  return files.map((_, index) => [...logits.subarray(index * units, (index + 1) * units)]);
}

describe('a saved model', () => {
  it('classifies as the network in memory does', async () => {
    const model = { ...smallModel(), threshold: 0.52 };
    await using classifier = await loadClassifier(await save(model), { threads: 1 });
    const expected = await computeLogits(model, images, 1);
    const answers = await classifier.classifyFiles(images, { batchSize: 2 });
    expect(answers.map(({ file }) => file)).toEqual(images);
    for (const [index, answer] of answers.entries()) {
      const { logits, probability, label, threshold } = requireAnswered(answer);
      const logit = (expected[index] as [number])[0];
      expect(logits[0]).toBeCloseTo(logit, 5);
      expect(probability).toBeCloseTo(1 / (1 + Math.exp(-logit)), 6);
      expect(threshold).toBe(0.52);
      expect(label).toBe(probability > 0.52 ? 'PNEUMONIA' : 'NORMAL');
    }
    // A test in which all images are alike would pass with any answer.
    expect(new Set(answers.map(({ probability }) => probability)).size).toBe(images.length);
  });

  it('tells more than two classes apart by a softmax', async () => {
    const model = smallModel(['bacteria', 'normal', 'virus']);
    await using classifier = await loadClassifier(await save(model), { threads: 1 });
    const [logits] = await computeLogits(model, images.slice(0, 1), 3);
    const answer = requireAnswered(await classifier.classify(images[0] as string));
    const powers = (logits as number[]).map(Math.exp);
    const sum = powers.reduce((total, power) => total + power, 0);
    answer.probabilities.forEach((probability, index) =>
      expect(probability).toBeCloseTo((powers[index] as number) / sum, 5),
    );
    expect(answer.label).toBe(model.classNames[powers.indexOf(Math.max(...powers))]);
    expect(answer).toMatchObject({ threshold: null, probability: Math.max(...answer.probabilities) });
  });

  it('reads an image from its path and from its bytes alike, with its own preprocessing', async () => {
    const model = smallModel();
    const darker: TrainedModel = { ...model, preprocessing: { ...model.preprocessing, rescale: 1 / 510 } };
    await using classifier = await loadClassifier(await save(model), { threads: 1 });
    await using dark = await loadClassifier(await save(darker, 'dark.onnx'), { threads: 1 });
    const file = images[0] as string;
    const answer = requireAnswered(await classifier.classify(file));
    expect(await classifier.classify(await readFile(file))).toEqual(answer);
    const darkAnswer = requireAnswered(await dark.classify(file));
    expect(darkAnswer.logits[0]).toBeCloseTo((await computeLogits(darker, [file], 1))[0]?.[0] as number, 5);
    expect(darkAnswer.logits[0]).not.toBeCloseTo(answer.logits[0] as number, 3);
  });

  it('carries its metadata, and is the same file for the same model', async () => {
    const model = smallModel();
    const file = await save(model);
    expect(await readModelMetadata(file)).toEqual({
      classes: { names: ['NORMAL', 'PNEUMONIA'], positive: 'PNEUMONIA', threshold: 0.5, output: 'sigmoid' },
      preprocessing: model.preprocessing,
      provenance: {
        ...model.provenance,
        createdBy: expect.stringMatching(/^pneumoscope \d/) as string,
        licence: 'not stated',
        intendedUse: expect.stringContaining('Not a medical device') as string,
      },
    });
    expect(await readFile(await save(model, 'again.onnx'))).toEqual(await readFile(file));
    const { graph } = decodeModel(await readFile(file), file);
    expect(graph.inputs).toEqual([{ name: 'images', type: 'float32', shape: ['N', 1, 16, 16] }]);
    expect(graph.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['logits', ['N', 1]],
      ['probability', ['N', 1]],
    ]);
  });

  it('is refused when weights, classes or preprocessing do not fit, and leaves no half of a file', async () => {
    const model = smallModel();
    const mismatch = expect.objectContaining({ code: 'E_SHAPE_MISMATCH' }) as unknown;
    await expect(save({ ...model, classNames: ['a', 'b', 'c'] })).rejects.toEqual(mismatch);
    await expect(save({ ...model, tensors: {} })).rejects.toEqual(mismatch);
    await expect(save({ ...model, preprocessing: { ...model.preprocessing, width: 17 } })).rejects.toEqual(mismatch);
    await expect(save({ ...model, threshold: 2 })).rejects.toMatchObject({ code: 'E_MODEL_FILE' });
    await writeFile(path.join(folder, 'file'), '');
    await expect(saveModel(path.join(folder, 'file', 'm.onnx'), model)).rejects.toMatchObject({ code: 'E_DISK' });
  });
});

describe('classifyFiles', () => {
  it('names all unreadable files at once, or leaves them out', async () => {
    await writeFile(path.join(folder, 'bad.jpeg'), 'not an image');
    await writeFile(path.join(folder, 'empty.png'), '');
    const files = [
      images[0] as string,
      path.join(folder, 'bad.jpeg'),
      images[1] as string,
      path.join(folder, 'empty.png'),
      path.join(folder, 'none.png'),
    ];
    await using classifier = await loadClassifier(await save(smallModel()), { threads: 1 });
    await expect(classifier.classifyFiles(files, { batchSize: 1 })).rejects.toMatchObject({
      code: 'E_UNREADABLE_IMAGE',
      message: expect.stringMatching(/^3 of 5 .*bad\.jpeg .*empty\.png .*none\.png /s) as string,
    });
    const answers = await classifier.classifyFiles(files, { skipUnreadable: true, batchSize: 2 });
    expect(answers.map(({ file }) => file)).toEqual(files);
    expect(answers.map(({ status, reason }) => [status, reason?.code ?? null])).toEqual([
      ['answered', null],
      ['failed', 'not-an-image'],
      ['answered', null],
      ['failed', 'empty'],
      ['failed', 'not-found'],
    ]);
  });

  it('stops when asked to', async () => {
    await using classifier = await loadClassifier(await save(smallModel()), { threads: 1 });
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    await expect(
      classifier.classifyFiles(images, { batchSize: 1, signal: controller.signal, onProgress }),
    ).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
  });
});

describe('loadClassifier', () => {
  const refused = (message: RegExp): unknown =>
    expect.objectContaining({ code: 'E_MODEL_FILE', message: expect.stringMatching(message) as string });

  it('refuses a file that is cut short, damaged, or of another program, in one sentence', async () => {
    const bytes = await readFile(await save(smallModel()));
    const load = async (content: Uint8Array): Promise<unknown> => {
      const file = path.join(folder, 'hostile.onnx');
      await writeFile(file, content);
      return loadClassifier(file);
    };
    await expect(load(bytes.subarray(0, bytes.length / 2))).rejects.toEqual(
      refused(/hostile\.onnx is not a complete .onnx model/),
    );
    await expect(load(Buffer.from('GIF89a not a model'))).rejects.toEqual(refused(/not a complete/));
    const { graph, metadata } = decodeModel(bytes);
    await expect(load(encodeModel(graph))).rejects.toEqual(
      refused(/of the program 'pneumoscope', without the class names/),
    );
    await expect(load(encodeModel(graph, { metadata: { ...metadata, 'pneumoscope.format': '2' } }))).rejects.toEqual(
      refused(/format 2, where this version knows format 1; update/),
    );
    await expect(load(encodeModel(graph, { metadata: { ...metadata, 'pneumoscope.classes': '{' } }))).rejects.toEqual(
      refused(/is not JSON/),
    );
    await expect(load(encodeModel(graph, { metadata: { ...metadata, other: 'x' } }))).resolves.toMatchObject({
      classNames: ['NORMAL', 'PNEUMONIA'],
    });
    const broken = {
      ...graph,
      nodes: graph.nodes.map((node) => ({ ...node, op: node.op === 'Conv' ? 'Nonsense' : node.op })),
    };
    await expect(load(encodeModel(broken, { metadata }))).rejects.toEqual(refused(/cannot be run/));
  });

  it('refuses a graph that is not the classifier which the metadata promise', async () => {
    const { graph, metadata } = decodeModel(await readFile(await save(smallModel())));
    const file = path.join(folder, 'swapped.onnx');
    await writeFile(file, encodeModel({ ...graph, outputs: graph.outputs.slice(0, 1) }, { metadata }));
    await expect(loadClassifier(file)).rejects.toEqual(refused(/cannot be run \(it has no output probability\)/));
    const classes = { names: ['a', 'b', 'c'], positive: null, threshold: null, output: 'softmax' };
    await writeFile(
      file,
      encodeModel(graph, { metadata: { ...metadata, 'pneumoscope.classes': JSON.stringify(classes) } }),
    );
    await using classifier = await loadClassifier(file);
    await expect(classifier.classify(images[0] as string)).rejects.toEqual(refused(/cannot be run/));
  });

  it('says that a probability is not a number', async () => {
    const model = smallModel();
    const tensors = { ...model.tensors, 'dense/bias': { data: Float32Array.of(NaN) } };
    await using classifier = await loadClassifier(await save({ ...model, tensors }));
    await expect(classifier.classify(images[0] as string)).rejects.toMatchObject({ code: 'E_NOT_FINITE' });
  });
});

describe('parseMetadata', () => {
  it.each([
    [
      'classes',
      { names: ['a'], positive: null, threshold: null, output: 'softmax' },
      'names must be an array of 2 to 10000, each a text of 1 to 255 characters, but ["a"] was given',
    ],
    ['classes', { names: ['a', 'a'], positive: 'a', threshold: 0.5, output: 'sigmoid' }, 'a class is named twice'],
    [
      'classes',
      { names: ['a', 'b'], positive: 'a', threshold: 0.5, output: 'sigmoid' },
      'positive class and threshold belong to two classes, and only to them',
    ],
    [
      'classes',
      { names: ['a', 'b'], positive: 'b', threshold: 1.5, output: 'sigmoid' },
      'threshold must be a number from 0 to 1 or null, but 1.5 was given',
    ],
    [
      'classes',
      { names: ['a', 'b'], positive: 'b', threshold: 0.5, output: 'sigmoid', extra: 1 },
      'extra is not a field: known are names, positive, threshold, output',
    ],
    [
      'preprocessing',
      { version: 2, width: 16, height: 16, channels: 1, resize: 'nearest', rescale: 1 },
      'version must be 1, but 2 was given',
    ],
    ['provenance', { seed: -1 }, 'seed must be a whole number of at least 0, but -1 was given'],
  ])('refuses %s %j', (entry, value, fault) => {
    const { network: _network, tensors: _tensors, classNames: names, preprocessing, provenance } = smallModel();
    const texts = renderMetadata({
      classes: { names, positive: 'PNEUMONIA', threshold: 0.5, output: 'sigmoid' },
      preprocessing,
      provenance: {
        ...provenance,
        createdBy: 'x',
        createdAt: '2026-01-02T03:04:05.000Z',
        licence: '',
        intendedUse: '',
      },
    });
    expect(() => parseMetadata({ producer: '', metadata: texts }, 'm')).not.toThrow();
    const metadata = { ...texts, [`pneumoscope.${entry}`]: JSON.stringify(value) };
    expect(() => parseMetadata({ producer: '', metadata }, 'm')).toThrow(
      expect.objectContaining({ code: 'E_MODEL_FILE', message: expect.stringContaining(fault) as string }),
    );
    expect(() => parseMetadata({ producer: '', metadata: { ...texts, 'pneumoscope.future': '1' } }, 'm')).toThrow(
      /unknown entry pneumoscope\.future/,
    );
  });
});

describe('a damaged guard', () => {
  it.each(['mean', 'components', 'variances'])(
    'of which %s is not base64 is refused in one sentence',
    async (field) => {
      const header = await readModelHeader(defaultModelPath());
      const guard = JSON.parse(header.metadata['pneumoscope.guard'] as string) as Record<string, string>;
      const text = guard[field] as string;
      const damaged = { ...guard, [field]: `${text.slice(0, 9)}!${text.slice(10)}` };
      const metadata = { ...header.metadata, 'pneumoscope.guard': JSON.stringify(damaged) };
      expect(() => parseMetadata({ ...header, metadata }, 'm.onnx')).toThrow(
        expect.objectContaining({
          code: 'E_MODEL_FILE',
          message: expect.stringMatching(
            new RegExp(
              `^m\\.onnx has an entry pneumoscope\\.guard that does not fit \\(${field} must be a text in base64, but `,
            ),
          ) as string,
        }),
      );
    },
  );
});

describe('evaluateFolder', () => {
  it('gives figures in file order, of the folder or of its test set', async () => {
    const names = ['NORMAL/1.png', 'NORMAL/2.png', 'PNEUMONIA/1.png', 'PNEUMONIA/10.png', 'PNEUMONIA/2.png'];
    const root = path.join(folder, 'split');
    const files = await drawImages(path.join(root, 'test'), names);
    await using classifier = await loadClassifier(await save(smallModel()), { threads: 1 });
    const evaluation = await evaluateFolder(classifier, root);
    expect(evaluation).toMatchObject({
      kind: 'binary',
      folder: path.join(root, 'test'),
      classNames: ['NORMAL', 'PNEUMONIA'],
    });
    expect(evaluation.predictions.map(({ file, label }) => [file, label])).toEqual(
      names.map((name) => [name, Number(name.startsWith('P'))]),
    );
    const probabilities = await Promise.all(
      files.map(async (file) => requireAnswered(await classifier.classify(file)).probability),
    );
    const correct = probabilities.filter((probability, index) => probability > 0.5 === index >= 2).length;
    expect(evaluation.metrics.accuracy).toBe(correct / 5);
    expect(await evaluateFolder(classifier, path.join(root, 'test'))).toEqual(evaluation);
  });

  it('says which classes the model knows when the folders are others', async () => {
    await drawImages(path.join(folder, 'pets'), ['cats/1.png', 'dogs/1.png']);
    await using classifier = await loadClassifier(await save(smallModel()), { threads: 1 });
    await expect(evaluateFolder(classifier, path.join(folder, 'pets'))).rejects.toMatchObject({
      code: 'E_DATASET',
      message: expect.stringMatching(
        /the folders cats, dogs in it, but the model knows the classes NORMAL, PNEUMONIA/,
      ) as string,
    });
    await expect(evaluateFolder(classifier, path.join(folder, 'none'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });
});
