import { describe, expect, it } from 'vitest';
import { chooseCells } from './report-cells.ts';

const predict = (label: number, probabilities: readonly number[]) =>
  probabilities.map((probability, index) => ({ file: `${label}/${index}`, label, probability }));

describe('chooseCells', () => {
  const predictions = [...predict(1, [0.9, 0.1, 0.4, 0.4, 0.5]), ...predict(0, [0.2, 0.6, 0.99, 0.01])];
  const cells = chooseCells(predictions, 0.5, { mistakes: 2, right: 1 });
  const filesOf = (label: number, answer: number): string[] =>
    cells
      .filter((cell) => cell.label === label && cell.answer === answer)
      .flatMap(({ images }) => images.map(({ prediction }) => prediction.file));

  it('counts every image once, the missed positives first', () => {
    expect(cells.map(({ label, answer, count }) => [label, answer, count])).toEqual([
      [1, 0, 4],
      [0, 1, 2],
      [1, 1, 1],
      [0, 0, 2],
    ]);
  });

  it('shows the largest losses, equal ones in the order of the files, and what lies at the threshold as negative', () => {
    expect(filesOf(1, 0)).toEqual(['1/1', '1/2']);
    expect(filesOf(0, 1)).toEqual(['0/2', '0/1']);
    expect(filesOf(0, 0)).toEqual(['0/0']);
    expect(cells[0]?.images[0]?.loss).toBeCloseTo(-Math.log(0.1), 12);
  });

  it('shows none where none is wanted, and an empty cell as empty', () => {
    const none = chooseCells(predict(1, [0.9]), 0.5, { mistakes: 0, right: 0 });
    expect(none.map(({ count, images }) => [count, images.length])).toEqual([
      [0, 0],
      [0, 0],
      [1, 0],
      [0, 0],
    ]);
  });
});
