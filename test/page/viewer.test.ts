/** The viewer: images that stay where they are, room for two, turning, and a model that is loaded anew. */
import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ExplainAnswer } from '../../src/app/server/contract.ts';
import { dropFiles } from './opened-page.ts';
import { executable, openWorld, row, settled, writeLenientModel, type PageWorld } from './page-world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

let world: PageWorld;
beforeAll(async () => {
  if (executable !== undefined) world = await openWorld(executable);
});
afterAll(() => world?.close());

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const boxesOf = (page: Page, selector: string): Promise<readonly Box[]> =>
  page.locator(selector).evaluateAll((elements) =>
    elements.map((element) => {
      const { x, y, width, height } = (
        element as unknown as { getBoundingClientRect: () => Box }
      ).getBoundingClientRect();
      return { x, y, width, height };
    }),
  );

const sizes = [
  [1440, 900],
  [1366, 768],
] as const;

describe.skipIf(executable === undefined)('the viewer', () => {
  it.each(sizes)('leaves the image where it is when the heat map comes, at %i × %i', async (width, height) => {
    for (const languages of [['en-GB'], ['zh-CN']]) {
      const { page } = await world.visit({ width, height, languages });
      await dropFiles(page, world.chests);
      await settled(page);
      const before = await boxesOf(page, '.pane');
      await page.keyboard.press('h');
      await page.locator('.heat-legend').waitFor();
      expect(await boxesOf(page, '.pane')).toEqual(before);
    }
  });

  it.each(sizes)('gives two images the whole height, at %i × %i', async (width, height) => {
    const { page } = await world.visit({ width, height });
    await dropFiles(page, world.chests);
    await settled(page);
    await row(page, 'patient-0.png').click();
    const [alone] = await boxesOf(page, '.pane');
    await page.keyboard.press('h');
    await page.keyboard.press('c');
    await row(page, 'patient-2.png').click();
    await page.getByRole('group', { name: 'X-ray patient-2.png' }).waitFor();
    const both = await boxesOf(page, '.pane');
    expect(both).toHaveLength(2);
    for (const box of both) {
      expect(box.height).toBeGreaterThanOrEqual(alone?.height ?? Infinity);
      // Beside a list, two in the width of 1,366 pixels.
      expect(box.width).toBeGreaterThan(480);
    }
    // What was answered is over each image, and all of it one click away.
    await page.getByRole('button', { name: 'Results' }).click();
    expect(await page.locator('.desk-side .result').count()).toBe(2);
    expect(await page.locator('.desk-side').isVisible()).toBe(true);
  });

  it('turns and flips an image on the screen, its heat map too, and sends it as it is', async () => {
    const { page } = await world.visit();
    await dropFiles(page, world.chests.slice(0, 2));
    await settled(page);
    await row(page, 'patient-0.png').click();
    const asStored = await corners(page);
    const explained = page.waitForResponse((response) => response.url().includes('/explain'));
    await page.getByRole('button', { name: 'Rotate right' }).click();
    await page.locator('.pane-zoom').getByText('rotated 90°').waitFor();
    const [upperLeft, upperRight, lowerRight, lowerLeft] = asStored;
    await expectCorners(page, [lowerLeft, upperLeft, upperRight, lowerRight]);
    await page.keyboard.press('f');
    await page.locator('.pane-zoom').getByText('rotated 270°, flipped: left is right').waitFor();
    await expectCorners(page, [upperLeft, lowerLeft, lowerRight, upperRight]);
    await page.keyboard.press('h');
    await page.locator('.heat-legend').waitFor();
    const { answer } = (await (await explained).json()) as ExplainAnswer;
    expect(answer.sha256).toBe(
      createHash('sha256')
        .update(world.chests[0]?.bytes ?? '')
        .digest('hex'),
    );
    await page.keyboard.press('h');
    // Of its own for each image, also beside another one.
    await page.keyboard.press('c');
    await row(page, 'patient-1.png').click();
    await page.getByRole('group', { name: 'X-ray patient-1.png' }).getByRole('button', { name: 'Rotate left' }).click();
    expect(await page.locator('.pane-zoom b').allTextContents()).toEqual([
      'rotated 270°, flipped: left is right',
      'rotated 270°',
    ]);
    await page.getByRole('button', { name: 'Reset' }).click();
    expect(await page.locator('.pane-zoom b').allTextContents()).toEqual(['', '']);
  });

  it('asks again for the heat map when the model was loaded anew', async () => {
    const { page } = await world.visit();
    await dropFiles(page, world.chests.slice(0, 1));
    await settled(page);
    const model = page.locator('.model-name code');
    const before = await model.textContent();
    await writeLenientModel(world.model, 'another licence');
    await world.service.reload();
    await page.keyboard.press('h');
    await page.locator('.heat-legend').waitFor();
    expect(await model.textContent()).not.toBe(before);
    expect(await page.locator('.pane-heat').count()).toBe(0);
  });
});

/** The means of four squares beside the corners of the image: upper left, upper right, lower right, lower left. */
type Corners = readonly [number, number, number, number];

async function corners(page: Page): Promise<Corners> {
  return page.evaluate(`new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
    const canvas = document.querySelector('.pane > canvas');
    const { width, height } = canvas;
    const side = Math.min(width, height);
    const square = Math.floor(side / 4);
    const mean = (x, y) => {
      const { data } = canvas.getContext('2d').getImageData(x, y, square, square);
      let sum = 0;
      for (let index = 0; index < data.length; index += 4) sum += data[index];
      return sum / (data.length / 4);
    };
    const [left, top] = [(width - side) / 2, (height - side) / 2];
    const far = side - square;
    resolve([mean(left, top), mean(left + far, top), mean(left + far, top + far), mean(left, top + far)]);
  })))`);
}

async function expectCorners(page: Page, expected: Corners): Promise<void> {
  for (const [index, value] of (await corners(page)).entries()) expect(value).toBeCloseTo(expected[index] ?? NaN, -0.5);
}
