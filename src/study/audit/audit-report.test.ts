import { describe, expect, it, vi } from 'vitest';
import { madeUpAudit } from '../../../test/fixtures/inspection/audit-result.ts';
import { auditChart, auditMatrixChart } from './audit-chart.ts';
import { renderAuditPage } from './audit-page.ts';
import { renderAudit } from './audit-text.ts';

// The first chart loads large libraries.
vi.setConfig({ testTimeout: 120_000 });

const texts = (svg: string): string[] => [...svg.matchAll(/<text\b[^>]*>([^<]+)</g)].map((match) => match[1] ?? '');
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('renderAudit', () => {
  const text = renderAudit(madeUpAudit);

  it('begins with what was looked at', () => {
    const words = oneLine(text);
    expect(words).toContain('200 images of 190 patients (50 NORMAL, 150 PNEUMONIA). Can PNEUMONIA be told from NORMAL');
    expect(words).toContain('drawn at random (seed 7) from 12 000 images of 9000 patients.');
    expect(words).toContain("The data set's own sets were pooled: train, test.");
    expect(words).toContain('Of 3 images nothing tells the patient');
    expect(words).toContain('Left out: 1 files that cannot be read.');
    expect(words).toContain('synthetic phantoms');
  });

  it('has a row for each feature: figure, interval, verdict, remedy and what it leaves', () => {
    expect(text).toMatch(/^stretch of the chest +pixels +0\.91 +0\.87 to 0\.95 +gives it away +letterbox +0\.57$/m);
    expect(text).toMatch(/^aspect ratio +file +0\.88 +0\.82 to 0\.92 +gives it away +any preparation +0\.50$/m);
    expect(text).toMatch(/^outer border +pixels +0\.90 +0\.84 to 0\.95 +gives it away$/m);
    expect(text).toMatch(/^file format +file +0\.50 +0\.50 to 0\.50 +same in all$/m);
  });

  it('says what a leak means, what takes it away, and what makes it worse', () => {
    const words = oneLine(text);
    expect(words).toContain('stretch of the chest (median 1.2 in PNEUMONIA, 1.05 in NORMAL)');
    expect(words).toContain('Letterbox takes it away: AUC 0.57 after it. Worse with border cropped (0.95).');
    expect(words).toContain('may live on as stretch of the chest: AUC 0.91, which letterbox lowers to 0.57.');
    expect(words).toContain('No single option that was tried takes it away. All but letterbox: 0.70.');
    expect(words).toContain('colour mode (colour, 8 bits: 24 images, every one of them PNEUMONIA)');
    expect(words).toContain('Letterbox makes a new leak: mean brightness 0.55 -> 0.75.');
    expect(words).toMatch(/4 of 6 leak the label: 2 of the file, 2 of the prepared pixels\.$/);
  });

  it('keeps its paragraphs within a hundred columns', () => {
    for (const line of text.split('\n').filter((line) => line.startsWith('  ')))
      expect(line.length).toBeLessThanOrEqual(100);
  });

  it('says so where nothing leaks', () => {
    const harmless = { ...madeUpAudit, features: madeUpAudit.features.slice(-1) };
    expect(renderAudit(harmless)).toMatch(/\n\nNothing that was looked at leaks the label\.$/);
  });
});

describe('auditChart', () => {
  it('puts every feature where its AUC is, the order kept', async () => {
    const { svg } = await auditChart(madeUpAudit);
    const titles = madeUpAudit.features.map(({ title }) => title);
    expect(texts(svg).filter((word) => titles.includes(word))).toEqual(titles);
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['the file', 'the prepared pixels', 'after the best single option']),
    );
    // 0.4 is the left end and 1 the right, 560 pixels on.
    const places = [...svg.matchAll(/<path[^>]*transform="translate\(([\d.]+),/g)].map((match) => Number(match[1]));
    for (const { auc } of madeUpAudit.features) {
      const wanted = (((auc as number) - 0.4) / 0.6) * 560;
      expect(places.some((place) => Math.abs(place - wanted) < 0.2)).toBe(true);
    }
    expect(svg).not.toMatch(/NaN|undefined/);
  });
});

describe('auditMatrixChart', () => {
  it('has a cell for each option, and leaves out what no option leaves anything of', async () => {
    const { svg } = await auditMatrixChart(madeUpAudit);
    const words = texts(svg);
    expect(words).toEqual(expect.arrayContaining(['as found', 'letterbox', 'all together', 'stretch of the chest']));
    expect(words).not.toContain('aspect ratio');
    expect(words.filter((word) => /^\d\.\d\d$/.test(word))).toHaveLength(3 * (madeUpAudit.options.length + 1));
  });
});

describe('renderAuditPage', () => {
  it('is one page that holds all of it, whatever the folder is called', async () => {
    const html = await renderAuditPage(madeUpAudit);
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain('Audit of data/&lt;b&gt;&quot;raw&quot;');
    expect(html.match(/<svg /g)).toHaveLength(2);
    expect(html).toContain('These images are synthetic phantoms');
    expect(html).toContain('<h3>stretch of the chest</h3>');
    expect(html).toContain('resize: bilinear, crop: 0.1, histogram: uniform, jpegQuality: 75, fit: letterbox');
    expect(html).not.toMatch(/<script|src="http|NaN|undefined/);
  });
});
