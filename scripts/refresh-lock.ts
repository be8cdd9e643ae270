/**
 * Writes package-lock.json anew, as if nothing were installed. npm leaves out the optional packages of other platforms when it
 * updates a lock file beside an existing node_modules, and `npm ci` then refuses that file everywhere.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const temporary = mkdtempSync(join(tmpdir(), 'pneumoscope-lock-'));
try {
  for (const file of ['package.json', '.npmrc']) copyFileSync(join(root, file), join(temporary, file));
  execFileSync('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: temporary,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  copyFileSync(join(temporary, 'package-lock.json'), join(root, 'package-lock.json'));
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
