import { describe, expect, it, vi } from 'vitest';
import { toStudyPredictions, typicalStudy } from '../../../test/fixtures/evaluation/study-golden.ts';
import { computeBinaryMetrics } from '../../statistics/figures/binary-metrics.ts';
import { compareModels } from '../../statistics/study/compare.ts';
import type { Prediction } from '../../statistics/prediction/prediction.ts';
import { computeStudy, type Study } from '../../statistics/study/study.ts';
import { computeSubgroups } from '../../statistics/study/subgroups.ts';
import { precisionRecallChart, reliabilityChart, rocChart } from '../charts/charts.ts';
import { renderComparison, renderStudyTable, renderSubgroups } from '../evaluate/study-table.ts';
import { formatDifference, formatLevel, formatPValue, formatStudyInterval } from '../charts/study-words.ts';

// The first chart loads large libraries.
vi.setConfig({ testTimeout: 60_000 });

const options = { threshold: 0.5, replicates: 200 };
const classNames = ['NORMAL', 'PNEUMONIA'];
const predictions = toStudyPredictions(typicalStudy);
const study = computeStudy(predictions, { ...options, prevalence: 0.05 });

const texts = (svg: string): string[] =>
  [...svg.matchAll(/<(?:text|tspan)\b[^>]*>([^<]+)</g)].map((match) => match[1] ?? '');
/** The points of the lines that were drawn, longest first. */
const drawnLines = (svg: string): [x: number, y: number][][] =>
  [...svg.matchAll(/aria-roledescription="line mark container".*?<path[^>]* d="([^"]+)"/gs)]
    .map((match) => (match[1] ?? '').split(/[ML]/).slice(1))
    .map((points) => points.map((point) => point.split(',').map(Number) as [number, number]))
    .toSorted((a, b) => b.length - a.length);

describe('renderStudyTable', () => {
  it('has a row for each figure with its interval, and how it was made', () => {
    const text = renderStudyTable(study, classNames);
    const { value, interval } = study.figures.rocAuc;
    expect(text).toMatch(/^Images +90 \(\d+ PNEUMONIA, \d+ NORMAL\)$/m);
    expect(text).toContain(
      `ROC AUC               ${value?.toFixed(4)}  ${interval?.low.toFixed(4)} to ${interval?.high.toFixed(4)}`,
    );
    expect(text).toMatch(/^Sensitivity \(recall\) +\d+\.\d % +\d+\.\d to \d+\.\d %$/m);
    expect(text).toMatch(/^If 5\.00 % of those examined were PNEUMONIA, and sensitivity and specificity stayed/m);
    expect(text.match(/^NPV /gm)).toHaveLength(2);
    expect(text).toMatch(/Intervals: 200 draws of 39 patients, seed 0\.$/);
  });

  it('says why something is missing, and marks what is exact', () => {
    const same = Array.from({ length: 20 }, (_, index): Prediction => ({
      file: `${index}`,
      label: index % 2,
      probability: 0.7,
    }));
    const text = renderStudyTable(computeStudy(same, options), classNames);
    expect(text).toMatch(/^NPV +n\/a$/m);
    expect(text).toMatch(/^Sensitivity \(recall\) +100\.0 % +69\.2 to 100\.0 % \*$/m);
    expect(text).toContain('NPV: no image was called negative.');
    expect(text).toContain('Balanced accuracy, ROC AUC: no interval: the draws of patients all give the same.');
    expect(text).toMatch(/^\* All right or all wrong/m);
    expect(renderStudyTable(study, classNames)).not.toContain('*');
  });
});

describe('renderSubgroups', () => {
  it('warns below the table of each column, and once what few means', () => {
    const values = new Map(predictions.map(({ file }, index) => [file, index % 2 === 0 ? 'f' : 'm']));
    const columns = ['sex', 'again'].map((name) => ({ name, values }));
    const text = renderSubgroups(computeSubgroups(predictions, columns, options), classNames, 0.95);
    expect(text).toMatch(/^By sex\n\nsex +Patients +PNEUMONIA +NORMAL +Sensitivity +95 % +Specificity/);
    expect(
      text.match(/^f: only \d+ patients with positive images, only \d+ patients with negative images\.$/gm),
    ).toHaveLength(2);
    expect(text.match(/Of fewer than 30 patients/g)).toHaveLength(1);
  });

  it('says when groups share their negative images', () => {
    const ill = predictions.filter(({ label }) => label === 1);
    const column = { name: 'germ', values: new Map(ill.slice(3).map(({ file }) => [file, 'virus'])) };
    const text = renderSubgroups(computeSubgroups(predictions, [column], options), classNames, 0.95);
    expect(text).toMatch(/^By germ; each group is compared with all NORMAL images, of which the germ says nothing$/m);
    expect(text).toMatch(/^not stated +\d+ +3 /m);
  });
});

