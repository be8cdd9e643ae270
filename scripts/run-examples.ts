/**
 * Runs every example as a reader would, each in an empty folder of its own; `--smoke` asks them for the smallest size.
 * An example that fails fails this script.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const examples = globSync('examples/*.ts', { cwd: root }).toSorted();
if (examples.length === 0) throw new Error('examples/ holds no example');

for (const example of examples) {
  const folder = mkdtempSync(join(tmpdir(), 'pneumoscope-example-'));
  const start = performance.now();
  console.log(`-- ${example}`);
  try {
    execFileSync(process.execPath, [join(root, example), '--smoke'], {
      cwd: folder,
      stdio: 'inherit',
      timeout: 300_000,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`-- ${example}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
