/** What a reader says on the page: in the open, blind, and as a table that `calibrate` takes. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ClassifyAnswer } from '../../src/app/server/contract.ts';
import { requireAnswered } from '../../src/model/use/answer.ts';
import { loadClassifier } from '../../src/model/use/classifier.ts';
import { fitOperation } from '../../src/study/calibrate/fit-operation.ts';
import { drawChest } from '../service-images.ts';
import { dropFiles, findBarriers, type DroppedFile } from './opened-page.ts';
import { executable, openWorld, settled, type PageWorld } from './page-world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

const hide = 'Hide answers until I have read the image';
let world: PageWorld;
let chests: readonly DroppedFile[];

beforeAll(async () => {
  if (executable === undefined) return;
  world = await openWorld(executable);
  chests = [...world.chests, { name: 'patient-3.png', type: 'image/png', bytes: await drawChest(3) }];
});

afterAll(() => world?.close());

async function visit(): Promise<Page> {
  return (await world.visit({ width: 1440, height: 900 })).page;
}

async function drop(page: Page, files: readonly DroppedFile[]): Promise<void> {
  await dropFiles(page, files);
  await settled(page);
}

const button = (page: Page, name: string | RegExp) => page.locator('.result').getByRole('button', { name });

describe.skipIf(executable === undefined)('a reader', () => {
  it('agrees, disagrees, says why, and takes it back', async () => {
    const page = await visit();
    await drop(page, chests);
    const answer = await page.locator('.result-label b').innerText();
    await button(page, /^Agree/).click();
    expect(await page.locator('.reading-said').innerText()).toBe(`You say ${answer}, and so does the model.`);
    await button(page, /^Disagree/).click();
    expect(await page.locator('.reading-said').innerText()).toMatch(/; the model does not\.$/);
    await page.getByRole('textbox', { name: 'Comment' }).fill('left lower lobe');
    expect(await page.locator('.reading-counts > span').innerText()).toBe('1 of 4 read, 1 in disagreement');
    expect(await findBarriers(page)).toEqual([]);
    await page.locator('.row').nth(1).click();
    expect(await page.getByRole('textbox', { name: 'Comment' }).inputValue()).toBe('');
    await page.locator('.row').nth(0).click();
    expect(await page.getByRole('textbox', { name: 'Comment' }).inputValue()).toBe('left lower lobe');
    await button(page, /^Disagree/).click();
    expect(await page.locator('.reading-counts').count()).toBe(0);
  });

  it('who is blind finds no answer anywhere in the page before an own one', async () => {
    const page = await visit();
    const answers: ClassifyAnswer['results'] = [];
    page.on('response', async (response) => {
      if (!response.url().includes('/classify')) return;
      const { results } = (await response.json()) as ClassifyAnswer;
      answers.push(...results);
    });
    await drop(page, chests.slice(0, 1));
    await page.getByLabel(hide).check();
    // Also of what was answered before.
    expect(await page.locator('.row').getAttribute('data-status')).toBe('sealed');
    await drop(page, chests.slice(1));
    await page.getByRole('button', { name: 'Heat map', exact: true }).click();
    await page.locator('.row[data-status="sealed"]').nth(3).waitFor();
    // Figures of the model may be those of an answer by chance; they are the same before and after.
    const about = await page.locator('.about').evaluate((element: { outerHTML: string }) => element.outerHTML);
    const seen = (await page.content()).replace(about, '');
    expect(seen).not.toContain('about-title');
    expect(answers).toHaveLength(4);
    for (const { probability } of answers) {
      expect(seen).not.toContain(`${(100 * (probability as number)).toFixed(1)}%`);
      expect(seen).not.toContain(String(probability));
    }
    expect(seen).not.toMatch(/Positive|Negative|Uncertain(?! band)|Looks like|result-(?:number|label|guard)/);
    expect(await page.locator('.pane-heat').textContent()).toBe('There is no heat map of an image without an answer.');
    expect(await findBarriers(page)).toEqual([]);

    await button(page, 'PNEUMONIA').click();
    await page.locator('.result-number').waitFor();
    expect(await page.locator('.reading-said').innerText()).toMatch(
      /^You say PNEUMONIA.* Said before the answer was shown\.$/,
    );
    expect(await page.locator('.row[data-status="sealed"]').count()).toBe(3);
    await page.getByLabel(hide).uncheck();
    expect(await page.locator('.row[data-status="sealed"]').count()).toBe(0);
  });

  it('gives a table of labels that calibrate takes', async () => {
    const page = await visit();
    await page.evaluate(`localStorage.setItem('pneumoscope-blind', 'on')`);
    await page.reload();
    await drop(page, chests);
    await using classifier = await loadClassifier(world.model, { threads: 1, ignoreOperation: true });
    const probabilities = await Promise.all(
      chests.map(async ({ bytes }) => requireAnswered(await classifier.classify(bytes)).probability),
    );
    // What the model orders the other way round gives no threshold.
    const likeliest = probabilities.indexOf(Math.max(...probabilities.slice(0, 3)));
    const said: string[] = [0, 1, 2].map((patient) => (patient === likeliest ? 'PNEUMONIA' : 'NORMAL'));
    said.push('Cannot tell');
    for (const [patient, word] of said.entries()) {
      await page.locator('.row', { hasText: `patient-${patient}.png` }).click();
      await button(page, word).click();
    }
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export readings' }).click();
    const labels = path.join(world.folder, 'readings.csv');
    await (await waiting).saveAs(labels);
    const [head, ...lines] = (await readFile(labels, 'utf8')).trimEnd().split('\r\n');
    expect(head).toMatch(/^\ufefffile,label,/);
    expect(lines.map((line) => line.split(',').slice(0, 2))).toEqual(
      said.slice(0, 3).map((word, patient) => [`patient-${patient}.png`, word]),
    );
    expect(lines.every((line) => line.split(',')[5] === 'true')).toBe(true);

    const images = path.join(world.folder, 'images');
    await mkdir(images);
    for (const { name, bytes } of chests) await writeFile(path.join(images, name), bytes);
    const fitted = await fitOperation(classifier, images, { labels, replicates: 20 });
    expect([fitted.classNames, fitted.counts]).toEqual([
      ['NORMAL', 'PNEUMONIA'],
      [2, 1],
    ]);
  });
});
