/** Thousands of images on the page: rows that stay under the pointer, and no frame that takes long. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { drawChest } from '../service-images.ts';
import { answerFast, drawMany, dropMany, slowestTasks } from './fast-service.ts';
import { executable, openWorld, rows, type PageWorld } from './page-world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let world: PageWorld;
let image: Buffer;

beforeAll(async () => {
  if (executable === undefined) return;
  world = await openWorld(executable);
  image = await drawChest(1, 'jpeg');
});
afterAll(() => world?.close());

async function openWithFastService(wait: number): Promise<Page> {
  const { page } = await world.visit();
  await answerFast(page, { wait });
  await page.reload();
  await page.getByText('Before you believe an answer').waitFor();
  return page;
}

/** The name on the row at a point. */
const nameAt = (page: Page, x: number, y: number): Promise<string> =>
  page.evaluate(`document.elementFromPoint(${x}, ${y})?.closest('.row')?.querySelector('.unseen')?.textContent ?? ''`);

describe.skipIf(executable === undefined)('many images', () => {
  it('opens the row under the pointer, whatever is answered meanwhile', async () => {
    const page = await openWithFastService(1500);
    await drawMany(page, image, 1000);
    await dropMany(page);
    await rows(page).first().waitFor();
    const box = await page.getByRole('listbox').boundingBox();
    if (box === null) throw new Error('no list');
    const wrong: string[] = [];
    for (let click = 0; click < 50; click += 1) {
      const [x, y] = [box.x + 120, box.y + 36 + 72 * (click % 3)];
      await page.mouse.move(x, y);
      const seen = await nameAt(page, x, y);
      // As long as a hand takes from a look to a press.
      await page.waitForTimeout(150);
      await page.mouse.down();
      await page.mouse.up();
      const opened = page.getByRole('group', { name: `X-ray ${seen}`, exact: true });
      await opened.waitFor({ timeout: 3000 }).catch(() => wrong.push(seen));
    }
    // It was a list in motion.
    await page.locator('.progress').waitFor();
    await page.getByText(/answers would stand higher, \d+ positive/).waitFor();
    expect(wrong).toEqual([]);

    const before = await nameAt(page, box.x + 120, box.y + 36);
    await page.getByRole('button', { name: 'Sort now' }).click();
    const first = page.locator('.row[aria-posinset="1"]');
    await first.getByText('Positive').waitFor();
    expect(await nameAt(page, box.x + 120, box.y + 36)).not.toBe(before);
  });

  it('sorts itself while nobody is at the list', async () => {
    const page = await openWithFastService(100);
    await drawMany(page, image, 200);
    await dropMany(page);
    await page.locator('.progress').waitFor({ state: 'detached' });
    await page.locator('.row[aria-posinset="1"]').getByText('99.0%').waitFor();
    expect(await page.locator('.row[aria-selected=true]').getAttribute('aria-posinset')).toBe('1');
    expect(await page.getByRole('button', { name: 'Sort now' }).count()).toBe(0);
  });

  it('stays fluid with 5,232', async () => {
    const page = await openWithFastService(40);
    await drawMany(page, image, 5232);
    const slowest = await slowestTasks(page, async () => {
      await dropMany(page);
      await rows(page).first().waitFor();
      await page.locator('.progress').waitFor({ state: 'detached', timeout: 240_000 });
      for (const sorting of ['name', 'most-probable', 'urgency']) {
        await page.getByRole('combobox', { name: 'Sort by' }).selectOption(sorting);
      }
      await page.getByRole('searchbox').pressSequentially('scan-01');
      await page.getByText('100 of 5,232 images').waitFor();
    });
    expect(slowest[0]).toBeLessThan(150);
  });
});
