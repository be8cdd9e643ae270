/**
 * Writes docs/limits.md, the tables of all limits, from src/base/budgets.ts and web/src/page-budgets.ts: `npm run generate:limits`. A test
 * generates it anew and compares, so that it cannot fall behind.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { budgets, describeBudget, type Budget } from '../src/base/budgets.ts';
import { pageBudgets, type PageBudget } from '../web/src/page-budgets.ts';
import { formatText } from './format-text.ts';

export const limitsFile = join(import.meta.dirname, '../docs/limits.md');

const head = `# Limits

Generated from the code's tables of limits by \`npm run generate:limits\`; not to be changed by hand.

Pneumoscope bounds work before it begins it. Nobody can make it read, decode or keep more than this. What exceeds a limit gets one sentence and a
code: an [error code](error-codes.md) on the command line, an HTTP status from the [service](serving.md). A limit without a setting is fixed.
`;

const pageHead = `## The page

The page in the browser has limits of its own, all of them fixed. It also keeps to those of the service that sent it.
`;

/** The text of the page. */
export function generateLimits(): string {
  const rows = Object.values(budgets).map((budget: Budget) => [
    budget.what,
    describeBudget(budget),
    budget.setting === null ? '' : `\`${budget.setting}\``,
    budget.code === null ? '' : `\`${budget.code}\``,
    budget.status === null ? '' : String(budget.status),
  ]);
  const pageRows = Object.values(pageBudgets).map((budget: PageBudget) => [
    budget.what,
    describeBudget(budget),
    budget.beyond,
  ]);
  const table = renderTable([
    ['what', 'at most', 'setting', 'command line', 'service'],
    ['---', '--:', '---', '---', '---'],
    ...rows,
  ]);
  const pageTable = renderTable([['what', 'at most', 'beyond it'], ['---', '--:', '---'], ...pageRows]);
  return formatText(`${head}\n${table}\n${pageHead}\n${pageTable}`, 'limits.md');
}

function renderTable(lines: readonly (readonly string[])[]): string {
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

if (process.argv[1] === import.meta.filename) writeFileSync(limitsFile, generateLimits());
