/** DICOM in the page: taken by content, shown by the service, refused in words. */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeGray } from '../../src/imaging/decode/decode.ts';
import { buildXRay, patientName, patientNumber, type XRayFields } from '../dicom-x-ray.ts';
import { dropFiles, dropFolder, findBarriers, type DroppedFile } from './opened-page.ts';
import { executable, openWorld, row, rows, settled, type PageWorld } from './page-world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

let world: PageWorld;
beforeAll(async () => {
  if (executable !== undefined) world = await openWorld(executable);
});
afterAll(() => world?.close());

async function drawXRay(name: string, fields: XRayFields = {}): Promise<DroppedFile> {
  const chest = await decodeGray(world.chests[0]?.bytes ?? Buffer.alloc(0), 'chest');
  return { name, type: '', bytes: buildXRay(chest, fields) };
}

/** Levels from 0 to 1 at places of the image in the viewer, whatever its size there. */
const places = [0.3, 0.5, 0.7].flatMap((x) => [0.3, 0.5, 0.7].map((y) => [x, y] as const));
async function shownLevels(page: Page): Promise<readonly number[]> {
  await page.locator('.pane-zoom').waitFor();
  await page.waitForTimeout(300);
  return page.locator('.pane canvas').evaluate((element, at) => {
    const canvas = element as unknown as {
      width: number;
      height: number;
      getContext: (kind: '2d') => { getImageData: (...box: number[]) => { data: Uint8Array } };
    };
    const { width, height } = canvas;
    // The drawn chests are as wide as high, and stand in the middle.
    const side = Math.min(width, height);
    return at.map(([x, y]) => {
      const [left, top] = [(width - side) / 2 + x * side, (height - side) / 2 + y * side].map(Math.round);
      return canvas.getContext('2d').getImageData(left ?? 0, top ?? 0, 1, 1).data[0] ?? -1;
    });
  }, places);
}

async function expectLevels(page: Page, file: Buffer): Promise<void> {
  const { width, height, data } = await decodeGray(file, 'file');
  const shown = await shownLevels(page);
  expect(new Set(shown).size).toBeGreaterThan(3);
  places.forEach(([x, y], index) => {
    const near = [-1, 0, 1].flatMap((down) => {
      const at = (Math.floor(y * height) + down) * width + Math.floor(x * width);
      return [...data.subarray(at - 1, at + 2)];
    });
    // Between pixels the browser shows a level between theirs.
    expect(shown[index]).toBeGreaterThanOrEqual(Math.min(...near) - 2);
    expect(shown[index]).toBeLessThanOrEqual(Math.max(...near) + 2);
  });
}

describe.skipIf(executable === undefined)('a DICOM file', () => {
  it('is taken from a folder without an ending, answered, and shown as the model sees it', async () => {
    const folder = path.join(world.folder, 'dicom');
    await mkdir(folder, { recursive: true });
    const { bytes } = await drawXRay('', { window: [1500, 2000] });
    await writeFile(path.join(folder, 'IM0001'), bytes);
    await writeFile(path.join(folder, 'README'), 'no image');
    const { page, strangers, errors } = await world.visit();
    await dropFolder(page, folder);
    await settled(page);
    expect(await rows(page).count()).toBe(1);
    expect(await rows(page).first().getAttribute('data-status')).toMatch(/positive|negative|uncertain/);
    await expectLevels(page, bytes);
    expect(await page.locator('.thumbnail canvas').count()).toBe(1);
    const result = (await page.locator('.result').first().textContent()) ?? '';
    for (const words of ['digital radiography (DX)', '3 years', 'frontal, AP', 'chest', 'centre 1500, width 2000']) {
      expect(result).toContain(words);
    }
    const everything = await page.content();
    for (const secret of [patientName, patientNumber, '1.2.3.4.5']) expect(everything).not.toContain(secret);
    await page.keyboard.press('h');
    await page.locator('.heat-legend').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    expect([strangers, errors]).toEqual([[], []]);
  });

  it.each([
    ['en-GB', 'The header says 81 years. This model knows patients of 1 to 5 years.', 'Body part not given.'],
    ['zh-CN', '头信息注明年龄为 81 岁。此模型只适用于 1 至 5 岁的患者。', '未注明检查部位。'],
  ])('is refused for an age in words, and shown all the same (%s)', async (language, sentence, flag) => {
    const { page } = await world.visit({ languages: [language] });
    const old = await drawXRay('old', { age: '081Y', bodyPart: '' });
    await dropFiles(page, [old]);
    await settled(page);
    expect(await row(page, 'old').locator('.row-note').textContent()).toBe(sentence);
    const result = (await page.locator('.result').first().textContent()) ?? '';
    expect(result).toContain(sentence);
    expect(result).toContain(flag);
    await expectLevels(page, old.bytes);
    expect(await findBarriers(page)).toEqual([]);
  });

  it('is printed and exported with what the header says', async () => {
    const { page } = await world.visit();
    await dropFiles(page, [await drawXRay('a', { view: 'LL' }), await drawXRay('b')]);
    await settled(page);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export as CSV' }).click();
    const [head = '', ...lines] = readFileSync(await (await download).path(), 'utf8')
      .trim()
      .split('\r\n');
    const at = head.split(',').indexOf('headerReason');
    expect(new Set(lines.map((line) => line.split(',')[at]))).toEqual(new Set(['', 'header-view']));
    expect(lines.join('\n')).toContain(',DX,3,LL,CHEST,');
  });
});

describe.skipIf(executable === undefined)('a TIFF', () => {
  it('is shown', async () => {
    const bytes = await sharp(world.chests[1]?.bytes).tiff().toBuffer();
    const { page } = await world.visit();
    await dropFiles(page, [{ name: 'scan.tif', type: 'image/tiff', bytes }]);
    await settled(page);
    await expectLevels(page, bytes);
  });
});
