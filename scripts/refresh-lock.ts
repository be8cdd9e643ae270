/**
 * Writes package-lock.json anew, as if nothing were installed. npm leaves out the optional packages of other platforms when it
 * updates a lock file beside an existing node_modules, and `npm ci` then refuses that file everywhere.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const root = join(import.meta.dirname, '..');
const temporary = mkdtempSync(join(tmpdir(), 'pneumoscope-lock-'));
try {
  const manifest = z.object({ devDependencies: z.record(z.string(), z.string()) });
  const { devDependencies } = manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const folders = Object.values(devDependencies).flatMap((spec) => /^file:(.+)$/.exec(spec)?.[1] ?? []);
  for (const file of ['package.json', '.npmrc', ...folders.map((folder) => `${folder}/package.json`)]) {
    mkdirSync(dirname(join(temporary, file)), { recursive: true });
    copyFileSync(join(root, file), join(temporary, file));
  }
  execFileSync('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: temporary,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  copyFileSync(join(temporary, 'package-lock.json'), join(root, 'package-lock.json'));
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
