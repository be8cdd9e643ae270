/** Nothing that keeps anyone out: in every size, language and theme, and with colours that the system forces. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dropFiles, findBarriers, type DroppedFile } from './opened-page.ts';
import { executable, openWorld, row, rows, settled, type PageWorld } from './page-world.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

let world: PageWorld;
beforeAll(async () => {
  if (executable !== undefined) world = await openWorld(executable);
});
afterAll(() => world?.close());

const letter: DroppedFile = { name: 'letter.jpg', type: 'image/jpeg', bytes: Buffer.from('Dear reader,') };
const sizes = { desktop: [1440, 900], 'phone, upright': [390, 844], 'phone, on its side': [844, 390] } as const;
const themes = { light: {}, dark: { dark: true }, 'forced colours': { forced: true, dark: true } } as const;

const combinations = (Object.keys(sizes) as (keyof typeof sizes)[]).flatMap((size) =>
  ['en-GB', 'zh-CN'].flatMap((language) =>
    (Object.keys(themes) as (keyof typeof themes)[]).map((theme) => ({ size, language, theme })),
  ),
);

describe.skipIf(executable === undefined)('axe', () => {
  it.each(combinations)('finds nothing: $size, $language, $theme', async ({ size, language, theme }) => {
    const [width, height] = sizes[size];
    const { page } = await world.visit({ width, height, languages: [language], ...themes[theme] });
    await page.locator('.about').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await dropFiles(page, [...world.chests, letter]);
    await settled(page);
    expect(await findBarriers(page)).toEqual([]);
    await rows(page).first().click();
    await page.keyboard.press('h');
    await page.locator('.heat-legend').waitFor();
    await page.keyboard.press('c');
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    expect(await findBarriers(page)).toEqual([]);
  });
});

describe.skipIf(executable === undefined)('a phone, upright', () => {
  it.each(['en-GB', 'zh-CN'])('shows what is kept below the first answers, above the footer: %s', async (language) => {
    const { page } = await world.visit({ width: 390, height: 844, languages: [language] });
    await dropFiles(page, world.chests);
    await settled(page);
    const line = await page.locator('.keeping-line').boundingBox();
    const footer = await page.locator('.footer').boundingBox();
    const answers = await rows(page).last().boundingBox();
    expect(line?.y).toBeGreaterThan((answers?.y ?? 844) + (answers?.height ?? 0));
    expect((line?.y ?? 844) + (line?.height ?? 0)).toBeLessThanOrEqual(footer?.y ?? 0);
    expect(footer?.y).toBeLessThan(844);
  });
});

describe.skipIf(executable === undefined)('a phone on its side', () => {
  it('has the image in sight beside the list', async () => {
    const { page } = await world.visit({ width: 844, height: 390 });
    await dropFiles(page, world.chests);
    await settled(page);
    const pane = await page.locator('.pane').boundingBox();
    expect(pane?.y).toBeGreaterThanOrEqual(0);
    expect((pane?.y ?? 390) + (pane?.height ?? 0)).toBeLessThanOrEqual(390);
    expect(pane?.height).toBeGreaterThan(220);
    expect(await row(page, 'patient-1.png').isVisible()).toBe(true);
    const shown = await row(page, 'patient-1.png').boundingBox();
    expect((shown?.x ?? 844) + (shown?.width ?? 0)).toBeLessThanOrEqual(pane?.x ?? 0);
    // Nothing lies beyond the screen.
    expect(
      await page.evaluate('[document.documentElement.scrollWidth, document.documentElement.scrollHeight]'),
    ).toEqual([844, 390]);
  });
});

describe.skipIf(executable === undefined)('forced colours', () => {
  it('tell apart what is chosen, pressed and probable', async () => {
    const { page } = await world.visit({ forced: true });
    await dropFiles(page, world.chests);
    await settled(page);
    const chosen = page.locator('.row[aria-selected=true]');
    const other = page.locator('.row[aria-selected=false]').first();
    expect(await styleOf(chosen, 'outlineStyle')).toBe('solid');
    expect(await styleOf(other, 'outlineStyle')).toBe('none');
    const heat = page.getByRole('button', { name: 'Heat map' });
    const before = await styleOf(heat, 'backgroundColor');
    await heat.click();
    expect(await styleOf(heat, 'backgroundColor')).not.toBe(before);
    const bar = page.locator('.row .bar').first();
    const colours = await Promise.all([
      styleOf(bar, 'backgroundColor'),
      styleOf(bar.locator('.bar-fill'), 'backgroundColor'),
      styleOf(bar.locator('.bar-notch'), 'backgroundColor'),
    ]);
    expect(new Set(colours).size).toBe(3);
    const sign = page.locator('.row .sign').first();
    expect(await styleOf(sign, 'color')).not.toBe(await styleOf(page.locator('body'), 'backgroundColor'));
  });
});

async function styleOf(element: ReturnType<Page['locator']>, name: string): Promise<string> {
  await element.waitFor();
  return element.evaluate((each, property) => {
    const { getComputedStyle } = globalThis as unknown as { getComputedStyle: (of: unknown) => Record<string, string> };
    return getComputedStyle(each)[property] ?? '';
  }, name);
}
