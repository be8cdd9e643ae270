/** The list after a reload, Back, a crash, in another tab, and when it must be gone. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Tokens } from '../../src/app/server/access.ts';
import { startService } from '../../src/app/server/serve.ts';
import { dropFiles, findBarriers } from './opened-page.ts';
import { executable, openWorld, row, rows, settled, writeLenientModel, type PageWorld } from './page-world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

let world: PageWorld;

beforeAll(async () => {
  if (executable !== undefined) world = await openWorld(executable);
});
afterAll(() => world?.close());

/** What stands on the disk. */
const readKept = (page: Page): Promise<{ lists: number; images: number; answers: number }> =>
  page.evaluate(`new Promise((resolve, reject) => {
    const opening = indexedDB.open('pneumoscope /');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const stores = ['lists', 'images', 'answers'];
      const transaction = opening.result.transaction(stores);
      const counts = stores.map((store) => transaction.objectStore(store).count());
      transaction.oncomplete = () => {
        opening.result.close();
        resolve(Object.fromEntries(counts.map((count, at) => [stores[at], count.result])));
      };
    };
  })`);

async function kept(page: Page, count: number): Promise<void> {
  await expect.poll(() => readKept(page)).toEqual({ lists: 1, images: count, answers: count });
}

const asked = (page: Page): { readonly count: number } => {
  const seen = { count: 0 };
  page.on('request', (request) => {
    if (request.url().includes('/classify')) seen.count += 1;
  });
  return seen;
};

/** Three answered images of which the second is chosen, on the disk as well. */
async function openWithList(): Promise<Page> {
  const { page } = await world.visit();
  await dropFiles(page, world.chests);
  await settled(page);
  await row(page, 'patient-1.png').click();
  await kept(page, 3);
  // The choice is written a moment later.
  await page.waitForTimeout(1000);
  return page;
}

async function expectList(page: Page): Promise<void> {
  await row(page, 'patient-1.png').and(page.locator('[aria-selected=true]')).waitFor();
  expect(await rows(page).count()).toBe(3);
  expect(await row(page, 'patient-0.png').textContent()).toMatch(/\d%\s*(Positive|Negative|Uncertain)/);
}

