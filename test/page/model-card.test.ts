/** What the page tells of its model: all of it from the model's file, and plainly where the file says nothing. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startService, type RunningService } from '../../src/app/server/serve.ts';
import { saveModel } from '../../src/model/file/model-file.ts';
import { smallModel } from '../small-model.ts';
import { launchBrowser } from './browser.ts';
import { dropFiles, findBarriers, openPage, type OpenedPage } from './opened-page.ts';
import { executable, row, settled } from './page-world.ts';
import { drawChest } from '../service-images.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

let browser: Browser;
let folder: string;
let shipped: RunningService;
let bare: RunningService;

beforeAll(async () => {
  if (executable === undefined) return;
  folder = await mkdtemp(path.join(tmpdir(), 'page-card-'));
  const model = path.join(folder, 'bare.onnx');
  await saveModel(model, smallModel());
  shipped = await startService({ port: 0, workers: 1 });
  bare = await startService({ port: 0, workers: 1, models: [{ id: 'bare', path: model }] });
  browser = await launchBrowser(executable);
});

afterAll(async () => {
  if (executable === undefined) return;
  await browser.close();
  await Promise.all([shipped.close(), bare.close()]);
  await rm(folder, { recursive: true, force: true });
});

async function visit(url: string, options: Parameters<typeof openPage>[2] = {}): Promise<OpenedPage> {
  const opened = await openPage(browser, url, options);
  onTestFinished(() => opened.close());
  await opened.page.locator('.header').waitFor();
  return opened;
}

async function openCard(page: Page, name: string): Promise<Locator> {
  await page.getByRole('button', { name }).first().click();
  const card = page.getByRole('dialog');
  await card.locator('.card').waitFor();
  return card;
}

describe.skipIf(executable === undefined)('the model card on the page', () => {
  it('says of the shipped model whose images it knows, how often it errs and how it fails', async () => {
    const { page, errors } = await visit(shipped.url);
    const card = await openCard(page, 'Model card');
    const text = (await card.innerText()).replaceAll(/\s+/g, ' ');
    for (const part of [
      'Ages 1 to 5 years',
      "Guangzhou Women and Children's Medical Center",
      'Sensitivity 99.1% 97.9% to 99.6% 577 of 582 images',
      'Specificity 94.6% 90.4% to 97.0% 191 of 202 images',
      'Sensitivity, viral 97.8%',
      '784 images of 380 patients',
      'Another framing changes the answers',
      'Emergency Radiology 2021',
      'These were 53 of the 784 test images, with 11 of the 16 wrong answers.',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('answers for any picture');
    expect(await findBarriers(page)).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('says the same in Chinese, without a line of English prose', async () => {
    const { page } = await visit(shipped.url, { dark: true, width: 390, height: 844 });
    await page.getByRole('combobox', { name: 'Language' }).selectOption('zh');
    const card = await openCard(page, '模型卡');
    const text = (await card.innerText()).replaceAll(/\s+/g, ' ');
    for (const part of [
      '年龄 1 至 5 岁',
      '广州市妇女儿童医疗中心',
      '灵敏度 99.1% 97.9% 至 99.6%',
      '16 个错误结果中有 11 个',
    ]) {
      expect(text).toContain(part);
    }
    expect(text.match(/(?:\b[a-z]{2,}\b[ ,]+){4,}/)).toBeNull();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await findBarriers(page)).toEqual([]);
  });

  it('says plainly where a file holds no figures', async () => {
    const { page } = await visit(bare.url);
    const card = await openCard(page, 'Model card');
    await card.getByText("There are no figures in this model's file.").first().waitFor();
    await card.getByText("This model's file does not say whose images").waitFor();
    expect(await card.getByRole('button', { name: 'Another threshold' }).count()).toBe(0);
  });
});

describe.skipIf(executable === undefined)('another threshold or prevalence', () => {
  it('shows at once what they would do, and changes no answer', async () => {
    const { page, errors } = await visit(shipped.url);
    await dropFiles(page, [{ name: 'a.png', type: 'image/png', bytes: await drawChest(0) }]);
    await settled(page);
    const before = await row(page, 'a.png').textContent();
    await page.getByRole('button', { name: 'Another threshold or prevalence' }).click();
    const panel = page.getByRole('dialog', { name: 'Another threshold or prevalence' });
    await panel.getByText('A thought experiment.').waitFor();
    const read = async (): Promise<string> =>
      (await panel.locator('.what-if-figures').innerText()).replaceAll(/\s+/g, ' ');
    const own = await read();
    // What the file's own operating point says of the validation images.
    expect(own).toContain('Sensitivity 98.6%');
    expect(own).toContain('Specificity 97.5%');
    const [threshold, prevalence] = [
      panel.getByRole('slider', { name: 'Threshold' }),
      panel.getByRole('slider').nth(1),
    ];
    await prevalence.fill('5');
    expect(await prevalence.getAttribute('aria-valuetext')).toBe('1.0%');
    const rare = await read();
    expect(rare).toContain('Of 10,000 people examined, 100 have PNEUMONIA: 99 found, 1 missed.');
    expect(rare).toContain('Sensitivity 98.6%');
    await threshold.fill('190');
    expect(await read()).not.toContain('Sensitivity 98.6%');
    expect(await findBarriers(page)).toEqual([]);
    await panel.getByRole('button', { name: 'Reset' }).click();
    expect(await read()).toBe(own);
    await page.keyboard.press('Escape');
    expect(await row(page, 'a.png').textContent()).toBe(before);
    expect(errors).toEqual([]);
  });
});
