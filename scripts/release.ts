/**
 * Makes a release: `npm run release -- patch|minor|major|X.Y.Z [--dry-run] [--branch NAME]`. It neither pushes nor publishes; it prints the
 * commands that do.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildTarball, packClient } from './package/pack.ts';
import { carryOut, planRelease } from './release/release.ts';

const root = join(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'dry-run': { type: 'boolean', default: false }, branch: { type: 'string', default: 'main' } },
});
const [change, ...others] = positionals;

try {
  if (change === undefined || others.length > 0) {
    throw new Error('usage: npm run release -- patch|minor|major|X.Y.Z [--dry-run] [--branch NAME]');
  }
  const plan = planRelease({ root, change, branch: values.branch, date: new Date() });
  console.log(`${plan.tag}, with\n\n${plan.notes}\n`);
  if (values['dry-run']) {
    console.log(`Nothing was changed. Without --dry-run, these change: ${[...plan.files.keys()].join(', ')}.`);
    console.log(`Then the package is built and checked, all is committed, and ${plan.tag} is set.`);
  } else {
    carryOut(root, plan, makeTarballs);
    console.log(`${plan.tag} is committed and tagged. To send it out:\n`);
    console.log(`  git push origin ${values.branch} ${plan.tag}`);
    console.log(`  npm publish pneumoscope-${plan.version}.tgz`);
    console.log(`  npm publish pneumoscope-client-${plan.version}.tgz`);
  }
} catch (error) {
  console.error(`release: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

/** In the checkout once they are checked, so that no tarball lies there that nobody should publish. */
function makeTarballs(): void {
  const folder = mkdtempSync(join(tmpdir(), 'pneumoscope-release-'));
  try {
    const tarballs = [buildTarball(root, folder).file, packClient(root, folder).file];
    execFileSync(process.execPath, [join(root, 'scripts/check-package.ts'), ...tarballs], { stdio: 'inherit' });
    for (const file of tarballs) copyFileSync(file, join(root, basename(file)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
