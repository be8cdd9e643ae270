import { describe, expect, it } from 'vitest';
import { computeBinaryMetrics } from '../statistics/figures/binary-metrics.ts';
import { renderMetricsTable } from '../study/evaluate/metrics-table.ts';
import {
  endSentence,
  formatBytes,
  formatCount,
  formatDuration,
  formatFigure,
  formatPercent,
  formatProbability,
  joinSentences,
  renderTable,
  showControls,
  showControlsInLines,
  textWidth,
} from './text.ts';

describe('numbers', () => {
  it.each([
    [0, '0.0 s'],
    [0.84, '0.8 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [59.4, '59 s'],
    [59.6, '1 min 00 s'],
    [187, '3 min 07 s'],
    [3599.7, '1 h 00 min'],
    [3929, '1 h 05 min'],
    [86_399, '24 h 00 min'],
  ])('%d seconds: %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 KiB'],
    [1024 ** 2 * 99.96, '100 MiB'],
    [1_235_803_456, '1.2 GiB'],
  ])('%d bytes: %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it('writes shares, figures and counts, and n/a for what is undefined', () => {
    expect([formatPercent(0.9784), formatPercent(null), formatFigure(1 / 3), formatFigure(null)]).toEqual([
      '97.8 %',
      'n/a',
      '0.3333',
      'n/a',
    ]);
    const atTheEnds = [0.9995, 0.99949, 1, 0.0004, 0.0006, 0].map((share) => formatPercent(share));
    expect(atTheEnds).toEqual(['>99.9 %', '99.9 %', '100.0 %', '<0.1 %', '0.1 %', '0.0 %']);
    expect([formatPercent(0.99996, 2), formatPercent(0.996, 0)]).toEqual(['>99.99 %', '>99 %']);
    expect([0.99998, 1, 0.00002, 1.00002].map((value) => formatFigure(value))).toEqual([
      '>0.9999',
      '1.0000',
      '<0.0001',
      '1.0000',
    ]);
    const thresholds = [0.5, 1 / 3, 0.99998, 3e-7, 1 - Number.EPSILON / 2, 0, 1].map(formatProbability);
    expect(thresholds).toEqual(['0.5', '0.3333', '0.99998', '0.0000003', '0.9999999999999999', '0', '1']);
    expect([formatCount(5216), formatCount(67_109_441)]).toEqual(['5216', '67 109 441']);
  });
});

describe('renderTable', () => {
  it('aligns columns by what a terminal shows, not by code units', () => {
    const table = renderTable(
      [{ title: 'Class' }, { title: 'Images', align: 'right' }],
      [
        ['肺炎', '7'],
        ['été', '1234567'],
      ],
    );
    expect(table.split('\n')).toEqual(['Class   Images', '─────  ───────', '肺炎         7', 'été    1234567']);
    expect(textWidth('肺炎')).toBe(4);
    expect(textWidth('e\u0301')).toBe(1);
  });
});

describe('a table of file names', () => {
  it('shows line breaks and escape codes instead of obeying them', () => {
    const table = renderTable([{ title: 'File' }], [['a\nb.png'], ['\u001b[31mred.png']]);
    expect(table.split('\n').slice(2)).toEqual(['a\\x0ab.png', '\\x1b[31mred.png']);
  });
});

describe('renderMetricsTable', () => {
  it('gives each figure and the matrix', () => {
    const table = renderMetricsTable(
      computeBinaryMetrics([
        { file: 'a', label: 1, probability: 0.75 },
        { file: 'b', label: 1, probability: 0.25 },
        { file: 'c', label: 0, probability: 0.25 },
      ]),
      ['NORMAL', 'PNEUMONIA'],
    );
    expect(table).toMatch(/^Images +3 \(2 PNEUMONIA, 1 NORMAL\)$/m);
    expect(table).toMatch(/^Accuracy +66\.67 %$/m);
    expect(table).toMatch(/^Recall \(sensitivity\) +50\.00 %$/m);
    expect(table).toMatch(/^Specificity +100\.00 %$/m);
    expect(table).toMatch(/^ROC AUC +0\.7500$/m);
    expect(table).toMatch(/^PNEUMONIA +1 +1$/m);
  });

  it('says why a figure is missing', () => {
    const table = renderMetricsTable(computeBinaryMetrics([{ file: 'a', label: 0, probability: 0.1 }]), [
      'NORMAL',
      'PNEUMONIA',
    ]);
    expect(table).toMatch(/^Precision +n\/a \(no image was called positive\)$/m);
    expect(table).not.toContain('NaN');
  });
});

describe('a sentence', () => {
  it.each([
    ['the disk is full', 'the disk is full.'],
    ['the disk is full.', 'the disk is full.'],
    ['x cannot be opened (EACCES)', 'x cannot be opened (EACCES).'],
    ['Stopped. Run it again', 'Stopped. Run it again.'],
    ['unknown command (did you mean serve?)', 'unknown command (did you mean serve?).'],
    ["make one with 'pneumoscope dataset split'", "make one with 'pneumoscope dataset split'."],
    ['two images cannot be read:\n  a.png is empty\n  b.png is empty', undefined],
    ['Stopped. Go on with:\n  pneumoscope train data --resume', undefined],
  ])('%j is ended', (sentence, ended) => {
    expect(endSentence(sentence)).toBe(ended ?? sentence);
  });

  it('joins others without an end of its own', () => {
    expect(joinSentences('Stopped', '', 'Run it again')).toBe('Stopped. Run it again');
  });
});

describe('names of strangers', () => {
  it('show what a terminal would obey, and what would turn the writing round', () => {
    expect(showControls('a\u001b[2Jb\u009b1mc\u007f\n')).toBe(String.raw`a\x1b[2Jb\x9b1mc\x7f\x0a`);
    expect(showControls('ill\u202egnp.\u2066')).toBe(String.raw`ill\u202egnp.\u2066`);
    expect(showControls('正常 é ́ 👍🏽.png')).toBe('正常 é ́ 👍🏽.png');
    expect(showControlsInLines('one\n  two\r\u001b]0;x\u0007')).toBe('one\n' + String.raw`  two\x0d\x1b]0;x\x07`);
  });
});