describe('renderComparison', () => {
  it('has figures of both, differences with their sign, intervals and p-values', () => {
    const second = toStudyPredictions(typicalStudy, 'second');
    const comparison = compareModels(predictions, second, {
      thresholds: { first: 0.5, second: 0.4 },
      replicates: 200,
      prevalence: 0.05,
    });
    const text = renderComparison(comparison, 'other.onnx');
    expect(text).toMatch(/^Compared with other\.onnx, on the same images/);
    expect(text).toMatch(/^ROC AUC +0\.\d{4} +0\.\d{4} +[+-]0\.\d{4} +[+-]0\.\d{4} to [+-]0\.\d{4} +<?\d\.\d{3}$/m);
    expect(text).toMatch(/^NPV at 5\.00 % /m);
    expect(text).toContain('Each at its own threshold: 0.5, and 0.4 of the other.');
    expect(text).toMatch(/p \d\.\d{3} \(Obuchowski, by patient\)/);
    expect(text).toMatch(/Right by one alone: \d+ images by this model, \d+ by the other/);
  });
});

describe('the words of figures', () => {
  it('write shares, signs and small numbers', () => {
    expect(formatStudyInterval('sensitivity', { low: 0.9713, high: 1 })).toBe('97.1 to 100.0 %');
    expect(formatStudyInterval('brierScore', { low: 0.02, high: 0.04 })).toBe('0.0200 to 0.0400');
    expect(formatStudyInterval('loss', null)).toBe('');
    expect(['accuracy', 'mcc'].map((name) => formatDifference(name as 'mcc', -0.00001))).toEqual(['0.0', '0.0000']);
    expect(formatDifference('accuracy', 0.0123)).toBe('+1.2');
    expect(formatDifference('rocAuc', -0.0123)).toBe('-0.0123');
    expect([formatLevel(0.95), formatLevel(0.999)]).toEqual(['95 %', '99.9 %']);
    expect([formatPValue(0.0004), formatPValue(0.0314), formatPValue(null)]).toEqual(['<0.001', '0.031', 'n/a']);
  });
});

describe('the charts of a study', () => {
  it('draw the precision-recall curve through every point, in steps', async () => {
    const { svg } = await precisionRecallChart(study, { title: 'test set' });
    const points = study.precisionRecall ?? [];
    const [line = []] = drawnLines(svg);
    for (const { recall, precision } of points) {
      const isDrawn = ([x, y]: [number, number]): boolean =>
        Math.abs(x - recall * 360) < 0.1 && Math.abs(y - 360 * (1 - precision)) < 0.1;
      expect(line.some(isDrawn), `recall ${recall}`).toBe(true);
    }
    // Steps are level or upright.
    line.slice(1).forEach(([x, y], index) => {
      const [fromX, fromY] = line[index] as [number, number];
      expect(Math.min(Math.abs(x - fromX), Math.abs(y - fromY))).toBeLessThan(0.01);
    });
    expect(texts(svg)).toContain(
      `Average precision ${study.figures.averagePrecision.value?.toFixed(4)} (95 % interval ${formatStudyInterval('averagePrecision', study.figures.averagePrecision.interval)})`,
    );
  });

  it('put a point and an interval where each bin of the reliability curve is', async () => {
    const { svg } = await reliabilityChart(study, { title: 'test set' });
    const filled = study.reliability.filter(({ images }) => images > 0);
    const [line = []] = drawnLines(svg);
    expect(line).toHaveLength(filled.length);
    line.forEach(([x, y], index) => {
      expect(x).toBeCloseTo((filled[index]?.meanProbability as number) * 360, 1);
      expect(y).toBeCloseTo(300 * (1 - (filled[index]?.share as number)), 1);
    });
    expect(texts(svg)).toContain(`${filled.length} of 10 bins of equal width hold images; lines: 95 % intervals`);
    const rules = svg.match(/aria-roledescription="rule mark" /g) ?? svg.match(/aria-roledescription="rule mark"/g);
    expect(rules?.length).toBe(filled.filter(({ interval }) => interval !== null).length);
  });

  it('draw one class only, without a curve, and a bin without an interval', async () => {
    const one: Study = computeStudy([{ file: 'a', label: 1, probability: 0.9 }], options);
    const { svg } = await reliabilityChart(one, { title: 'x' });
    expect(svg).not.toMatch(/NaN|undefined/);
    expect(svg.match(/aria-roledescription="rule mark"/g)).toBeNull();
  });

  it('say the interval of the area under the ROC curve where it is known', async () => {
    const metrics = computeBinaryMetrics(predictions);
    const { value, interval } = study.figures.rocAuc;
    const [with95, without] = await Promise.all([
      rocChart(study.roc ?? [], metrics, { title: 'x', interval: { low: 0.5, high: 0.75, level: 0.9 } }),
      rocChart(study.roc ?? [], metrics, { title: 'x' }),
    ]);
    expect(interval).not.toBeNull();
    expect(texts(with95.svg)).toContain(
      `Area under the ROC curve ${value?.toFixed(4)} (90 % interval 0.5000 to 0.7500)`,
    );
    expect(texts(without.svg)).toContain(`Area under the ROC curve ${value?.toFixed(4)}`);
  });
});
