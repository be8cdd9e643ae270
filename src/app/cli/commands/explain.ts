/** `pneumoscope explain`: what a model looked at, as heat maps, and whether they mean something. */
import type { Command } from 'commander';
import { PneumoscopeError } from '../../../base/errors.ts';
import type { RefusedFile } from '../../../model/explain/explain-files.ts';
import type { FailedFile } from '../../../model/use/classify-files.ts';
import type { Explainer, Method } from '../../../model/explain/explainer.ts';
import type { WeightTestOptions } from '../../../model/explain/shuffled-model.ts';
import { addModelOptions, addOutputOptions, runCommand, type CommandContext, type ModelOptions } from '../command.ts';
import type { WeightTest } from './explain-text.ts';
import type { ExplanationDocument } from './explanation-files.ts';
import { addImageFlags, imageFlagWords, readImageFlags, type ImageFlags } from '../image-flags.ts';
import { addModelWords, findModelWord, modelRule, noteDefaultModel } from '../model-words.ts';
import type { OutputOptions } from '../output.ts';
import { oneOf, path, wholeNumber } from '../values.ts';

interface ExplainOptions extends ModelOptions, OutputOptions, ImageFlags {
  readonly out: string;
  readonly method: 'grad-cam' | 'occlusion' | 'both';
  readonly class?: string;
  readonly checks?: boolean;
  readonly patch?: number;
  readonly stride?: number;
  readonly batchSize: number;
}

/** How much the randomised-weights test does: occlusion costs 225 runs of the network for each image and round. */
const weightTestSize = {
  'grad-cam': { images: 8, draws: 3, cascade: true },
  occlusion: { images: 2, draws: 1, cascade: false },
} as const;

export function registerExplain(program: Command): void {
  const command = program
    .command('explain')
    .description('draw heat maps of what a model used in images; not for diagnosis')
    .requiredOption('--out <folder>', 'folder for pictures, arrays and explanations.json', path('--out'))
    .option(
      '--method <name>',
      'grad-cam (fast), occlusion (slow, uses only the answers) or both',
      oneOf('--method', ['grad-cam', 'occlusion', 'both']),
      'grad-cam',
    )
    .option('--class <name>', 'the class to explain; default: for each image, the class that the model chose')
    .option('--checks', 'also check the maps: deletion and insertion curves, shuffled weights')
    .option(
      '--patch <pixels>',
      'width and height of the occluding patch; default: an eighth of the image',
      wholeNumber('--patch', { min: 1 }),
    )
    .option(
      '--stride <pixels>',
      'distance from one patch to the next; default: half a patch',
      wholeNumber('--stride', { min: 1 }),
    )
    .option(
      '--batch-size <number>',
      'images per run of the network',
      wholeNumber('--batch-size', { min: 1, max: 1024 }),
      16,
    )
    .addHelpText(
      'after',
      `
${modelRule}

For each image the command writes:
  NAME.png               a picture to look at
  NAME.json              figures
  NAME.METHOD.png        the overlay alone, for each method
  NAME.METHOD.npy        the map, float32, for numpy
  NAME.METHOD.grid.npy   the map before it was enlarged
It replaces files of these names.

Methods:
  grad-cam   where the last feature maps support the class, by their gradients (Selvaraju et al., 2017);
             about the cost of an answer
  occlusion  how far the class's logit falls when a grey patch covers a place (Zeiler and Fergus, 2014);
             some 225 answers per image

The DICOM header and the input guard refuse images, as in predict. A refused image gets no map, unless --ignore-header
or --ignore-guard is given.

${imageFlagWords}

A map shows where a model looked, not whether it is right. Beside each file stands the share of heat in the lungs
and in the border, compared with chance. --checks adds two checks:
  - deletion and insertion (Petsiuk et al., 2018): does the answer change sooner than for random maps when the hot
    places are removed, or shown alone?
  - shuffled weights (Adebayo et al., 2018): does the map change when the learned weights are destroyed? If not, it
    is worthless.

Examples:
  $ pneumoscope explain some-xray.jpeg --out heat
  $ pneumoscope explain runs/first/model.onnx image.jpeg --out heat
  $ pneumoscope explain runs/first/model.onnx data/test/PNEUMONIA --out heat --class PNEUMONIA
  $ pneumoscope explain runs/first/model.onnx image.jpeg --out heat --method both --checks --json | jq .weightTests`,
    );
  addModelWords(command, '<path...>', 'image files, folders of them (at any depth), or patterns in quotes');
  addOutputOptions(addModelOptions(addImageFlags(command))).action((words: string[], options: ExplainOptions) =>
    runCommand(options, 'Run the same command again: existing output is replaced', (context) =>
      explain(words, options, context),
    ),
  );
}

