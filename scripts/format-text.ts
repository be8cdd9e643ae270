/** Lays out a generated text as `npm run format` would, so that a test can compare it with the committed file. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const formatter = join(createRequire(import.meta.url).resolve('oxfmt/package.json'), '../bin/oxfmt');

/** @param name of the file that the text is for; its ending says what the text is */
export function formatText(text: string, name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'pneumoscope-format-'));
  try {
    const file = join(folder, name);
    writeFileSync(file, text);
    execFileSync(process.execPath, [formatter, '--config', join(root, '.oxfmtrc.json'), file], { stdio: 'pipe' });
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
