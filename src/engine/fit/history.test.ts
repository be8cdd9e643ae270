import { describe, expect, it } from 'vitest';
import { type EpochRecord, findBestEpoch, parseHistoryCsv, renderHistoryCsv } from './history.ts';

const record = (epoch: number, changes: Partial<EpochRecord> = {}): EpochRecord => ({
  epoch,
  loss: 0.1 + 0.2,
  accuracy: 2 / 3,
  recall: 1,
  valLoss: 1 / 7,
  valAccuracy: 0.9,
  valRecall: 0,
  learningRate: 1e-4,
  seconds: 12.25,
  imagesPerSecond: 5e-324,
  ...changes,
});

const headerLine =
  'epoch,loss,accuracy,recall,val_loss,val_accuracy,val_recall,learning_rate,seconds,images_per_second';

describe('history.csv', () => {
  it("has Keras's columns and an empty cell for what does not exist", () => {
    const text = renderHistoryCsv([record(1, { valLoss: null, valAccuracy: null, valRecall: null })]);
    expect(text).toBe(`${headerLine}\n1,0.30000000000000004,0.6666666666666666,1,,,,0.0001,12.25,5e-324\n`);
  });

  it('reads back the same bits', () => {
    const history = [record(1), record(2, { loss: Math.PI * 1e-9, valLoss: null }), record(3, { seconds: 1e21 })];
    expect(parseHistoryCsv(renderHistoryCsv(history))).toEqual(history);
    expect(parseHistoryCsv(renderHistoryCsv([]))).toEqual([]);
  });

  it('reads a table that a spreadsheet saved', () => {
    const names = headerLine.split(',').toReversed();
    const cells = renderHistoryCsv([record(1)])
      .split('\n')[1]
      ?.split(',')
      .toReversed();
    const text = `\uFEFF${names.join(',')},note\r\n${cells?.join(',')},good\r\n\r\n`;
    expect(parseHistoryCsv(text)).toEqual([record(1)]);
  });

  it.each([
    ['', /columns epoch, loss, .* are missing from the first line/],
    ['epoch,loss\n1,2\n', /columns accuracy, recall, .* are missing/],
    [`${headerLine}\n1,0.5,0.5,0.`, /runs\/a\/history\.csv: line 2 has 4 cells, but 10 were expected/],
    [`${headerLine}\n1,x,1,1,1,1,1,1,1,1`, /line 2: loss is 'x', but a number was expected/],
    [`${headerLine}\n1,,1,1,1,1,1,1,1,1`, /line 2: loss is ''/],
    [`${headerLine}\n1,NaN,1,1,1,1,1,1,1,1`, /line 2: loss is 'NaN'/],
    [`${headerLine}\n2,1,1,1,1,1,1,1,1,1`, /line 2 is epoch 2, but epoch 1 was expected/],
  ])('names the line that is wrong: %j', (text, message) => {
    expect(() => parseHistoryCsv(text, 'runs/a/history.csv')).toThrow(
      expect.objectContaining({ code: 'E_HISTORY', message: expect.stringMatching(message) }),
    );
  });
});

describe('findBestEpoch', () => {
  it('takes the first of the lowest validation losses', () => {
    const history = [0.5, 0.2, 0.3, 0.2].map((valLoss, index) => record(index + 1, { valLoss }));
    expect(findBestEpoch(history)?.epoch).toBe(2);
  });

  it('takes the training loss where there is no validation set', () => {
    const history = [0.5, 0.2, 0.1].map((loss, index) => record(index + 1, { loss, valLoss: null }));
    expect(findBestEpoch(history)?.epoch).toBe(3);
    expect(findBestEpoch([])).toBeUndefined();
  });
});
