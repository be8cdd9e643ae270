import { describe, expect, it } from 'vitest';
import { smallModel } from '../../../test/small-model.ts';
import { foreignEntries, intendedUse, parseMetadata, renderMetadata, type ClassifierMetadata } from './metadata.ts';
import { measuredNames, type MeasuredModel, type MeasuredName } from './measured.ts';

const figure = { value: 0.9, interval: { low: 0.8, high: 0.95 } };
const evaluation: MeasuredModel = {
  images: 30,
  positives: 20,
  negatives: 10,
  patients: 25,
  threshold: 0.5,
  level: 0.95,
  confusion: { truePositives: 18, falsePositives: 1, trueNegatives: 9, falseNegatives: 2 },
  figures: Object.fromEntries(measuredNames.map((name) => [name, figure])) as Record<MeasuredName, typeof figure>,
  groups: [
    {
      column: 'germ',
      value: 'virus',
      positives: 8,
      negatives: 10,
      patients: 12,
      few: true,
      sensitivity: figure,
      specificity: { value: null, interval: null },
      sharesNegatives: true,
    },
  ],
  uncertain: { images: 3, wrong: 2 },
  createdBy: 'test',
  createdAt: '2026-01-02T03:04:05.000Z',
};

function describeModel(more: Partial<ClassifierMetadata> = {}): ClassifierMetadata {
  const { preprocessing, provenance } = smallModel();
  const classes = { names: ['NORMAL', 'PNEUMONIA'], positive: 'PNEUMONIA', threshold: 0.5, output: 'sigmoid' } as const;
  const made = { createdBy: 'test', createdAt: '2026-01-02T03:04:05.000Z', licence: 'none', intendedUse };
  return { classes, preprocessing, provenance: { ...provenance, ...made }, ...more };
}

const parse = (metadata: Record<string, string>, options = {}): ClassifierMetadata =>
  parseMetadata({ producer: '', metadata }, 'm.onnx', options);

describe('the entry pneumoscope.evaluation', () => {
  it('comes back as it was written, and is absent where nothing was measured', () => {
    expect(parse(renderMetadata(describeModel({ evaluation })))).toEqual(describeModel({ evaluation }));
    expect(parse(renderMetadata(describeModel()))).not.toHaveProperty('evaluation');
  });

  it.each<[string, unknown, RegExp]>([
    ['cut short', '{"images":', /is not JSON; measure it again with 'pneumoscope evaluate --write'/],
    ['of another threshold', { ...evaluation, threshold: 0.4 }, /measured at another threshold/],
    ['with counts that do not add up', { ...evaluation, positives: 21 }, /counts do not add up/],
    ['with a rate above 1', { ...evaluation, figures: { ...evaluation.figures, npv: { ...figure, value: 2 } } }, /npv/],
    [
      'with too many groups',
      { ...evaluation, groups: Array.from({ length: 51 }, () => evaluation.groups[0]) },
      /groups/,
    ],
  ])('is refused %s', (_name, value, message) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const texts = { ...renderMetadata(describeModel()), 'pneumoscope.evaluation': text };
    expect(() => parse(texts)).toThrow(
      expect.objectContaining({ code: 'E_MODEL_FILE', message: expect.stringMatching(message) as string }),
    );
    // So that the model can be measured or calibrated again.
    expect(parse(texts, { ignoreEvaluation: true })).toEqual(describeModel());
    expect(parse(texts, { ignoreOperation: true })).toEqual(describeModel());
  });
});

it('foreignEntries are those of other programs alone', () => {
  expect(foreignEntries({ metadata: { ...renderMetadata(describeModel()), author: 'x' } })).toEqual({ author: 'x' });
});
