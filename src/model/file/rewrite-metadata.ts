/** A model file with something else said in it: the graph and the entries of other programs are copied as they are. */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { realpathOfMissing } from '../../base/files/inside.ts';
import { writeFileWhole } from '../../base/files/write-file.ts';
import { readModelHeader } from '../../engine/onnx/model-header.ts';
import { replaceMetadata } from '../../engine/onnx/replace-metadata.ts';
import {
  foreignEntries,
  parseMetadata,
  renderMetadata,
  type ClassifierMetadata,
  type ParseOptions,
} from './metadata.ts';

/**
 * Writes the file whole or not at all; a link stays a link, and what it leads to is replaced.
 *
 * @param change makes the new metadata of the file's own
 * @param options.out a file to write instead of the model's own
 * @returns the file that was written
 * @throws PneumoscopeError E_DISK; E_NOT_FOUND, E_MODEL_FILE for the model
 */
export async function rewriteMetadata(
  model: string,
  change: (metadata: ClassifierMetadata) => ClassifierMetadata,
  { out, ...options }: ParseOptions & { readonly out?: string | undefined } = {},
): Promise<string> {
  const header = await readModelHeader(model);
  const texts = renderMetadata(change(parseMetadata(header, model, options)));
  const file = out === undefined ? await realpath(model) : await realpathOfMissing(path.resolve(out));
  await writeFileWhole(file, replaceMetadata(model, { ...foreignEntries(header), ...texts }));
  return out ?? model;
}
