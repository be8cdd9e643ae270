import sharp from 'sharp';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { SmoothedLoss, rateOfStep, suggestRate, type RangeStep } from '../../engine/fit/learning-rate-curve.ts';
import type { LearningRateRange } from '../train/lr-find.ts';
import { loadRecipe, type Recipe } from '../train/recipe.ts';
import { learningRateChart } from './learning-rate-chart.ts';

// The first chart loads large libraries.
vi.setConfig({ testTimeout: 60_000 });

let recipe: Recipe;
beforeAll(async () => {
  recipe = await loadRecipe('demo');
});

function makeRange(lossAt: (decade: number) => number, ended: LearningRateRange['ended']): LearningRateRange {
  const range = { from: 1e-6, to: 10, steps: 71 };
  const smoothed = new SmoothedLoss(0.5);
  const curve = Array.from({ length: 71 }, (_, index): RangeStep => {
    const learningRate = rateOfStep(index + 1, range);
    const loss = lossAt(Math.log10(learningRate));
    return { step: index + 1, learningRate, loss, smoothedLoss: smoothed.add(loss) };
  });
  return { ...range, recipe, images: 8, smoothing: 0.5, curve, ended, suggestion: suggestRate(curve, range) };
}

const texts = (svg: string): string[] =>
  [...svg.matchAll(/<(?:text|tspan)\b[^>]*>([^<]+)</g)].map((match) => match[1] ?? '');
const fall = (decade: number): number => 0.2 + 0.5 / (1 + Math.exp(4 * (decade + 3)));

describe('learningRateChart', () => {
  it('shows the rates by decade, the suggestion, and how the test ended', async () => {
    const range = makeRange((decade) => fall(decade) + Math.max(0, decade + 1) / 2, 'complete');
    const { svg, png } = await learningRateChart(range, { title: 'Learning rates for demo' });
    const words = texts(svg);
    expect(words).toEqual(expect.arrayContaining(['1e-6', '1e-3', '1', '1e1', 'Learning rate', 'Loss', 'smoothed']));
    expect(words).toEqual(expect.arrayContaining(['Learning rates for demo', '71 steps; smoothing 0.5']));
    const rate = String(range.suggestion.learningRate);
    expect(words).toContain(rate);
    expect(words.some((text) => text.startsWith(`Suggested: ${rate} (steepest at `))).toBe(true);
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png' });
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('is drawn however far the loss diverged: what is above the axis is left out', async () => {
    const range = makeRange((decade) => (decade < 0 ? fall(decade) : 1e30), 'diverged');
    const { png, svg } = await learningRateChart(range, { title: 'x' });
    expect((await sharp(png).metadata()).width).toBeGreaterThan(1000);
    expect(texts(svg)).toContain('Ended after 71 of 71 steps: the loss diverged; smoothing 0.5');
    const heights = [...svg.matchAll(/translate\(([-\d.e+]+),([-\d.e+]+)\)/g)].map((match) => Number(match[2]));
    for (const height of heights) expect(Math.abs(height)).toBeLessThan(2000);
  });

  it('has no mark where nothing is suggested', async () => {
    const range = makeRange((decade) => decade + 7, 'complete');
    const { svg } = await learningRateChart(range, { title: 'x' });
    expect(texts(svg)).toContain('The loss fell at no rate');
    expect(texts(svg)).not.toContain('steepest and minimum');
  });
});
