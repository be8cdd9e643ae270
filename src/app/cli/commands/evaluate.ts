/** `pneumoscope evaluate`: a study of a model on labelled images. */
import type { Command } from 'commander';
import type { Classifier } from '../../../model/use/classifier.ts';
import type { Evaluation } from '../../../study/evaluate/evaluate.ts';
import type { EvaluationStudy } from '../../../study/evaluate/study-evaluation.ts';
import type { TaskOptions } from '../../../base/tasks.ts';
import { PneumoscopeError } from '../../../base/errors.ts';
import { addModelOptions, addOutputOptions, runCommand, type CommandContext, type ModelOptions } from '../command.ts';
import { addModelWords, findModelAndFolder, modelRule, noteDefaultModel, toModelFile } from '../model-words.ts';
import type { Output, OutputOptions } from '../output.ts';
import { openFraction, path, wholeNumber } from '../values.ts';

interface EvaluateOptions extends ModelOptions, OutputOptions {
  readonly out?: string;
  readonly write?: string;
  readonly prevalence?: number;
  readonly groups?: string;
  readonly encoding?: string;
  readonly by?: readonly string[];
  readonly compare?: string;
  readonly replicates: number;
  readonly seed: number;
  readonly level: number;
  readonly force?: boolean;
}

export function registerEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('measure a model on labelled images, with intervals, subgroups and comparisons')
    .option('--out <folder>', 'write metrics.json, predictions.csv and the charts to this folder', path('--out'))
    .option('--write <file>', 'write the model with these figures to this file, which may be its own', path('--write'))
    .option(
      '--prevalence <share>',
      'restate PPV and NPV for this share of ill patients',
      openFraction('--prevalence', '0.05'),
    )
    .option(
      '--groups <file>',
      'CSV with a column file, and one column per property to group by (sex, age, ...)',
      path('--groups'),
    )
    .option('--encoding <name>', 'encoding of the table of --groups, such as gbk or windows-1252; default: UTF-8')
    .option('--by <column...>', 'columns for subgroups; germ needs no table; default: all of --groups')
    .option('--compare <model>', 'compare with another model on the same images, with p-values', path('--compare'))
    .option(
      '--replicates <number>',
      'draws of patients for the intervals',
      wholeNumber('--replicates', { min: 100, max: 100_000 }),
      2000,
    )
    .option('--seed <number>', 'the same seed gives the same intervals', wholeNumber('--seed', { min: 0 }), 0)
    .option('--level <share>', 'level of the intervals', openFraction('--level', '0.95'), 0.95)
    .option('--force', 'also evaluate on images that calibrate was fitted on')
    .addHelpText(
      'after',
      `
${modelRule}

evaluate reports these figures at the model's own threshold: sensitivity, specificity, PPV, NPV, accuracy, F1, MCC,
areas under the ROC and the precision-recall curve, Brier score, calibration error and loss.

Each figure has an interval from draws of whole patients. The patient of an image comes from a column patient of
--groups, from the manifest.json of the split, or from the file name. docs/evaluation.md explains every figure. A
model of more than two classes gets its figures without intervals.

--write puts figures, groups and what the uncertain band held into a model file. 'card' and the service's page
show them. Only figures from images that nothing was chosen on are written.

evaluate uses the model's calibration. It refuses images that calibrate was fitted on, because figures from them
are too good.

--groups names a table such as
  file,sex,age
  NORMAL/IM-0115-0001.jpeg,f,0-1

Examples:
  $ pneumoscope evaluate data/test
  $ pneumoscope evaluate runs/first/model.onnx data/test
  $ pneumoscope evaluate runs/first/model.onnx data --prevalence 0.05 --by germ --out runs/first/evaluation
  $ pneumoscope evaluate runs/first/model.onnx data --groups children.csv --by sex age
  $ pneumoscope evaluate runs/first/model.onnx data --compare runs/second/model.onnx
  $ pneumoscope evaluate runs/first/model.onnx data --by germ --write runs/first/model.onnx
  $ pneumoscope evaluate runs/first/model.onnx data/validation --json | jq .study.figures.rocAuc`,
    );
  addModelWords(command, '<folder>', 'one folder per class; or a split, whose test set is used');
  addOutputOptions(addModelOptions(command)).action((words: string[], options: EvaluateOptions) =>
    runCommand(options, 'Run the same command again', (context) => evaluate(words, options, context)),
  );
}