async function explain(
  words: readonly string[],
  options: ExplainOptions,
  { output, signal }: CommandContext,
): Promise<void> {
  const [{ findImages }, { describeAnswer, describePages }, { createExplainer }, { explainEach }, files] =
    await Promise.all([
      import('../../../data/folder/find-images.ts'),
      import('../../../model/use/answer.ts'),
      import('../../../model/explain/explainer.ts'),
      import('../../../model/explain/explain-files.ts'),
      import('./explanation-files.ts'),
    ]);
  const { out, batchSize, patch, stride, threads, device, skipUnreadable = false, checks = false } = options;
  if (options.method === 'grad-cam' && (patch !== undefined || stride !== undefined)) {
    const sentence = '--patch and --stride belong to occlusion; add --method occlusion or --method both';
    throw new PneumoscopeError('E_USAGE', sentence);
  }
  const methods: readonly Method[] = options.method === 'both' ? ['grad-cam', 'occlusion'] : [options.method];
  const { model, isDefault, rest: places } = await findModelWord(words);
  const images = await findImages(places);
  await files.prepareExplanationFolder(out, places, images);
  const names = new Map(files.nameExplanations(images).map((name, index) => [images[index] as string, name]));
  await using explainer = await createExplainer(model, { device, ...(threads === undefined ? {} : { threads }) });
  noteDefaultModel(output, isDefault, explainer.metadata);
  const { classes, preprocessing, provenance } = explainer.metadata;
  const synthetic = provenance.data.synthetic;
  const head = {
    version: 1,
    createdBy: 'pneumoscope',
    kind: 'explanation',
    model: { file: model, isDefault, classNames: classes.names, preprocessing, provenance },
  };
  const documents: ExplanationDocument[] = [];
  const refused: RefusedFile[] = [];
  const failed: FailedFile[] = [];
  const about = {
    target: options.class === undefined ? ('predicted' as const) : { class: options.class },
    patch,
    stride,
    signal,
    onProgress: (progress: Parameters<typeof output.progress>[0]) => output.progress(progress),
  };
  const explained = explainEach(explainer, images, {
    ...about,
    methods,
    batchSize,
    skipUnreadable,
    ...readImageFlags(options),
    ...(checks ? { curves: {} } : {}),
  });
  for await (const one of explained) {
    const pages = describePages('maps' in one ? one.answer : one, one.file);
    if (pages !== undefined) output.warn(pages);
    if ('maps' in one) {
      documents.push(
        await files.writeExplanation(out, names.get(one.file) as string, one, { synthetic, classes, head }),
      );
    } else if (one.status === 'refused') refused.push(one);
    else {
      output.warn(one.reason.sentence);
      failed.push(one);
    }
  }
  const weightTests: WeightTest[] = [];
  if (checks && documents.length > 0) {
    for (const method of methods)
      weightTests.push(await testWeights(explainer, method, documents, { ...about, ...options }));
  }
  const document = {
    ...head,
    kind: 'explanations',
    settings: { methods, class: options.class ?? null, checks },
    results: documents,
    refused: refused.map((answer) => ({ file: answer.file, ...describeAnswer(answer, classes) })),
    failed: failed.map((answer) => ({ file: answer.file, ...describeAnswer(answer, classes) })),
    weightTests,
  };
  await files.writeSummary(out, document);
  if (synthetic) output.note('This model was trained on synthetic phantoms: its maps of real X-rays mean nothing.');
  const { renderExplanations } = await import('./explain-text.ts');
  output.result(
    { ...document, out },
    () => `${renderExplanations(documents, refused, weightTests)}\n\nWritten to ${out}`,
  );
}

/** On images from the whole list: a folder begins with those of one class. */
async function testWeights(
  { classifier }: Explainer,
  method: Method,
  documents: readonly ExplanationDocument[],
  options: Omit<WeightTestOptions, 'method'>,
): Promise<WeightTest> {
  const { testModelWeights } = await import('../../../model/explain/shuffled-model.ts');
  const { images: most, ...size } = weightTestSize[method];
  const count = Math.min(most, documents.length);
  const chosen = Array.from(
    { length: count },
    (_, index) => documents[Math.floor((index * documents.length) / count)]?.file,
  );
  const images = await Promise.all(chosen.map((file) => classifier.prepare(file as string)));
  return { method, ...(await testModelWeights(classifier.path, images, { ...options, ...size, method })) };
}
