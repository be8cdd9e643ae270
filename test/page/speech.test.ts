/** What a screen reader is told while the focus is in the viewer. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dropFiles } from './opened-page.ts';
import { executable, openWorld, settled, type PageWorld } from './page-world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

let world: PageWorld;
beforeAll(async () => {
  if (executable !== undefined) world = await openWorld(executable);
});
afterAll(() => world?.close());

/** Presses, and waits for words in a live region that were not there before. */
async function hear(page: Page, key: string, words: RegExp): Promise<void> {
  const region = page.locator('[role=status] p').filter({ hasText: words });
  const before = await region.count();
  await page.keyboard.press(key);
  await vi.waitUntil(async () => (await region.count()) > before, { timeout: 20_000, interval: 50 });
}

describe.skipIf(executable === undefined)('a screen reader', () => {
  it('hears which image is shown and what was answered, and the heat map come and go', async () => {
    const { page } = await world.visit();
    await dropFiles(page, world.chests);
    await settled(page);
    await page.keyboard.press('Enter');
    await page.waitForFunction(`document.activeElement?.getAttribute('role') === 'group'`);
    await hear(page, 'j', /^patient-\d\.png, (Positive|Negative|Uncertain), \d+\.\d%, 2 of 3$/);
    await hear(page, 'h', /^Heat map on$/);
    await page
      .locator('[role=status] p')
      .filter({ hasText: /^Heat map of patient-\d\.png for \w+$/ })
      .waitFor({ state: 'attached' });
    await hear(page, 'h', /^Heat map off$/);
    await hear(page, 't', /^rotated 90°$/);
    await hear(page, 'c', /^Comparing$/);
    // Where the focus still is.
    expect(await page.evaluate(`document.activeElement?.className`)).toBe('pane');
  });

  it('hears nothing twice: rows of the list speak for themselves', async () => {
    const { page } = await world.visit();
    await dropFiles(page, world.chests);
    await settled(page);
    await page.getByRole('listbox').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('End');
    await page.keyboard.press('h');
    await page.locator('[role=status] p').filter({ hasText: 'Heat map on' }).waitFor({ state: 'attached' });
    expect(
      await page
        .locator('[role=status] p')
        .filter({ hasText: /3 of 3/ })
        .count(),
    ).toBe(0);
  });
});
