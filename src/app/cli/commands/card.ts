/** `pneumoscope card`: the model card, from what the model file says; and what its publisher states of it, into the file. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { addOutputOptions, runCommand } from '../command.ts';
import { modelRule, noteDefaultModel, toModelFile } from '../model-words.ts';
import type { Output, OutputOptions } from '../output.ts';
import { path } from '../values.ts';

interface CardOptions extends OutputOptions {
  readonly statement?: string;
  readonly out?: string;
}

export function registerCard(program: Command): void {
  const command = program
    .command('card')
    .description("print a model's card: of whom its images are, how often it errs, how it fails")
    .argument(
      '[model]',
      'a model.onnx that train wrote, or its folder; default: the one of this package',
      path('The model'),
    )
    .option(
      '--statement <file>',
      "JSON: what you state of the model; it is written into the model's file",
      path('--statement'),
    )
    .option('--out <file>', 'with --statement: write the model to this file instead of its own', path('--out'))
    .addHelpText(
      'after',
      `
${modelRule}

The card is Markdown. All of it comes from the model's file: train, calibrate and evaluate --write put figures there,
and --statement what no program can measure. docs/model-files.md shows a statement. It has these fields:

  ages        {"low": 1, "high": 5}, in years, or null
  hospitals   where the training images were taken, one text each
  source      the data set
  labels      who labelled the images, and from what
  limits      known failures, one text each

A text is {"en": "..."}, with other languages beside it: {"en": "...", "zh-Hans": "..."}.

Examples:
  $ pneumoscope card
  $ pneumoscope card runs/first > card.md
  $ pneumoscope card runs/first --statement statement.json
  $ pneumoscope card --json | jq .statement`,
    );
  addOutputOptions(command).action((word: string | undefined, options: CardOptions) =>
    runCommand(options, 'Run the same command again', ({ output }) => card(word, options, output)),
  );
}

async function card(word: string | undefined, { statement, out }: CardOptions, output: Output): Promise<void> {
  const [{ refuse }, { defaultModelPath }, { readModelMetadata }, { renderModelCard }] = await Promise.all([
    import('../../../base/errors.ts'),
    import('../../../model/file/default-model.ts'),
    import('../../../model/use/classifier.ts'),
    import('../../../study/pages/model-card.ts'),
  ]);
  const isDefault = word === undefined;
  const model = word === undefined ? defaultModelPath() : ((await toModelFile(word)) ?? word);
  if (out !== undefined && statement === undefined) {
    refuse(
      'E_USAGE',
      '--out names the model that --statement writes, which is missing; send the card elsewhere with >',
    );
  }
  if (isDefault && statement !== undefined && out === undefined) {
    refuse('E_USAGE', 'The model that comes with this package is not changed; say with --out where to write it');
  }
  let file = model;
  if (statement !== undefined) {
    const [{ readStatement, writeStatement }, { checkOutputFile }] = await Promise.all([
      import('../../../model/edit/model-statement.ts'),
      import('./evaluation-files.ts'),
    ]);
    const stated = await readStatement(statement);
    await checkOutputFile(out ?? model);
    file = await writeStatement(model, stated, out);
    output.note(`Written to ${file}`);
  }
  const metadata = await readModelMetadata(file);
  noteDefaultModel(output, isDefault, metadata);
  const { statement: stated = null, evaluation = null } = metadata;
  const text = renderModelCard(metadata, basename(file));
  output.result({ model: file, statement: stated, evaluation, card: text }, () => text.trimEnd());
}
