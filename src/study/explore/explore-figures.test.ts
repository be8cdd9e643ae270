import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { generatePhantoms } from '../../data/phantoms/phantoms.ts';
import { exploreDataset, type ExploreFigures, type ExploreResult } from './explore.ts';
import { drawExploration, isFigureName, type ExploreFigure } from './explore-figures.ts';
import { renderExplorePage } from './explore-page.ts';
import { describeVariability } from './explore-text.ts';

// The first chart loads large libraries.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder = '';
let result: ExploreResult;
let drawn: readonly ExploreFigure[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'explore-figures-'));
  await generatePhantoms({ out: path.join(folder, 'phantoms'), patients: 24, size: 64 });
  result = await exploreDataset({ folder: path.join(folder, 'phantoms'), size: 64, replicates: 100 });
  drawn = await drawExploration(result);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const texts = (svg: string): string[] =>
  [...svg.matchAll(/<(?:text|tspan)\b[^>]*>([^<]+)</g)].map((match) => match[1] ?? '');
const svgOf = (name: string, figures = drawn): string => figures.find((figure) => figure.name === name)?.svg ?? '';

/** As if the images had other widths and heights. */
function withSizes(): ExploreResult {
  const sizes = result.sizes.map(({ label, widths, heights }, group) => ({
    label,
    widths: widths.map((_, index) => 1000 + group * 300 + index * 10),
    heights: heights.map(() => 1000),
  }));
  const groups = result.figures.groups.map((group) => ({ ...group, onlySize: null }));
  return { ...result, sizes, figures: { ...result.figures, groups } };
}

