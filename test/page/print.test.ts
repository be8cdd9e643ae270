/** What comes out of the printer, read back from the PDF. */
import type { Page } from 'playwright-core';
import { extractText, getDocumentProxy } from 'unpdf';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dropFiles, type DroppedFile } from './opened-page.ts';
import { executable, openWorld, row, settled, type PageWorld } from './page-world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

let world: PageWorld;
beforeAll(async () => {
  if (executable !== undefined) world = await openWorld(executable);
});
afterAll(() => world?.close());

const letter: DroppedFile = { name: 'letter.jpg', type: 'image/jpeg', bytes: Buffer.from('Dear reader,') };

/** The text of each sheet. */
async function printPages(page: Page): Promise<readonly string[]> {
  const bytes = await page.pdf({ format: 'A4' });
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(bytes)));
  return text.map((each) => each.replaceAll(/\s+/g, ' '));
}

/** Buttons and words of the screen that are of no use on paper. */
const tools = /Heat map|Compare|Export|Add images|Remove|Zoom|Fit/;

describe.skipIf(executable === undefined)('what is printed', () => {
  it('is a report of the image in the viewer, as Ctrl+P prints it', async () => {
    const { page } = await world.visit({ dark: true });
    await dropFiles(page, world.chests);
    await settled(page);
    await row(page, 'patient-1.png').click();
    const version = await page.locator('.model-name code').textContent();
    const probability = await page.locator('.result-number').textContent();
    const [sheet = '', ...more] = await printPages(page);
    expect(more).toEqual([]);
    expect(sheet).toContain('Report on one image');
    expect(sheet).toContain(new Date().getFullYear().toString());
    expect(sheet).toContain('patient-1.png');
    expect(sheet).toMatch(/Result (Positive|Negative|Uncertain): (PNEUMONIA|NORMAL)/);
    expect(sheet).toContain(`Probability ${probability}`);
    expect(sheet).toMatch(/bove the threshold of \d+\.\d%/);
    expect(sheet).toMatch(/Uncertain band \d+\.\d% to \d+\.\d%/);
    expect(sheet).toContain('Looks like the X-rays the model was trained on.');
    expect(sheet).toContain(`first@${version}`);
    expect(sheet).toMatch(/SHA-256 [0-9a-f]{64}/);
    expect(sheet).toContain('The whole image, shown with: Window 255, Level 128.');
    expect(sheet).toContain('Not a medical device.');
    expect(sheet).not.toMatch(tools);
    expect(sheet).not.toContain('patient-2.png');
    // The screen is as it was.
    expect(await page.locator('.report').count()).toBe(0);
  });

  it('has the heat map, and both images of a comparison', async () => {
    const { page } = await world.visit();
    await dropFiles(page, world.chests);
    await settled(page);
    await row(page, 'patient-0.png').click();
    await page.keyboard.press('h');
    await page.keyboard.press('c');
    await row(page, 'patient-2.png').click();
    await vi.waitUntil(async () => (await page.locator('.heat-legend').count()) === 2, { timeout: 30_000 });
    const sheets = await printPages(page);
    expect(sheets).toHaveLength(2);
    expect(sheets[0]).toContain('patient-0.png');
    expect(sheets[1]).toContain('patient-2.png');
    for (const sheet of sheets) expect(sheet).toContain('Where the network looked, not where the disease is.');
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
    const drawn = await page.evaluate(`[...document.querySelectorAll('.report canvas')].map((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let colours = 0;
      for (let index = 0; index < data.length; index += 4) if (data[index] !== data[index + 2]) colours += 1;
      return [canvas.width, canvas.height, colours > 0];
    })`);
    expect(drawn).toEqual([
      [1600, 1600, true],
      [1600, 1600, true],
    ]);
  });

  it('is the list as a table, by its button', async () => {
    const { page } = await world.visit();
    await dropFiles(page, [...world.chests, letter]);
    await settled(page);
    await page.evaluate('window.print = () => undefined');
    await page.getByRole('button', { name: 'Print the list' }).click();
    const text = (await printPages(page)).join(' ');
    expect(text).toContain('Report on the worklist');
    expect(text).toContain('4 of 4 images; order: Urgency');
    expect(text).toContain('No. Name Result Probability Input');
    for (const { name } of world.chests)
      expect(text).toMatch(new RegExp(`${name} (Positive|Negative|Uncertain) \\d+\\.\\d%`));
    expect(text).toMatch(/letter\.jpg Failed: .*not an image/);
    expect(text).toContain('Not a medical device.');
    expect(text).not.toMatch(tools);
    // The next one is of the image again.
    expect((await printPages(page))[0]).toContain('Report on one image');
  });

  it('hides what the page hides: an answer that the reader has not asked for', async () => {
    const { page } = await world.visit();
    await dropFiles(page, world.chests);
    await settled(page);
    await page.getByRole('checkbox', { name: 'Hide answers until I have read the image' }).check();
    await page.evaluate('window.print = () => undefined');
    const sheets = [...(await printPages(page))];
    await page.getByRole('button', { name: 'Print the list' }).click();
    sheets.push(...(await printPages(page)));
    for (const sheet of sheets) {
      expect(sheet).toContain('patient-');
      expect(sheet).not.toMatch(/Positive|Negative|Uncertain|Looks like|accepted|\d\.\d%/);
    }
  });

  it('is in the language of the page', async () => {
    const { page } = await world.visit({ languages: ['zh-CN'] });
    await dropFiles(page, world.chests.slice(0, 1));
    await settled(page);
    const [sheet = ''] = await printPages(page);
    expect(sheet).toContain('单张图像报告');
    expect(sheet).toContain('不是医疗器械。');
  });
});
