import { describe, expect, it } from 'vitest';
import { interleave } from '../bench/lib/interleave.ts';
import { median, medianRatio, summarize } from '../bench/lib/statistics.ts';
import { renderTable } from '../bench/lib/table.ts';

describe('statistics', () => {
  it('summarises without being moved by one disturbed sample', () => {
    expect(summarize([3, 1, 2, 100])).toEqual({ count: 4, min: 1, median: 2.5, max: 100, mad: 1 });
    expect(median([5, 1, 3])).toBe(3);
    expect(() => median([])).toThrow(/at least one sample/);
  });

  it('takes ratios pair by pair', () => {
    // The machine was ten times slower in the second round, for both.
    expect(medianRatio([2, 20, 2], [1, 10, 1])).toBe(2);
    expect(() => medianRatio([1], [])).toThrow(/pairs/);
  });
});

describe('interleave', () => {
  it('takes turns, drops the warm-up and keeps the rounds paired', async () => {
    const calls: string[] = [];
    let clock = 0;
    const contestant = (name: string, speed: number) => ({
      name,
      measure: () => {
        calls.push(name);
        return speed * (clock++ < 4 ? 1 : 10);
      },
    });
    const result = await interleave([contestant('a', 1), contestant('b', 3)], { rounds: 3 });
    expect(calls.join('')).toBe('baabbaab');
    expect(result.samples.get('a')).toEqual([1, 10, 10]);
    expect(result.samples.get('b')).toEqual([3, 30, 30]);
    expect(result.ratio('b', 'a')).toBe(3);
    expect(result.summary('a').min).toBe(1);
    expect(() => result.ratio('b', 'c')).toThrow(/named c/);
  });

  it('refuses two contestants of one name', async () => {
    const twin = { name: 'a', measure: () => 1 };
    await expect(interleave([twin, twin], { rounds: 1 })).rejects.toThrow(/same name/);
  });
});

it('renders a table that is Markdown', () => {
  const table = renderTable([{ title: 'what' }, { title: 'images/s', align: 'right' }], [['train', '9.3'], ['infer']]);
  expect(table.split('\n')).toEqual([
    '| what  | images/s |',
    '| ----- | -------: |',
    '| train |      9.3 |',
    '| infer |          |',
  ]);
});
