/** The log of a quarantine: lines of JSON, first whose files they are, then one line per file, written before the file is moved. */
import path from 'node:path';
import { z } from 'zod';
import { isInside } from '../../base/files/inside.ts';
import { parseJson } from '../../base/files/parse-json.ts';
import { readLines } from '../../base/files/read-lines.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { describeFaults } from '../../base/schema-faults.ts';

export const logName = 'quarantine.jsonl';

const headSchema = z.strictObject({
  createdBy: z.literal('pneumoscope'),
  quarantine: z.literal(1),
  root: z.string().min(1),
});
const entrySchema = z.strictObject({
  /** relative to the data set's folder, with '/' */
  file: z.string().refine(staysInside, 'it leads out of the folder'),
  /** relative to the quarantine, with '/' */
  to: z.string().refine(staysInside, 'it leads out of the folder'),
  reason: z.string(),
});

export type QuarantineEntry = z.infer<typeof entrySchema>;

export interface QuarantineLogHead {
  /** real path of the data set's folder */
  readonly root: string;
  /** length up to the last line end */
  readonly wholeBytes: number;
}

export function renderLogHead(root: string): string {
  return `${JSON.stringify({ createdBy: 'pneumoscope', quarantine: 1, root })}\n`;
}

export function renderLogLine(entry: QuarantineEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/**
 * Reads a log line by line.
 *
 * @returns undefined for a log of which not even the first line was written
 * @throws PneumoscopeError E_DATASET: a line that this program did not write; errors of the file system as they are
 */
export async function readQuarantineLog(
  file: string,
  onEntry: (entry: QuarantineEntry) => void | Promise<void>,
): Promise<QuarantineLogHead | undefined> {
  let root: string | undefined;
  let wholeBytes = 0;
  let number = 0;
  for await (const { text, end, whole } of readLines(file)) {
    // Behind the last line end stands what a kill cut off; nothing was moved for it yet.
    if (!whole) break;
    number += 1;
    if (root === undefined) ({ root } = parseLine(headSchema, text, file, number));
    else await onEntry(parseLine(entrySchema, text, file, number));
    wholeBytes = end;
  }
  return root === undefined ? undefined : { root, wholeBytes };
}

function parseLine<T>(schema: z.ZodType<T>, text: string, file: string, line: number): T {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    value = undefined;
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = value === undefined ? 'it is not JSON' : describeFaults(schema, value, result.error.issues);
  const sentence = `${file}, line ${line}, is not one that this program wrote (${faults}); mend it, or move the files by hand`;
  throw new PneumoscopeError('E_DATASET', sentence);
}

/** A log says what to move where, so none of its paths may lead out of its folder. */
function staysInside(file: string): boolean {
  const root = path.resolve('/folder');
  const resolved = path.resolve(root, file);
  return resolved !== root && isInside(resolved, root);
}
