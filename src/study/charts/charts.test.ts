import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { binaryGolden, toPredictions } from '../../../test/fixtures/evaluation/golden.ts';
import { computeAbstention, computeAbstentionCurve } from '../../statistics/calibration/abstention.ts';
import { computeBinaryMetrics } from '../../statistics/figures/binary-metrics.ts';
import { computeRocCurve, type RocPoint } from '../../statistics/figures/roc.ts';
import type { EpochRecord } from '../../engine/fit/history.ts';
import { buildAbstentionChart } from './abstention-chart.ts';
import { abstentionChart, confusionChart, rocChart, toConfusionMatrix, trainingCurves } from './charts.ts';
import { renderPng, renderSvg } from './render-chart.ts';

// The first chart loads large libraries.
vi.setConfig({ testTimeout: 60_000 });

const losses = [0.6, 0.4, 0.2, 0.3, 0.25];

function makeHistory(epochs: number, validation = true): EpochRecord[] {
  return losses.slice(0, epochs).map((loss, index) => ({
    epoch: index + 1,
    loss,
    accuracy: 1 - loss / 2,
    recall: 1 - loss / 3,
    valLoss: validation ? loss + 0.05 : null,
    valAccuracy: validation ? 0.9 - loss / 2 : null,
    valRecall: validation ? 0.95 - loss / 2 : null,
    learningRate: 1e-3,
    seconds: 10,
    imagesPerSecond: 100,
  }));
}

const texts = (svg: string): string[] =>
  [...svg.matchAll(/<(?:text|tspan)\b[^>]*>([^<]+)</g)].map((match) => match[1] ?? '');
