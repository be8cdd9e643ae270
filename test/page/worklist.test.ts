/** What a person does with the list, and what it says of images that it cannot take. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startService } from '../../src/app/server/serve.ts';
import { answerFast, drawMany, dropMany } from './fast-service.ts';
import { dropFiles, findBarriers, openPage, pasteFiles, type DroppedFile } from './opened-page.ts';
import { executable, openWorld, row, rows, settled, type PageWorld } from './page-world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

let world: PageWorld;

beforeAll(async () => {
  if (executable !== undefined) world = await openWorld(executable);
});
afterAll(() => world?.close());

async function openList(): Promise<Page> {
  const { page } = await world.visit();
  await dropFiles(page, world.chests);
  await settled(page);
  return page;
}

const orderOf = (page: Page): Promise<string[]> =>
  page
    .locator('.row')
    .evaluateAll((all) =>
      all
        .toSorted((one, other) => Number(one.ariaPosInSet) - Number(other.ariaPosInSet))
        .map((each) => each.querySelector('.unseen')?.textContent ?? ''),
    );

describe.skipIf(executable === undefined)('the list', () => {
  it('lets come back what was taken off, where it was', async () => {
    const page = await openList();
    const order = await orderOf(page);
    await page.locator('.row[aria-posinset="2"]').click();
    await page.getByRole('listbox').press('Delete');
    await page.getByText(`${order[1]} removed from the list.`).waitFor();
    expect(await orderOf(page)).toEqual([order[0], order[2]]);
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('1 image put back.').waitFor();
    expect(await orderOf(page)).toEqual(order);
    expect(await page.locator('.row[aria-selected=true] .unseen').first().textContent()).toBe(order[1]);
    await page.getByRole('listbox').press('Delete');
    await page.keyboard.press('z');
    await expect.poll(() => orderOf(page)).toEqual(order);
  });

  it('keeps a row that a filter would drop until somebody sorts', async () => {
    const { page } = await world.visit();
    await answerFast(page, { wait: 3000 });
    await page.reload();
    await page.getByText('Before you believe an answer').waitFor();
    await drawMany(page, world.chests[0]?.bytes ?? Buffer.alloc(0), 20);
    await dropMany(page);
    await page.getByRole('button', { name: /^Waiting/ }).click();
    await page.locator('.row[aria-posinset="3"]').click();
    await page.locator('.progress').waitFor({ state: 'detached' });
    await page.getByText('20 no longer fit.').waitFor();
    expect(await rows(page).first().getAttribute('aria-setsize')).toBe('20');
    await page.getByRole('listbox').press('s');
    await page.getByText('No image of this list matches.').waitFor();
    expect(await rows(page).count()).toBe(0);
  });

  it('asks for the second image of a comparison', async () => {
    const page = await openList();
    await row(page, 'patient-0.png').click();
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('Choose the second image in the list.').waitFor();
    expect(await page.getByRole('group', { name: /^X-ray / }).count()).toBe(1);
    await row(page, 'patient-2.png').click();
    await page.getByRole('group', { name: 'X-ray patient-2.png' }).waitFor();
  });

  it('names what is pasted by its time', async () => {
    const { page } = await world.visit();
    await pasteFiles(page, [{ ...(world.chests[0] as DroppedFile), name: 'image.png' }]);
    await settled(page);
    expect(await rows(page).first().textContent()).toMatch(/pasted-\d\d\.\d\d\.\d\d\.png/);
  });

  it('shows the name of a file whole, and cuts its folders', async () => {
    const { page } = await world.visit();
    const folder = path.join(world.folder, 'a-folder-with-a-name-that-is-longer-than-any-row', 'and-another-one');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'chest-0001.png'), world.chests[0]?.bytes ?? '');
    await page.locator('.pick-folder').setInputFiles(path.dirname(folder));
    await settled(page);
    const isCut = (name: string): Promise<boolean> =>
      page.locator(name).evaluate((element) => element.scrollWidth > element.clientWidth);
    expect([await isCut('.row-folder'), await isCut('.row-file')]).toEqual([true, false]);
  });

  it('says why an image was refused, and offers another try only where that can help', async () => {
    const { page } = await world.visit();
    const wall = sharp({ create: { width: 200, height: 160, channels: 3, background: '#808080' } });
    await dropFiles(page, [
      { name: 'wall.png', type: 'image/png', bytes: await wall.png().toBuffer() },
      { name: 'letter.jpg', type: 'image/jpeg', bytes: Buffer.from('Dear reader,') },
    ]);
    await settled(page);
    expect(await row(page, 'wall.png').locator('.row-note').textContent()).toMatch(/contrast|dark parts/);
    await row(page, 'letter.jpg').click();
    await page.getByText('Why it failed').waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await page.getByText('Details').click();
    await page.getByText('12 B').waitFor();
  });

  it('says that a frozen service says nothing, and asks anew', async () => {
    const { page } = await world.visit();
    let calls = 0;
    await page.route('**/api/v1/classify*', (route) => {
      calls += 1;
      return calls === 1 ? new Promise(() => undefined) : route.continue();
    });
    await dropFiles(page, world.chests);
    await page.getByText(/^No answer for 1\d s\./).waitFor();
    await page.getByRole('button', { name: 'Ask again' }).click();
    await settled(page);
    expect(await rows(page).count()).toBe(3);
  });

  it('is read to its end by a service with a short queue', async () => {
    const models = [{ id: 'first', path: world.model }];
    const small = await startService({ workers: 1, port: 0, queueSize: 4, models });
    onTestFinished(() => small.close());
    const { page, close } = await openPage(world.browser, small.url);
    onTestFinished(close);
    await page.getByText('Before you believe an answer').waitFor();
    await drawMany(page, world.chests[0]?.bytes ?? Buffer.alloc(0), 50);
    await dropMany(page);
    await page.locator('.progress').waitFor();
    await page.locator('.progress').waitFor({ state: 'detached', timeout: 90_000 });
    expect(await page.getByRole('button', { name: /^Failed/ }).textContent()).toMatch(/0$/);
  });
});
