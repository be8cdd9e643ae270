/** Tables of the documentation that list what the code has. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { documentedRoutes } from '../src/app/server/openapi.ts';
import { problems } from '../src/app/server/problems.ts';
import { errorCodes } from '../src/base/errors.ts';

/** The cells of a Markdown table, found by its titles; code marks are left out. */
function readTable(file: string, titles: readonly string[]): readonly (readonly string[])[] {
  const text = readFileSync(new URL(`../docs/${file}`, import.meta.url), 'utf8');
  const tables = text.split('\n\n').map((block) =>
    block.split('\n').map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    ),
  );
  const [, , ...rows] = tables.find(([head]) => head?.join('|') === titles.join('|')) ?? [];
  return rows.map((row) => row.map((cell) => cell.replaceAll('`', '')));
}

describe('the documentation', () => {
  it('lists every error code with its exit code, meaning and problem', () => {
    const rows = Object.entries(errorCodes).map(([code, row]) => [code, `${row.exitCode}`, row.meaning, row.problem]);
    expect(readTable('error-codes.md', ['code', 'exit code', 'meaning', 'problem of the service'])).toEqual(rows);
  });

  it('lists every problem with its status', () => {
    const rows = readTable('serving.md', ['code', 'status', 'when']);
    expect(rows.map(([code, status]) => [code, status])).toEqual(
      Object.entries(problems).map(([code, { status }]) => [code, `${status}`]),
    );
    expect(rows.filter(([, , when]) => when === '')).toEqual([]);
  });

  it('lists every address of the service', () => {
    const listed = readTable('serving.md', ['address', 'what']).flatMap(([address = '']) => address.split(', '));
    for (const { method, url } of documentedRoutes) {
      expect(listed.some((address) => address === `${method} ${url}` || (method === 'GET' && address === url))).toBe(
        true,
      );
    }
  });
});
