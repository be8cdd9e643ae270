/** The text of a table, a piece at a time: bytes that are not of its encoding are refused with their line, because replaced ones would merge names. */
import { createReadStream } from 'node:fs';
import { budgets, describeBudget } from '../budgets.ts';
import { PneumoscopeError } from '../errors.ts';
import { openDecoder, tryDecode } from './decode-text.ts';

/** What a line ends with, in every encoding but UTF-16. */
const lineFeed = 10;
const maximumLine = budgets.tableLineBytes;

/**
 * @param encoding by its name in the Encoding Standard; default: UTF-8, or UTF-16 where a byte-order mark says so
 * @throws PneumoscopeError E_USAGE: an unknown encoding; E_DATASET: bytes that are none of it, or an endless line; errors of the file
 * system as they are
 */
export async function* readTableText(file: string, encoding: string | undefined): AsyncGenerator<string> {
  let decoder = openDecoder(encoding ?? 'utf-8');
  let held: Buffer = Buffer.alloc(0);
  let line = 1;
  let isFirst = true;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    if (isFirst && encoding === undefined) decoder = openDecoder(sayEncoding(chunk));
    isFirst = false;
    if (isWide(decoder)) {
      yield decodeWide(decoder, chunk, true, file);
      continue;
    }
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const end = bytes.lastIndexOf(lineFeed) + 1;
    held = bytes.subarray(end);
    if (held.length > maximumLine.limit) refuseEndless(file, line);
    if (end === 0) continue;
    yield decodeLines(decoder, bytes.subarray(0, end), { file, line, encoding });
    line += countLines(bytes.subarray(0, end));
  }
  if (isWide(decoder)) yield decodeWide(decoder, held, false, file);
  else yield decodeLines(decoder, held, { file, line, encoding });
}

function sayEncoding(start: Buffer): string {
  const mark = start.subarray(0, 2).toString('hex');
  return mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
}

function isWide({ encoding }: { readonly encoding: string }): boolean {
  return encoding.startsWith('utf-16');
}

/** Half a character may stand at the end of a piece. */
function decodeWide(decoder: ReturnType<typeof openDecoder>, bytes: Buffer, stream: boolean, file: string): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch (error) {
    throw new PneumoscopeError('E_DATASET', `${file} is cut off, or not UTF-16 text; save the table as 'CSV UTF-8'`, {
      cause: error,
    });
  }
}

/** @param at.line the number of the first line */
function decodeLines(
  decoder: ReturnType<typeof openDecoder>,
  bytes: Buffer,
  at: { readonly file: string; readonly line: number; readonly encoding: string | undefined },
): string {
  const text = tryDecode(decoder, bytes);
  if (text !== undefined) return text;
  let { line } = at;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(lineFeed, start) + 1 || bytes.length;
    if (tryDecode(decoder, bytes.subarray(start, end)) === undefined) break;
    start = end;
  }
  const remedy =
    at.encoding === undefined
      ? "save the table as 'CSV UTF-8', or name its encoding with --encoding, such as gbk, shift_jis or windows-1252"
      : 'name another --encoding';
  const what = at.encoding === undefined ? 'UTF-8' : at.encoding;
  throw new PneumoscopeError('E_DATASET', `${at.file}, line ${line}, is not ${what} text; ${remedy}`);
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) lines += 1;
  return lines;
}

function refuseEndless(file: string, line: number): never {
  const limit = describeBudget(maximumLine);
  throw new PneumoscopeError(
    'E_DATASET',
    `${file}, line ${line}, is longer than ${limit}; name a table of comma-separated values`,
  );
}
