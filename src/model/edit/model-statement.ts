/** What a publisher states of a model, from a JSON file into the model's file. */
import { readFile } from 'node:fs/promises';
import { refuse, systemErrorCode } from '../../base/errors.ts';
import { parseJson } from '../../base/files/parse-json.ts';
import { describeFaults } from '../../base/schema-faults.ts';
import { rewriteMetadata } from '../file/rewrite-metadata.ts';
import { statementSchema, type Statement } from '../file/statement.ts';

/** @throws PneumoscopeError E_NOT_FOUND; E_USAGE when it is not JSON, or no statement */
export async function readStatement(file: string): Promise<Statement> {
  let value: unknown;
  try {
    value = parseJson(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) refuse('E_USAGE', `${file} is not JSON (${error.message})`, error);
    refuse('E_NOT_FOUND', `The statement ${file} cannot be read (${systemErrorCode(error) ?? String(error)})`, error);
  }
  const result = statementSchema.safeParse(value);
  if (result.success) return result.data;
  const faults = describeFaults(statementSchema, value, result.error.issues);
  return refuse('E_USAGE', `${file} is no statement about a model (${faults}); see 'pneumoscope card --help'`);
}

/**
 * Writes the model with this statement, whole or not at all; all else is copied as it is.
 *
 * @param out a file to write instead of the model's own
 * @returns the file that was written
 * @throws PneumoscopeError E_DISK; E_NOT_FOUND, E_MODEL_FILE for the model
 */
export async function writeStatement(model: string, statement: Statement, out?: string): Promise<string> {
  return rewriteMetadata(model, (metadata) => ({ ...metadata, statement }), { out, ignoreStatement: true });
}
