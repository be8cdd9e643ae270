import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generateLimits, limitsFile } from '../scripts/generate-limits.ts';
import { pageBudgets, type PageBudget } from '../web/src/page-budgets.ts';
import { budgets, describeBudget, type Budget } from '../src/base/budgets.ts';

it('docs/limits.md lists the limits as they are', () => {
  expect(readFileSync(limitsFile, 'utf8')).toBe(generateLimits());
});

it.each(Object.entries<Budget>(budgets))('%s is above zero, and something answers what exceeds it', (_, budget) => {
  expect(budget.limit).toBeGreaterThan(0);
  expect(budget.code ?? budget.status).not.toBeNull();
});

const pageRows = generateLimits().split('## The page')[1]?.split('\n') ?? [];

it.each(Object.entries<PageBudget>(pageBudgets))(
  '%s of the page is above zero and stands in the table',
  (_, budget) => {
    expect(budget.limit).toBeGreaterThan(0);
    const row = pageRows.find((line) => line.startsWith(`| ${budget.what} `));
    expect(row).toContain(` ${describeBudget(budget)} `);
    expect(row).toContain(`| ${budget.beyond} `);
  },
);

it('shows each limit in the unit that one reads easily', () => {
  const mebibyte = 2 ** 20;
  expect(describeBudget({ limit: 512 * mebibyte, unit: 'bytes' })).toBe('512 MiB');
  expect(describeBudget({ limit: 2048 * mebibyte, unit: 'bytes' })).toBe('2 GiB');
  expect(describeBudget({ limit: 64e9, unit: 'bytes' })).toBe('64 GB');
  expect(describeBudget({ limit: 2048, unit: 'bytes' })).toBe('2 KiB');
  expect(describeBudget({ limit: 25_000_000, unit: 'pixels' })).toBe('25 million pixels');
  expect(describeBudget({ limit: 50_000, unit: 'count' })).toBe('50,000');
  expect(describeBudget({ limit: 30, unit: 'seconds' })).toBe('30 seconds');
  expect(describeBudget({ limit: 1000, unit: 'milliseconds' })).toBe('1 second');
  expect(describeBudget({ limit: 12 * 3_600_000, unit: 'milliseconds' })).toBe('12 hours');
});