describe.skipIf(executable === undefined)('a list', () => {
  it('is there after a reload and after Back, and is not read again', async () => {
    const page = await openWithList();
    const answers = await page.locator('.row-figure').allTextContents();
    const requests = asked(page);
    await page.reload();
    await expectList(page);
    expect(await page.locator('.row-figure').allTextContents()).toEqual(answers);
    await page.getByRole('group', { name: 'X-ray patient-1.png' }).waitFor();
    await page.goto(`${world.service.url}/api/docs/`);
    await page.goBack();
    await expectList(page);
    expect(requests.count).toBe(0);
  });

  it('keeps what the reader said, and what the reader does not know yet', async () => {
    const { page } = await world.visit();
    await page.evaluate(`localStorage.setItem('pneumoscope-blind', 'on')`);
    await page.reload();
    await dropFiles(page, world.chests);
    await settled(page);
    await row(page, 'patient-1.png').click();
    await page.getByRole('button', { name: 'NORMAL' }).click();
    await page.locator('.reading-comment textarea').fill('A line, no tube.');
    await kept(page, 3);
    await page.waitForTimeout(1000);
    const requests = asked(page);
    await page.reload();
    await row(page, 'patient-1.png').and(page.locator('[aria-selected=true]')).waitFor();
    expect(await page.locator('.reading-comment textarea').inputValue()).toBe('A line, no tube.');
    expect(await page.getByRole('button', { name: 'NORMAL' }).getAttribute('aria-pressed')).toBe('true');
    expect(await page.locator('.row-figure').allTextContents()).toHaveLength(3);
    expect(await page.locator('.row-figure').getByText('%').count()).toBe(1);
    expect(requests.count).toBe(0);
  });

  it('is there after the tab has crashed', async () => {
    const page = await openWithList();
    const session = await page.context().newCDPSession(page);
    const { targetInfo } = await session.send('Target.getTargetInfo');
    const crashed = page.waitForEvent('crash');
    session.send('Page.crash').catch(() => undefined);
    await crashed;
    // What a person sees is the button to reload; the tool gives a page up that crashed.
    const again = await reviveTab(world.browser, targetInfo.targetId);
    expect(again).toContain('patient-1.png');
  });

  it('is there where a tab comes back with its history alone, as after a crash of the whole browser', async () => {
    const page = await openWithList();
    await page.evaluate('sessionStorage.clear()');
    await page.reload();
    await expectList(page);
    // From then on as before.
    await page.goto(`${world.service.url}/api/docs/`);
    await page.goto(`${world.service.url}/`);
    await expectList(page);
  });

  it('is of its tab alone, and comes back nowhere else', async () => {
    const page = await openWithList();
    const other = await page.context().newPage();
    await other.goto(`${world.service.url}/`);
    await other.getByText('Drop chest X').waitFor();
    expect(await rows(other).count()).toBe(0);
    expect(await other.getByText('closed tab').count()).toBe(0);
    await page.close();
    await other.reload();
    await other.getByText('Drop chest X').waitFor();
    expect(await rows(other).count()).toBe(0);
    // Whoever looks for it is told that it is there, and where; and whoever does not want that deletes it.
    await other.getByText('A list of a closed tab is still kept on this computer.').waitFor();
    expect(await findBarriers(other)).toEqual([]);
    await other.getByRole('button', { name: 'What this computer keeps' }).click();
    await other.getByRole('button', { name: 'Forget the list' }).click();
    await other.getByText('A list of a closed tab').waitFor({ state: 'detached' });
    expect(await readKept(other)).toEqual({ lists: 0, images: 0, answers: 0 });
  });

  it('comes back in a new tab where that is chosen', async () => {
    const page = await openWithList();
    await page.getByRole('button', { name: 'Change' }).click();
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('radio', { name: 'For everybody' }).check();
    await page.keyboard.press('Escape');
    await page.waitForTimeout(1000);
    const other = await page.context().newPage();
    await other.goto(`${world.service.url}/`);
    await other.getByText('Drop chest X').waitFor();
    expect(await rows(other).count()).toBe(0);
    await other.close();
    await page.close();
    const next = await openNext(page);
    await expectList(next);
  });

  it('is deleted when it is cleared, forgotten, or not to be kept', async () => {
    const page = await openWithList();
    await page.getByRole('button', { name: 'Clear the list' }).click();
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await expect.poll(() => readKept(page)).toEqual({ lists: 0, images: 0, answers: 0 });

    await dropFiles(page, world.chests);
    await settled(page);
    await kept(page, 3);
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByRole('button', { name: 'Forget the list' }).click();
    await page.getByText('The list is deleted from this computer').waitFor();
    await expect.poll(() => readKept(page)).toEqual({ lists: 0, images: 0, answers: 0 });
    expect(await rows(page).count()).toBe(0);

    await dropFiles(page, world.chests);
    await settled(page);
    await kept(page, 3);
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByRole('radio', { name: 'Not at all' }).check();
    await page.keyboard.press('Escape');
    await page.getByText('In memory alone, lost').waitFor();
    await expect.poll(() => readKept(page)).toEqual({ lists: 0, images: 0, answers: 0 });
    expect(await rows(page).count()).toBe(3);
    // Whoever leaves now is warned.
    const warning = page.waitForEvent('dialog');
    page.reload().catch(() => undefined);
    const dialog = await warning;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    expect(await rows(page).count()).toBe(3);
  });

  it('is forgotten after twelve hours without use', async () => {
    const page = await openWithList();
    await page.goto('about:blank');
    await page.clock.install({ time: Date.now() + 12.1 * 3_600_000 });
    await page.goto(`${world.service.url}/`);
    await page.getByText('Drop chest X').waitFor();
    expect(await readKept(page)).toEqual({ lists: 0, images: 0, answers: 0 });
  });

  it('goes on in memory where there is no room, and says so once', async () => {
    const { page } = await world.visit();
    const session = await page.context().newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', { origin: world.service.url, quotaSize: 1000 });
    await dropFiles(page, world.chests);
    await settled(page);
    await page.getByText('There is no room for more images on this computer').waitFor();
    await page.getByText('3 images not kept').waitFor();
    expect(await rows(page).count()).toBe(3);
  });

  it('is read again where another model answers now', async () => {
    const page = await openWithList();
    await world.service.close();
    await writeLenientModel(world.model, 'another licence, so another version');
    const { port } = new URL(world.service.url);
    const next = await startService({ workers: 1, port: Number(port), models: [{ id: 'first', path: world.model }] });
    onTestFinished(() => next.close());
    const requests = asked(page);
    await page.reload();
    await page.getByText('All images are read again by first.').waitFor();
    await settled(page);
    await expectList(page);
    expect(requests.count).toBeGreaterThan(0);
  });
});

it.skipIf(executable === undefined)('asks for a token once in a tab, with the focus where it is typed', async () => {
  const token = 'a-token-for-this-test';
  const models = [{ id: 'first', path: world.model }];
  const guarded = await startService({ workers: 1, port: 0, models, tokens: new Tokens([token]) });
  onTestFinished(() => guarded.close());
  const context = await world.browser.newContext({ locale: 'en-GB' });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(`${guarded.url}/`);
  const dialog = page.getByRole('dialog', { name: 'This service asks for a token' });
  await dialog.waitFor();
  await page.keyboard.type(token);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText('first').first().waitFor();
  await page.reload();
  await page.getByText('Before you believe an answer').waitFor();
  expect(await dialog.isVisible()).toBe(false);
  expect(await page.evaluate(`JSON.stringify([localStorage, document.cookie])`)).not.toContain(token);
  const other = await context.newPage();
  await other.goto(`${guarded.url}/`);
  await other.getByRole('dialog', { name: 'This service asks for a token' }).waitFor();
});

/** A new tab of the same browser, after the last one was closed. */
async function openNext(closed: Page): Promise<Page> {
  const next = await closed.context().newPage();
  await next.goto(`${world.service.url}/`);
  return next;
}

/** Reloads a tab that crashed, as its button does: the tool itself gives such a tab up. @returns what is written on it then */
async function reviveTab(browser: Browser, targetId: string): Promise<string> {
  const session = await browser.newBrowserCDPSession();
  const { sessionId } = await session.send('Target.attachToTarget', { targetId, flatten: false });
  const send = (method: string, params: object): Promise<string> =>
    new Promise((resolve) => {
      session.once('Target.receivedMessageFromTarget', ({ message }) => resolve(message));
      void session.send('Target.sendMessageToTarget', {
        sessionId,
        message: JSON.stringify({ id: 1, method, params }),
      });
    });
  await send('Page.reload', {});
  const read = async (): Promise<string> =>
    send('Runtime.evaluate', { expression: `document.querySelector('.list')?.textContent ?? ''` });
  await expect.poll(read, { timeout: 20_000 }).toContain('patient-0.png');
  return read();
}