const drawnLines = (svg: string): string[] =>
  [
    ...svg.matchAll(
      /role-mark[^>]*marks" role="graphics-object"[^>]*aria-roledescription="line mark container".*?<path[^>]* d="([^"]+)"/gs,
    ),
  ].map((match) => match[1] ?? '');

describe('trainingCurves', () => {
  it('shows loss, accuracy and recall of both sets and says which epoch was best', async () => {
    const { svg } = await trainingCurves(makeHistory(5), { title: 'runs/a & <b>', subtitle: 'seed 1' });
    const words = texts(svg);
    expect(words).toEqual(expect.arrayContaining(['Loss', 'Accuracy', 'Recall', 'Epoch', 'training', 'validation']));
    expect(words).toEqual(expect.arrayContaining(['runs/a &amp; &lt;b&gt;', 'seed 1']));
    expect(words).toContain('Best epoch: 3 of 5, the lowest validation loss');
    expect(svg).toContain(
      'aria-label="Loss, accuracy and recall of 5 epochs. Best epoch: 3 of 5, the lowest validation loss."',
    );
    expect(drawnLines(svg)).not.toHaveLength(0);
    for (const line of drawnLines(svg)) expect(line.match(/[ML]/g)).toHaveLength(5);
  });

  it('draws a lower loss lower: the points stand where the numbers are', async () => {
    const { svg } = await trainingCurves(makeHistory(5, false), { title: 'runs/a' });
    const [first = ''] = drawnLines(svg);
    const heights = first
      .split(/[ML]/)
      .slice(1)
      .map((point) => Number(point.split(',')[1]));
    // 0.6 is the top of the axis and 0 its bottom, 230 pixels lower.
    heights.forEach((height, index) => expect(height).toBeCloseTo(230 * (1 - (losses[index] as number) / 0.6), 1));
    expect(texts(svg)).toContain('Best epoch: 3 of 5, the lowest training loss');
    expect(texts(svg)).not.toContain('validation');
  });

  it('draws a single epoch', async () => {
    const { svg } = await trainingCurves(makeHistory(1), { title: 'runs/a' });
    expect(texts(svg)).toContain('Best epoch: 1 of 1, the lowest validation loss');
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  it('has no chart of nothing', () => {
    expect(() => trainingCurves([], { title: 'runs/a' })).toThrow(/at least one epoch/);
  });

  it('gives the same bytes each time', async () => {
    const [first, second] = [
      await trainingCurves(makeHistory(4), { title: 'a' }),
      await trainingCurves(makeHistory(4), { title: 'a' }),
    ];
    expect(second.svg).toBe(first.svg);
    expect(Buffer.from(second.png).equals(Buffer.from(first.png))).toBe(true);
  });
});

describe('rocChart', () => {
  const [, golden] = binaryGolden[0] as (typeof binaryGolden)[number];
  const predictions = toPredictions(golden);

  it('goes through every point, in order', async () => {
    const points = computeRocCurve(predictions) as readonly RocPoint[];
    const { svg } = await rocChart(points, computeBinaryMetrics(predictions), { title: 'test set' });
    const line = drawnLines(svg).find((path) => (path.match(/[ML]/g)?.length ?? 0) > 2) ?? '';
    const drawn = line
      .split(/[ML]/)
      .slice(1)
      .map((point) => point.split(',').map(Number));
    expect(drawn).toHaveLength(points.length);
    drawn.forEach(([x, y], index) => {
      expect(x).toBeCloseTo((points[index] as RocPoint).falsePositiveRate * 360, 1);
      expect(y).toBeCloseTo(360 - (points[index] as RocPoint).truePositiveRate * 360, 1);
    });
    expect(texts(svg)).toContain('At threshold 0.5: sensitivity 82.4 %, specificity 73.1 %');
  });
});

describe('confusionChart', () => {
  it('puts the counts of the true classes in rows', async () => {
    const confusion = { trueNegatives: 90, falsePositives: 10, falseNegatives: 7, truePositives: 193 };
    const matrix = toConfusionMatrix(confusion);
    expect(matrix).toEqual([
      [90, 10],
      [7, 193],
    ]);
    const { svg } = await confusionChart(matrix, ['NORMAL', 'PNEUMONIA'], { title: 'test set' });
    expect(texts(svg).filter((text) => /^\d+$/.test(text))).toEqual(['90', '10', '7', '193']);
    expect(texts(svg)).toEqual(expect.arrayContaining(['90.0 %', '10.0 %', '3.5 %', '96.5 %']));
  });

  it('says n/a for a class without images', async () => {
    const { svg } = await confusionChart(
      [
        [3, 1],
        [0, 0],
      ],
      ['NORMAL', 'PNEUMONIA'],
      { title: 'x' },
    );
    expect(texts(svg).filter((text) => text === 'n/a')).toHaveLength(2);
  });
});

describe('renderPng', () => {
  it('draws the letters with the font of this package, at two pixels for one', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><text x="10" y="25" font-size="20" font-family="Arimo">Recall</text></svg>';
    const { data, info } = await sharp(await renderPng(svg))
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([240, 80]);
    expect(data.filter((value) => value < 128).length).toBeGreaterThan(300);
  });
});

describe('renderSvg', () => {
  it('refuses to load anything', async () => {
    const spec = { data: { url: 'https://example.org/history.csv' }, mark: 'point' as const, encoding: {} };
    await expect(renderSvg(spec)).rejects.toThrow(/must not load anything, but it names https:/);
  });
});

describe('abstentionChart', () => {
  const [, golden] = binaryGolden[0] as (typeof binaryGolden)[number];
  const predictions = toPredictions(golden);
  const curve = computeAbstentionCurve(predictions, 0.5);

  it('draws the curve, marks the band and says in words what both do', async () => {
    const band = { low: 0.4, high: 0.6 };
    const chosen = computeAbstention(predictions, 0.5, band);
    const { svg } = await abstentionChart(predictions, { title: 'a & b', threshold: 0.5, band });
    const words = texts(svg);
    expect(words).toContain('a &amp; b');
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    expect(words).toContain(`All images answered: ${percent(curve[0]?.error as number)} wrong`);
    expect(words).toContain(
      `Uncertain band: ${percent(chosen.abstentionRate)} of the images left, ${percent(chosen.error as number)} wrong among the others`,
    );
    expect(drawnLines(svg)).toHaveLength(1);
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  it('draws a model without an error, and one point alone', async () => {
    const perfect = [
      { file: 'a', label: 0, probability: 0.1 },
      { file: 'b', label: 1, probability: 0.7 },
    ];
    for (const some of [perfect, perfect.slice(0, 1)]) {
      const { svg } = await abstentionChart(some, { title: 'perfect', threshold: 0.5, band: null });
      expect(texts(svg)).toEqual(expect.arrayContaining(['All images answered: 0.0 % wrong', 'No uncertain band']));
      expect(svg).not.toMatch(/NaN|undefined/);
    }
  });

  it('ends a little beyond the last error and the chosen band', () => {
    const end = (chosen: number): unknown =>
      JSON.stringify(
        buildAbstentionChart([{ band: null, abstentionRate: 0, error: 0, missed: 0, falseAlarms: 0, answered: 9 }], {
          title: '',
          chosen: { abstentionRate: chosen, error: 0, missed: 0, falseAlarms: 0, answered: 9 },
        }),
      ).match(/"domain":\[0,([\d.]+)\],"nice":false/)?.[1];
    expect([0, 0.1, 0.9].map(end)).toEqual(['0.05', '0.2', '1']);
  });
});
