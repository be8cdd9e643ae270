import { beforeAll, describe, expect, it } from 'vitest';
import { drawPhantoms, joinImages, phantomSide } from '../../../test/guard-fixtures.ts';
import { changes, drawings, mirror } from '../../../test/not-x-rays.ts';
import type { GrayImage } from '../../imaging/gray-image.ts';
import { fitGuard } from './fit-guard.ts';
import { combineFigures, describeGuardResult, Guard, scoreGuard, type GuardResult } from './guard.ts';
import { guardSpecSchema, type GuardSpec } from './guard-spec.ts';

let spec: GuardSpec;
let test: GrayImage[];
beforeAll(() => {
  spec = fitGuard(joinImages(drawPhantoms(150, 1)), { validation: joinImages(drawPhantoms(60, 2)) }) as GuardSpec;
  test = drawPhantoms(60, 3);
});

const scoreAll = (images: readonly GrayImage[]): GuardResult[] => {
  const guard = new Guard(spec);
  return images.map(({ data, width, height }) => guard.score(data, width, height));
};
const refusedOf = (results: readonly GuardResult[]): number =>
  results.filter(({ verdict }) => verdict === 'refused').length / results.length;

describe('a guard fitted on phantoms', () => {
  it('lets other phantoms pass, left and right exchanged too', () => {
    expect(refusedOf(scoreAll(test))).toBeLessThanOrEqual(0.05);
    expect(refusedOf(scoreAll(test.map(mirror)))).toBeLessThanOrEqual(0.05);
  });

  it.each([
    ['inverted', 'inverted'],
    ['rotated 90', 'on its side'],
    ['rotated 180', 'upside down'],
    ['rotated 270', 'on its side'],
    ['flipped vertically', 'upside down'],
  ] as const)('refuses them %s, and says why', (name, reason) => {
    const change = changes[name] as (image: GrayImage, index: number) => GrayImage;
    const results = scoreAll(test.map(change));
    expect(refusedOf(results)).toBeGreaterThanOrEqual(0.95);
    expect(results.filter((result) => result.reason === reason).length).toBeGreaterThanOrEqual(0.9 * results.length);
  });

  it.each(Object.keys(drawings).filter((name) => !name.includes('gradient')))('refuses what is drawn: %s', (name) => {
    const draw = drawings[name] as (side: number, index: number) => GrayImage;
    expect(
      refusedOf(scoreAll(Array.from({ length: 20 }, (_, index) => draw(phantomSide, index)))),
    ).toBeGreaterThanOrEqual(0.9);
  });

  it('scores 0 to 1, an empty image 1, and the verdict follows from the thresholds', () => {
    const results = scoreAll([
      ...test,
      ...test.map((image) => (changes['rotated 30'] as (i: GrayImage, n: number) => GrayImage)(image, 0)),
    ]);
    expect(scoreAll([{ width: 9, height: 5, data: new Uint8Array(45).fill(77) }])).toEqual([
      { score: 1, verdict: 'refused', reason: 'empty' },
    ]);
    for (const { score, verdict, reason } of results) {
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThan(1);
      const { flag, refuse } = spec.thresholds;
      expect(verdict).toBe(score > refuse ? 'refused' : score > flag ? 'flagged' : 'accepted');
      expect(reason === null).toBe(verdict === 'accepted');
    }
  });

  it('is the same for the same images, and the same again from JSON', () => {
    const again = fitGuard(joinImages(drawPhantoms(150, 1)), { validation: joinImages(drawPhantoms(60, 2)) });
    expect(again).toEqual(spec);
    const text = JSON.stringify(spec);
    expect(text.length).toBeLessThan(150_000);
    const read = guardSpecSchema.parse(JSON.parse(text));
    const { data, width, height } = test[0] as GrayImage;
    expect(scoreGuard(read, data, width, height)).toEqual(scoreGuard(spec, data, width, height));
  });
});

describe('fitGuard', () => {
  it('needs enough images with contrast, in both sets', () => {
    const [few, enough, empty] = [drawPhantoms(19, 4), drawPhantoms(60, 5), drawPhantoms(60, 6)].map(joinImages);
    if (few === undefined || enough === undefined || empty === undefined) throw new Error('not drawn');
    expect(fitGuard(few, { validation: enough })).toBeNull();
    expect(fitGuard(enough, { validation: few })).toBeNull();
    expect(fitGuard({ ...empty, pixels: empty.pixels.map(() => 50) }, { validation: enough })).toBeNull();
  });
});

describe('combineFigures', () => {
  const scale = { middle: 1, limit: 3 };
  const scales = { turn: scale, distance: scale, fineness: scale };
  it.each([
    [{ turn: 0, distance: 1, fineness: -9 }, 0, 'distance'],
    [{ turn: 3, distance: 1, fineness: 1 }, 0.5, 'turn'],
    [{ turn: 2, distance: 1, fineness: 7 }, 0.75, 'fineness'],
  ] as const)('%o scores %d, by %s', (figures, score, name) => {
    expect(combineFigures(figures, scales)).toEqual({ score, name });
  });
});

describe('guardSpecSchema', () => {
  it.each<[string, (valid: GuardSpec) => unknown]>([
    ['arrays cut short', (valid) => ({ ...valid, mean: valid.mean.slice(0, -8) })],
    ['a threshold that flags less than it refuses', (valid) => ({ ...valid, thresholds: { flag: 0.6, refuse: 0.5 } })],
    ['a limit at its middle', (valid) => ({ ...valid, scales: { ...valid.scales, turn: { middle: 1, limit: 1 } } })],
    ['an unknown field', (valid) => ({ ...valid, more: 1 })],
    ['no variance', (valid) => ({ ...valid, variances: btoa('\0'.repeat(4 * 40)) })],
  ])('refuses %s', (_, damage) => {
    expect(guardSpecSchema.safeParse(spec).success).toBe(true);
    expect(guardSpecSchema.safeParse(damage(spec)).success).toBe(false);
  });
});

describe('describeGuardResult', () => {
  it('says how far and why', () => {
    expect(describeGuardResult({ score: 0.9, verdict: 'refused', reason: 'inverted' })).toBe(
      'does not look like the frontal chest X-rays this model was trained on: its light and dark parts lie as in an inverted or cropped one',
    );
    expect(describeGuardResult({ score: 0.5, verdict: 'flagged', reason: 'unlike' })).toMatch(
      /^hardly looks like .*: its light/,
    );
    expect(describeGuardResult({ score: 0.1, verdict: 'accepted', reason: null })).toBe('');
  });
});
