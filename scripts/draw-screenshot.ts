/**
 * Draws docs/page.png, the picture of the page: `npm run screenshot`. It runs the commands of docs/tutorial.md as they are printed, then lets
 * the served model answer for other phantoms. Everything in the picture is drawn, nothing shows a patient. It needs a Chromium.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { findBrowser, launchBrowser } from '../test/page/browser.ts';
import { openPage } from '../test/page/opened-page.ts';
import { findShellCommands } from './documents/shell-commands.ts';

const root = join(import.meta.dirname, '..');
const program = join(root, 'src/app/cli/main.ts');
const size = { width: 1440, height: 900 };
/** In the order of urgency the third is a clear answer, below the one at the top. */
const opened = 2;

const executable = findBrowser();
if (executable === undefined) throw new Error('There is no Chromium in PATH: install one, or name one in CHROME.');
const folder = mkdtempSync(join(tmpdir(), 'pneumoscope-screenshot-'));
try {
  execFileSync(process.execPath, [join(root, 'scripts/build-page.ts')], { stdio: 'inherit' });
  const commands = readTutorial();
  for (const words of commands.filter(([name]) => name !== 'serve')) run(words);
  run(['dataset', 'phantoms', '--out', 'others', '--patients', '7', '--size', '900', '--seed', '11']);
  const { service, url } = await serve(commands.find(([name]) => name === 'serve') ?? []);
  const browser = await launchBrowser(executable);
  try {
    const { page } = await openPage(browser, url, size);
    await showPhantoms(page);
    // Few colours do for a page in grey with a heat map, at a third of the bytes.
    await sharp(await page.screenshot())
      .png({ palette: true, colours: 160, effort: 10 })
      .toFile(join(root, 'docs/page.png'));
  } finally {
    await browser.close();
    service.kill('SIGTERM');
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The words behind `npm run pneumoscope --`, with the repository's own files where they are. */
function readTutorial(): readonly (readonly string[])[] {
  return findShellCommands(readFileSync(join(root, 'docs/tutorial.md'), 'utf8'))
    .filter(({ words }) => words[2] === 'pneumoscope')
    .map(({ words }) => words.slice(4).map((word) => (word.startsWith('docs/') ? join(root, word) : word)));
}

function run(words: readonly string[]): void {
  console.log(`$ pneumoscope ${words.join(' ')}`);
  execFileSync(process.execPath, [program, ...words, '--quiet'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function serve(words: readonly string[]): Promise<{ service: ChildProcess; url: string }> {
  const service = spawn(process.execPath, [program, ...words, '--port', '0', '--quiet'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: service.stdout })) {
    const [url] = /http:\/\/[\d.:]+/.exec(line) ?? [];
    if (url !== undefined) return { service, url };
  }
  throw new Error('The service ended before it said where it listens.');
}

/** Phantoms under names that nobody takes for those of patients, and a picture that is no X-ray. */
async function showPhantoms(page: Page): Promise<void> {
  const phantoms = globSync('others/*/*.jpeg', { cwd: folder }).toSorted();
  const files = phantoms.map((file, index) => ({
    name: `phantom-${String(index + 1).padStart(2, '0')}.jpeg`,
    mimeType: 'image/jpeg',
    buffer: readFileSync(join(folder, file)),
  }));
  const figure = {
    name: 'a-figure.png',
    mimeType: 'image/png',
    buffer: readFileSync(join(root, 'docs/explain/normal.png')),
  };
  await page
    .locator('input[type=file]:not(.pick-folder)')
    .first()
    .setInputFiles([...files, figure]);
  await page.locator('.row').first().waitFor();
  await page.locator('.progress').waitFor({ state: 'detached' });
  await page.locator('.row').nth(opened).click();
  await page.getByRole('button', { name: 'Heat map' }).click();
  await page.locator('.heat-legend').first().waitFor();
  await page.mouse.move(0, 0);
  await page.evaluate('document.fonts.ready');
  await page.waitForTimeout(500);
}
