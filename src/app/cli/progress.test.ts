import { describe, expect, it } from 'vitest';
import { ProgressLine, type ProgressState, renderLiveLine, renderPlainLine } from './progress.ts';
import { textWidth } from '../../base/text.ts';

const state: ProgressState = { label: 'Unpacking', done: 1234, total: 5856, unit: 'images' };

function record(live: boolean, columns = 80) {
  const written: string[] = [];
  let time = 0;
  const line = new ProgressLine({ columns, write: (text) => written.push(text) }, { live, now: () => time });
  const at = (seconds: number, done: number, label = 'Unpacking'): void => {
    time = seconds;
    line.update({ ...state, label, done });
  };
  return { written, line, at };
}

describe('renderLiveLine', () => {
  it('shows bar, count, share, rate and time left', () => {
    expect(renderLiveLine(state, 312.4, 100)).toBe(
      'Unpacking  █████░░░░░░░░░░░░░░░░░░░  1234/5856 images 21 %  312/s  15 s left',
    );
    expect(renderLiveLine({ label: 'Downloading', done: 3 * 1024 ** 2, unit: 'bytes' }, 1024, 100)).toBe(
      'Downloading  3.0 MiB  1.0 KiB/s',
    );
    expect(renderLiveLine({ ...state, done: 5856, detail: 'loss 0.0612' }, 312, 100)).toContain(
      '100 %  312/s  loss 0.0612',
    );
  });

  it('never exceeds the width, whatever it is', () => {
    for (let width = 0; width <= 120; width++) {
      for (const text of [
        renderLiveLine(state, 312, width),
        renderLiveLine({ ...state, label: '肺炎の画像' }, 3, width),
      ]) {
        expect(textWidth(text)).toBeLessThanOrEqual(width);
      }
    }
    expect(renderLiveLine(state, 312, 55)).toBe('Unpacking  1234/5856 images 21 %  312/s  15 s left');
    expect(renderLiveLine(state, 312, 20)).toBe('Unpacking  1234/585…');
  });

  it('survives totals that are 0 or too small', () => {
    expect(renderLiveLine({ ...state, done: 0, total: 0 }, undefined, 80)).toContain('100 %');
    expect(renderLiveLine({ ...state, done: 9, total: 3 }, 1, 80)).toContain('9/3 images 100 %');
  });

  it('colours only the done part of the bar', () => {
    expect(renderLiveLine(state, 312, 100, (bar) => `<${bar}>`)).toContain('<█████>░');
  });
});

describe('ProgressLine', () => {
  it('is redrawn in place on a terminal, at most ten times a second, and leaves nothing behind', () => {
    const { written, line, at } = record(true);
    for (let step = 0; step <= 1000; step++) at(step / 1000, step);
    expect(written.length).toBeGreaterThan(5);
    expect(written.length).toBeLessThanOrEqual(11);
    for (const text of written) {
      expect(text.startsWith('\r\u001B[2K')).toBe(true);
      expect(text.slice(5)).toMatch(/^[^\n\r]+$/);
      expect(textWidth(text.slice(5))).toBeLessThan(80);
    }
    line.clear();
    line.clear();
    expect(written.filter((text) => text === '\r\u001B[2K')).toHaveLength(1);
  });

  it('takes a terminal that knows no width for one of 80 columns', () => {
    const { written, at } = record(true, 0);
    at(0, 1234);
    expect(written[0]).toContain('1234/5856');
  });

  it('writes a plain line every ten seconds elsewhere', () => {
    const { written, line, at } = record(false);
    for (let second = 0; second <= 25; second++) at(second, second * 100);
    line.clear();
    expect(written).toEqual([
      `${renderPlainLine({ ...state, done: 1000 }, 100)}\n`,
      `${renderPlainLine({ ...state, done: 2000 }, 100)}\n`,
    ]);
    expect(written[0]).toBe('Unpacking: 1000/5856 images 17 %, 100/s, 49 s left\n');
  });

  it('measures the rate of the last seconds, and anew for new work', () => {
    const { written, at } = record(false);
    for (let second = 0; second <= 30; second += 10) at(second, second * 10);
    for (let second = 40; second <= 60; second += 10) at(second, 300 + (second - 30));
    expect(written.at(-1)).toContain('1.0/s');
    for (let second = 70; second <= 80; second += 10) at(second, second * 3, 'Checking');
    expect(written.at(-1)).toMatch(/^Checking: 240\/5856 images 4 %, 3\.0\/s/);
  });
});
