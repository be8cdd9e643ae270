/** The log of a quarantine: lines of JSON, first whose files they are, then one line per file, written before the file is moved. */
import path from 'node:path';
import { z } from 'zod';
import { isInside } from '../data/inside.ts';
import { PneumoscopeError } from '../errors.ts';

export const logName = 'quarantine.jsonl';

const headSchema = z.strictObject({
  createdBy: z.literal('pneumoscope'),
  quarantine: z.literal(1),
  root: z.string().min(1),
});
const entrySchema = z.strictObject({
  /** relative to the data set's folder, with '/' */
  file: z.string().refine(staysInside, 'leads out of the folder'),
  /** relative to the quarantine, with '/' */
  to: z.string().refine(staysInside, 'leads out of the folder'),
  reason: z.string(),
});

export type QuarantineEntry = z.infer<typeof entrySchema>;

export interface QuarantineLog {
  /** real path of the data set's folder */
  readonly root: string;
  readonly entries: readonly QuarantineEntry[];
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
 * @param file the name that error sentences use
 * @returns undefined for a log of which not even the first line was written
 * @throws PneumoscopeError E_DATASET: a line that this program did not write
 */
export function parseQuarantineLog(text: string, file: string): QuarantineLog | undefined {
  // Behind the last line end stands what a kill cut off; nothing was moved for it yet.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole === '') return undefined;
  const [head = '', ...lines] = whole.slice(0, -1).split('\n');
  return {
    root: parseLine(headSchema, head, file, 1).root,
    entries: lines.map((line, index) => parseLine(entrySchema, line, file, index + 2)),
    wholeBytes: Buffer.byteLength(whole),
  };
}

function parseLine<T>(schema: z.ZodType<T>, text: string, file: string, line: number): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const why = result.error.issues[0]?.message ?? 'unknown form';
  const sentence = `${file}, line ${line}, is not one that this program wrote: ${why}; mend it, or move the files by hand`;
  throw new PneumoscopeError('E_DATASET', sentence);
}

/** A log says what to move where, so none of its paths may lead out of its folder. */
function staysInside(file: string): boolean {
  const root = path.resolve('/folder');
  const resolved = path.resolve(root, file);
  return resolved !== root && isInside(resolved, root);
}