async function evaluate(
  words: readonly string[],
  options: EvaluateOptions,
  { output, signal }: CommandContext,
): Promise<void> {
  const { out, write, groups: table, by } = options;
  const { model, isDefault, folder } = await findModelAndFolder(words, 'a folder of labelled images');
  const compare = options.compare === undefined ? undefined : ((await toModelFile(options.compare)) ?? options.compare);
  const [{ readGroups }, { checkColumns, checkSameClasses, studyEvaluation }, files] = await Promise.all([
    import('../../../study/evaluate/groups-table.ts'),
    import('../../../study/evaluate/study-evaluation.ts'),
    import('./evaluation-files.ts'),
  ]);
  if (out !== undefined) await files.makeOutputFolder(out, folder);
  if (write !== undefined) await files.checkOutputFile(write);
  await using classifier = await openModel(model, options);
  await using other = compare === undefined ? undefined : await openModel(compare, options);
  const { classes, provenance } = classifier.metadata;
  noteDefaultModel(output, isDefault, classifier.metadata);
  // What can be refused is refused before the network has looked at thousands of images.
  refuseStudyOfManyClasses(model, classes.names, options);
  if (write !== undefined && options.force === true) {
    throw new PneumoscopeError(
      'E_USAGE',
      'Figures that --write puts into a model file are for others to believe, so it does not go with --force',
    );
  }
  if (other !== undefined) checkSameClasses(classes.names, other.classNames);
  const groups = table === undefined ? undefined : await readGroups(table, options.encoding);
  checkColumns({ groups, by });

  const task = { signal, onProgress: output.progress.bind(output) };
  const evaluation = await evaluateModel(classifier, folder, options, { output, task });
  for (const { reason } of evaluation.unreadable) output.warn(reason);
  const synthetic = provenance.data.synthetic ? ' with a model of synthetic phantoms' : '';
  output.note(`Evaluated ${evaluation.folder}${synthetic}.`);
  let study: EvaluationStudy | undefined;
  if (evaluation.kind === 'binary') {
    const compareWith = other === undefined ? undefined : await evaluateModel(other, folder, options, { output, task });
    study = await studyEvaluation(evaluation, {
      ...task,
      ...options,
      groups,
      ...(compareWith?.kind === 'binary' && { compareWith }),
    });
    for (const sentence of study.warnings) output.warn(sentence);
  }
  const { metrics, classNames, unreadable, imagesFittedOn, guard } = evaluation;
  if (guard !== null && guard.flagged + guard.refused > 0) {
    output.note(
      `The model's input guard would have refused ${guard.refused} and flagged ${guard.flagged} of these images.`,
    );
  }
  if (write !== undefined && evaluation.kind === 'binary' && study !== undefined) {
    const { toMeasuredModel, writeMeasuredModel } = await import('../../../study/evaluate/measured-model.ts');
    await writeMeasuredModel(model, toMeasuredModel(evaluation, study), write);
  }
  const { predictions: _, ...analyses } = study ?? {};
  const value = {
    model,
    defaultModel: isDefault,
    folder: evaluation.folder,
    classNames,
    positive: classes.positive,
    metrics,
    ...analyses,
    ...(compare !== undefined && { comparedWith: compare }),
    ...(write !== undefined && { modelWritten: write }),
    unreadable,
    imagesFittedOn,
    guard,
  };
  const failure =
    out === undefined ? undefined : await files.writeEvaluation(out, evaluation, value, study).catch(asError);
  // A disk that fills up must not cost the figures; but with --json there is one document, and that is the error then.
  if (failure instanceof Error && options.json === true) throw failure;
  const places = [
    ...(out === undefined || failure instanceof Error ? [] : [out]),
    ...(write === undefined ? [] : [`the model file ${write}`]),
  ];
  const written = places.length === 0 ? '' : `\n\nWritten to ${places.join(' and ')}`;
  output.result(value, () => files.renderEvaluation(evaluation, study, compare) + written);
  if (failure instanceof Error) throw failure;
}

async function openModel(model: string, { threads, device, write }: EvaluateOptions): Promise<Classifier> {
  const { loadClassifier } = await import('../../../model/use/classifier.ts');
  return loadClassifier(model, { device, threads, ignoreEvaluation: write !== undefined });
}

async function evaluateModel(
  classifier: Classifier,
  folder: string,
  { skipUnreadable = false, force }: EvaluateOptions,
  { output, task }: { readonly output: Output; readonly task: TaskOptions },
): Promise<Evaluation> {
  const [{ evaluateFolder }, { describeFittedOn, nameFitted }] = await Promise.all([
    import('../../../study/evaluate/evaluate.ts'),
    import('../../../model/file/fitted-on.ts'),
  ]);
  const evaluation = await evaluateFolder(classifier, folder, { ...task, skipUnreadable, force });
  if (evaluation.imagesFittedOn > 0) {
    output.warn(describeFittedOn(evaluation.imagesFittedOn, nameFitted(classifier.path, classifier.metadata)));
  }
  return evaluation;
}

/** The flags of a study would else be passed over in silence. */
function refuseStudyOfManyClasses(model: string, classNames: readonly string[], options: EvaluateOptions): void {
  if (classNames.length === 2) return;
  const flag = (['prevalence', 'groups', 'by', 'compare', 'write'] as const).find(
    (name) => options[name] !== undefined,
  );
  if (flag === undefined) return;
  const sentence = `--${flag} needs a model of two classes, but ${model} has ${classNames.length}`;
  throw new PneumoscopeError('E_USAGE', sentence);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
