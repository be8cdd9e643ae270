/**
 * Which of a command's words is the model. It comes first, and may be left out: then the model that comes with the package is used. So that
 * nobody has to guess, the first word is the model if and only if
 *
 *   - it ends in `.onnx`, whether or not there is such a file, or
 *   - it is a folder with a `model.onnx` in it, such as `train` writes, or
 *   - it is a file that is an ONNX model, whatever it is called.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { defaultModelPath, describeDefaultModel } from '../../model/file/default-model.ts';
import type { ClassifierMetadata } from '../../model/file/metadata.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { readModelHeader } from '../../engine/onnx/model-header.ts';
import type { Output } from './output.ts';
import { path as pathValue } from './values.ts';

export interface ModelWords {
  /** A file. */
  readonly model: string;
  /** Whether none was named. */
  readonly isDefault: boolean;
  /** The words behind it. */
  readonly rest: readonly string[];
}

/** For the help of each such command. */
export const modelRule = `The first argument is the model if it ends in .onnx, is a folder with a model.onnx in it, or is an ONNX file.
Otherwise the command uses the model of this package and says so. PNEUMOSCOPE_MODEL=FILE names another one.`;

/**
 * Declares `[model]` and what follows it: to the parser one list of words, in the help two arguments.
 *
 * @param rest such as `<path...>`
 */
export function addModelWords(command: Command, rest: string, description: string): Command {
  const check = pathValue('The model or path');
  return command
    .argument(`<${rest.replaceAll(/[<>.]/g, '')}...>`, '', (text: string, words: readonly string[] | undefined) => [
      ...(words ?? []),
      check(text),
    ])
    .usage(`[options] [model] ${rest}`)
    .configureHelp({
      visibleArguments: () => [
        command.createArgument(
          '[model]',
          'a model.onnx that train wrote, or its folder; default: the one of this package',
        ),
        command.createArgument(rest, description),
      ],
      argumentTerm: (argument) => (argument.required ? argument.name() : `[${argument.name()}]`),
    });
}

/** @throws PneumoscopeError E_USAGE for a model without a word behind it; E_NOT_FOUND when none is named and the package has none */
export async function findModelWord(words: readonly string[]): Promise<ModelWords> {
  const [first, ...rest] = words as readonly [string, ...string[]];
  const model = await toModelFile(first);
  if (model === undefined) return { model: defaultModelPath(), isDefault: true, rest: words };
  if (rest.length === 0) {
    throw new PneumoscopeError('E_USAGE', `${first} is a model; name image files, folders or patterns after it`);
  }
  return { model, isDefault: false, rest };
}

/**
 * For commands that take one folder behind the model: of two words the first is the model, whatever it is.
 *
 * @param folder what the folder is, for the error
 * @throws PneumoscopeError E_USAGE for a model without a folder, and for more than two words; E_NOT_FOUND as {@link findModelWord}
 */
export async function findModelAndFolder(
  words: readonly string[],
  folder: string,
): Promise<Omit<ModelWords, 'rest'> & { readonly folder: string }> {
  const [first, second, ...more] = words as readonly [string, ...string[]];
  if (more.length > 0) {
    throw new PneumoscopeError(
      'E_USAGE',
      `One model and ${folder} are expected, but ${words.length} arguments were given`,
    );
  }
  if (second !== undefined) {
    return { model: (await toModelFile(first)) ?? first, isDefault: false, folder: second };
  }
  if ((await toModelFile(first)) !== undefined) {
    throw new PneumoscopeError('E_USAGE', `${first} is a model; name ${folder} after it`);
  }
  return { model: defaultModelPath(), isDefault: true, folder: first };
}

/** The file of the model that a word names; undefined when it names none. */
export async function toModelFile(word: string): Promise<string | undefined> {
  const entry = await stat(word).catch(() => undefined);
  if (entry?.isDirectory() === true) {
    const inside = path.join(word, 'model.onnx');
    const isRun = (await stat(inside).catch(() => undefined))?.isFile() === true;
    if (isRun) return inside;
  }
  if (/\.onnx$/i.test(word)) return word;
  if (entry?.isFile() !== true) return undefined;
  const isModel = await readModelHeader(word).then(
    () => true,
    () => false,
  );
  return isModel ? word : undefined;
}

/** Says that a model was used that nobody named. */
export function noteDefaultModel(output: Output, isDefault: boolean, metadata: ClassifierMetadata): void {
  if (!isDefault) return;
  const { recipe } = metadata.provenance;
  output.note(describeDefaultModel(typeof recipe['name'] === 'string' ? recipe['name'] : 'without a name'));
}
