/**
 * Writes docs/limits.md, the table of all limits, from src/base/budgets.ts: `npm run generate:limits`. A test generates it anew and compares, so that
 * it cannot fall behind.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { budgets, describeBudget, type Budget } from '../src/base/budgets.ts';
import { formatText } from './format-text.ts';

export const limitsFile = join(import.meta.dirname, '../docs/limits.md');

const head = `# Limits

Generated from the one table of limits by \`npm run generate:limits\`; not to be changed by hand.

Pneumoscope bounds work before it begins it. Nobody can make it read, decode or keep more than this. What exceeds a limit gets one sentence and a
code: an [error code](error-codes.md) on the command line, an HTTP status from the [service](serving.md). A limit without a setting is fixed.
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
  const lines = [
    ['what', 'at most', 'setting', 'command line', 'service'],
    ['---', '--:', '---', '---', '---'],
    ...rows,
  ];
  return formatText(`${head}\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`, 'limits.md');
}

if (process.argv[1] === import.meta.filename) writeFileSync(limitsFile, generateLimits());
