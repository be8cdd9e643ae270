/** The images of one patient in time, side by side. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dropFiles, findBarriers, type DroppedFile } from './opened-page.ts';
import { executable, openWorld, row, settled, type PageWorld } from './page-world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

let world: PageWorld;
beforeAll(async () => {
  if (executable !== undefined) world = await openWorld(executable);
});
afterAll(() => world?.close());

const priors = (page: Page) => page.locator('.prior');

describe.skipIf(executable === undefined)('images of one patient', () => {
  it('are told by a rule that the user chooses, ordered in time, and one click brings two side by side', async () => {
    const { page } = await world.visit({ width: 1440, height: 900 });
    const names = ['P12_20240301.png', 'P12_20230105.png', 'P77_20230105.png', 'P12_20240131.png'];
    await dropFiles(
      page,
      names.map((name, index) => ({ ...(world.chests[index % 3] as DroppedFile), name })),
    );
    await settled(page);
    await row(page, 'P12_20240301.png').click();
    // Nobody's images are put together by a guess.
    expect(await priors(page).count()).toBe(0);
    await page.getByLabel('Tell patients by').selectOption('the start of the name');
    expect(await page.locator('.prior-day').allInnerTexts()).toEqual(['2023-01-05', '2024-01-31', '2024-03-01']);
    expect(await page.locator('.priors-patient').innerText()).toContain('Patient P12, by the names of the files');
    expect(await findBarriers(page)).toEqual([]);
    await priors(page).first().click();
    expect(await page.locator('.pane-name').allInnerTexts()).toEqual(['P12_20240301.png', 'P12_20230105.png']);
    // What one shows, the other shows: they move together.
    await page.getByRole('button', { name: '100%', exact: true }).click();
    const zooms = await page.locator('.pane-zoom').allInnerTexts();
    expect(new Set(zooms)).toEqual(new Set(['Zoom 100%']));
    // The two have the room of the column of results, until it is asked for.
    await page.getByRole('button', { name: 'Results' }).click();
    await priors(page).nth(1).click();
    expect(await page.locator('.pane-name').allInnerTexts()).toEqual(['P12_20240301.png', 'P12_20240131.png']);
    await priors(page).nth(1).click();
    expect(await page.locator('.pane-name').count()).toBe(1);

    await page.getByLabel('Tell patients by').selectOption('a pattern of my own');
    await page.getByPlaceholder('patient').fill('(');
    await page.getByText('This is no regular expression.').waitFor();
    await page.getByPlaceholder('patient').fill(String.raw`P(?<patient>\d)\d`);
    expect(await priors(page).count()).toBe(3);
  });

  it('are told by a table of the user, which is neither sent nor kept', async () => {
    const { page, errors, strangers } = await world.visit({ width: 1440, height: 900 });
    const names = ['a.png', 'b.png', 'c.png'];
    await dropFiles(
      page,
      names.map((name, index) => ({ ...(world.chests[index] as DroppedFile), name })),
    );
    await settled(page);
    await row(page, 'a.png').click();
    const sent: string[] = [];
    page.on('request', (request) => sent.push(`${request.method()} ${request.postData() ?? ''}`));
    await page.getByLabel('Tell patients by').selectOption('a table');
    await page.getByText('choose it again after a reload').waitFor();
    const choose = (name: string, content: string): Promise<void> =>
      page.locator('.pick-table').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) });
    await choose('wrong.csv', 'file,label\na.png,P1\n');
    await page.getByText('wrong.csv: the first line names no column “patient”.').waitFor();
    expect(await findBarriers(page)).toEqual([]);

    await choose('others.csv', 'file,patient\nx.png,P1\n');
    await page.getByText('others.csv names none of the 3 images on the list. The names').waitFor();
    await choose(
      'patients.csv',
      'file;patient;date\nward/b.png;Wang;2024/1/31\na.png;Wang;2024-03-01\nother.png;Li;\n',
    );
    await page.getByText('patients.csv names 2 of the 3 images on the list.').waitFor();
    expect(await page.getByText('wrong.csv').count()).toBe(0);
    expect(await page.locator('.prior-day').allInnerTexts()).toEqual(['2024-01-31', '2024-03-01']);
    expect(await page.locator('.priors-patient').innerText()).toContain('Patient Wang, by the table');
    expect(await findBarriers(page)).toEqual([]);
    await priors(page).first().click();
    expect(await page.locator('.pane-name').allInnerTexts()).toEqual(['a.png', 'b.png']);
    await page.getByRole('button', { name: 'Results' }).click();
    await priors(page).first().click();
    await row(page, 'c.png').click();
    await page.getByText('The table does not name this image').waitFor();

    expect(sent.filter((each) => each.includes('Wang'))).toEqual([]);
    expect([errors, strangers]).toEqual([[], []]);
    await page.reload();
    await row(page, 'a.png').waitFor();
    expect(await page.getByText('patients.csv').count()).toBe(0);
    expect(await page.getByText('Wang').count()).toBe(0);
  });
});
