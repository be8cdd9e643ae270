/** Before the tests of the page, once for all of their files: builds what the service sends. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { findBrowser } from './browser.ts';

export default function buildPage(): void {
  if (findBrowser() === undefined) {
    console.warn(
      'SKIPPED: the tests of the page need a Chromium in PATH (chromium, chromium-browser, google-chrome) or its path in CHROME; there is none.',
    );
    return;
  }
  execFileSync(process.execPath, [join(import.meta.dirname, '../../scripts/build-page.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