describe('drawExploration', () => {
  it('says in every picture that phantoms are phantoms, and draws numbers only', () => {
    expect(drawn.map(({ name }) => name)).toEqual([
      'counts',
      'germs',
      'images-per-patient',
      'samples',
      'class-statistics',
      'regions',
      'variability',
      'histogram',
    ]);
    for (const { name, svg } of drawn) {
      if (name === 'samples') continue;
      expect(texts(svg ?? '').some((text) => text.startsWith('SYNTHETIC phantoms'))).toBe(true);
      // The pictures' own letters may spell anything.
      expect(svg?.replaceAll(/base64,[^"]*/g, '')).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it('writes the numbers that were counted', () => {
    for (const { images, patients } of result.figures.groups) {
      expect(texts(svgOf('counts'))).toEqual(expect.arrayContaining([String(images), String(patients)]));
    }
    const { bacteria = 0, virus = 0 } = result.figures.groups[1]?.germs ?? {};
    for (const count of [bacteria, virus]) {
      const share = Math.round((count / (bacteria + virus)) * 100);
      expect(texts(svgOf('germs'))).toContain(`${count} (${share} %)`);
    }
  });

  it('draws the mean, the deviation and the difference of the classes', async () => {
    const svg = svgOf('class-statistics');
    const pictures = [...svg.matchAll(/data:image\/png;base64,([\w+/=]+)/g)].map((match) => match[1] as string);
    expect(pictures).toHaveLength(6);
    // The first one is the mean of NORMAL, grey level for grey level.
    const { data, info } = await sharp(Buffer.from(pictures[0] as string, 'base64'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([64, 64]);
    const mean = result.pixels[0]?.statistics?.mean as Float64Array;
    for (const at of [0, 777, 2080, 4000]) {
      expect(Math.abs((data[at * info.channels] as number) - (mean[at] as number))).toBeLessThan(0.7);
    }
    // The third one is red where PNEUMONIA is brighter, blue where it is darker.
    const ill = result.pixels[1]?.statistics?.mean as Float64Array;
    const difference = ill.map((value, at) => value - (mean[at] as number));
    const colors = await sharp(Buffer.from(pictures[2] as string, 'base64'))
      .raw()
      .toBuffer();
    const [highest, lowest] = [
      difference.indexOf(Math.max(...difference)),
      difference.indexOf(Math.min(...difference)),
    ];
    const redness = (at: number): number => (colors[at * 3] as number) - (colors[at * 3 + 2] as number);
    expect(redness(highest)).toBeGreaterThan(40);
    expect(redness(lowest)).toBeLessThan(0);
    expect(texts(svg)).toEqual(expect.arrayContaining(['PNEUMONIA minus NORMAL', 'grey levels', '0']));
  });

  it('has a chart of the sizes where they differ, and none where they do not', async () => {
    expect(drawn.some(({ name }) => name === 'sizes')).toBe(false);
    const figures = await drawExploration(withSizes(), { samples: false });
    expect(texts(svgOf('sizes', figures))).toEqual(expect.arrayContaining(['Width in pixels', 'Width / height']));
    expect(figures.some(({ name }) => name === 'samples')).toBe(false);
  });

  it('knows its own files by their names', () => {
    for (const { name, svg } of drawn) {
      expect(isFigureName(`${name}.png`)).toBe(true);
      expect(isFigureName(`${name}.svg`)).toBe(svg !== undefined);
    }
    for (const name of ['class-statistics-train.png', 'sizes.svg']) expect(isFigureName(name)).toBe(true);
    for (const name of ['mine.png', 'counts.txt', 'class-statistics-../x.png']) expect(isFigureName(name)).toBe(false);
  });
});

describe('renderExplorePage', () => {
  it('holds every figure, the counts, and the notice that all is synthetic', () => {
    const html = renderExplorePage(result.figures, drawn);
    expect(html.match(/<figure>/g)).toHaveLength(drawn.length);
    expect(html).toMatch(/class="notice"[^>]*>SYNTHETIC phantoms/);
    expect(html).toContain('Not a medical device');
    expect(html).not.toContain('This page holds images of patients');
    expect(html).not.toMatch(/<script|(?:src|href)="(?!data:|#)/);
    const [normal] = result.figures.groups;
    expect(html).toContain(`<td>NORMAL</td><td class="number">${normal?.images}</td>`);
  });

  it('warns of images of patients where the samples are in it, and only there', () => {
    const figures = { ...result.figures, synthetic: false };
    expect(renderExplorePage(figures, drawn)).toContain('This page holds images of patients');
    const without = drawn.filter(({ name }) => name !== 'samples');
    const page = renderExplorePage(figures, without);
    expect(page).not.toContain('images of patients.');
    expect(page).not.toContain('class="notice"');
  });

  it('lists what cannot be read', () => {
    const unreadable = [{ file: 'a/<b>.png', reason: '/x/a/<b>.png is empty' }];
    expect(renderExplorePage({ ...result.figures, unreadable }, drawn)).toContain(
      '<li>/x/a/&lt;b&gt;.png is empty</li>',
    );
  });
});

describe('describeVariability', () => {
  function figuresWith(around: readonly number[], border: readonly number[]): ExploreFigures {
    const change = (region: string, [difference = 0, low = 0, high = 0]: readonly number[]) => {
      const found = result.figures.variability.find((one) => one.region === region);
      const interval = { low, high };
      return { ...found!, differences: [{ label: 'PNEUMONIA', reference: 'NORMAL', difference, interval }] };
    };
    return { ...result.figures, variability: [change('aroundLungs', around), change('border', border)] };
  }

  it('says it whichever way it comes out', () => {
    expect(describeVariability(figuresWith([3, 2, 4], [1, -1, 3]))).toEqual([
      expect.stringMatching(
        /^Around the lungs images of PNEUMONIA vary more than those of NORMAL: .*difference \+3\.0 \(95 % interval \+2\.0 to \+4\.0\)\.$/,
      ),
      expect.stringContaining('does not differ in the same direction: +1.0') as string,
    ]);
    expect(describeVariability(figuresWith([-3, -4, -2], [-4, -5, -3])).join(' ')).toMatch(
      /vary less than those of NORMAL.*largest here: border, −4\.0.*differs in the same direction, by −4\.0/,
    );
    expect(describeVariability(figuresWith([0.04, -1, 1], [0, -1, 1]))).toEqual([
      expect.stringMatching(/^Around the lungs it cannot be told whether .*difference 0\.0 \(95 %/),
    ]);
  });
});
