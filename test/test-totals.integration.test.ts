import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'pneumoscope-totals-'));
const script = join(import.meta.dirname, '../scripts/print-test-totals.ts');

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function totals(changes: Readonly<Record<string, unknown>>): { said: string; status: number | null } {
  const results = {
    success: true,
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [],
    ...changes,
  };
  const file = join(folder, 'results.json');
  writeFileSync(file, JSON.stringify(results));
  const { stdout, status } = spawnSync(process.execPath, [script, file], { encoding: 'utf8' });
  return { said: stdout.trim(), status };
}

describe('the closing line of CI', () => {
  it('counts what passed and what was skipped', () => {
    expect(totals({})).toEqual({ said: '3 passed, 0 failed', status: 0 });
    expect(totals({ numPendingTests: 2, numTodoTests: 1 })).toEqual({
      said: '3 passed, 0 failed, 3 skipped',
      status: 0,
    });
  });

  it('fails for failed tests, for a file that could not be loaded, and for no test at all', () => {
    const failed = { status: 'failed', assertionResults: [{ status: 'failed' }] };
    const unloaded = { status: 'failed', assertionResults: [] };
    expect(totals({ success: false, numFailedTests: 1, testResults: [failed, unloaded] })).toEqual({
      said: '3 passed, 2 failed',
      status: 1,
    });
    expect(totals({ success: false })).toEqual({ said: '3 passed, 1 failed', status: 1 });
    expect(totals({ numPassedTests: 0 })).toEqual({ said: '0 passed, 0 failed', status: 1 });
  });
});
