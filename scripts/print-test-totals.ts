/** Prints `N passed, N failed` from the JSON that Vitest wrote; ends with 1 unless tests ran and all of them passed. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: node scripts/print-test-totals.ts RESULTS.json');

const schema = z.object({
  success: z.boolean(),
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});
const results = schema.parse(JSON.parse(readFileSync(file, 'utf8')));

// A file that could not be loaded has no tests to count, but it failed all the same.
const unloaded = results.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
).length;
const passed = results.numPassedTests;
const failed = Math.max(results.numFailedTests + unloaded, results.success ? 0 : 1);
const skipped = results.numPendingTests + results.numTodoTests;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
