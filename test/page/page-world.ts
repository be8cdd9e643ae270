/** What a test of the page needs: a browser, the service with the shipped model, and images that it answers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { startService, type RunningService } from '../../src/app/server/serve.ts';
import { writeFileWhole } from '../../src/base/files/write-file.ts';
import { readModelHeader } from '../../src/engine/onnx/model-header.ts';
import { replaceMetadata } from '../../src/engine/onnx/replace-metadata.ts';
import { defaultModelPath } from '../../src/model/file/default-model.ts';
import { parseMetadata, renderMetadata } from '../../src/model/file/metadata.ts';
import { drawChest } from '../service-images.ts';
import { findBrowser, launchBrowser } from './browser.ts';
import { openPage, type DroppedFile, type OpenedPage } from './opened-page.ts';

export interface PageWorld {
  readonly browser: Browser;
  readonly service: RunningService;
  /** for files of the test */
  readonly folder: string;
  /** the file that is served */
  readonly model: string;
  /** three drawn X-rays of the same size */
  readonly chests: readonly DroppedFile[];
  /** A page that is closed after the test. */
  readonly visit: (options?: Parameters<typeof openPage>[2]) => Promise<OpenedPage>;
  readonly close: () => Promise<void>;
}

/** Undefined where there is none: the tests are skipped then. */
export const executable = findBrowser();

/**
 * The shipped model, but a guard that lets drawn chests pass, whatever the model was trained on.
 *
 * @param licence another one makes another version of the model
 */
export async function writeLenientModel(file: string, licence?: string): Promise<void> {
  const source = defaultModelPath();
  const metadata = parseMetadata(await readModelHeader(source), source);
  const { guard } = metadata;
  if (guard === undefined) throw new Error('the shipped model has no guard');
  const lenient = { ...guard, thresholds: { ...guard.thresholds, flag: 0.998, refuse: 0.999 } };
  const provenance = { ...metadata.provenance, licence: licence ?? metadata.provenance.licence };
  await writeFileWhole(file, replaceMetadata(source, renderMetadata({ ...metadata, guard: lenient, provenance })));
}

export async function openWorld(browserPath: string): Promise<PageWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), 'page-test-'));
  const model = path.join(folder, 'first.onnx');
  await writeLenientModel(model);
  const service = await startService({ workers: 1, port: 0, models: [{ id: 'first', path: model }] });
  const chests = await Promise.all(
    [0, 1, 2].map(async (patient) => ({
      name: `patient-${patient}.png`,
      type: 'image/png',
      bytes: await drawChest(patient),
    })),
  );
  const browser = await launchBrowser(browserPath);
  return {
    browser,
    service,
    folder,
    model,
    chests,
    visit: async (options = {}) => {
      const opened = await openPage(browser, service.url, options);
      onTestFinished(() => opened.close());
      return opened;
    },
    close: async () => {
      await browser.close();
      await service.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const rows = (page: Page): Locator => page.locator('.row');
export const row = (page: Page, name: string): Locator => rows(page).and(page.getByRole('option', { name }));

/** Until everything on the list is answered. */
export async function settled(page: Page): Promise<void> {
  await rows(page).first().waitFor({ state: 'attached' });
  await page.locator('.progress').waitFor({ state: 'detached' });
}
