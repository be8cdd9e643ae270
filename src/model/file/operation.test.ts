import { describe, expect, it } from 'vitest';
import { smallModel } from '../../../test/small-model.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { parseMetadata, renderMetadata, type ClassifierMetadata } from './metadata.ts';
import { packDigests, type Operation } from './operation.ts';
import { assertNotFittedOn, countFittedOn } from './fitted-on.ts';

const digest = (index: number): string => index.toString(16).padStart(4, '0').repeat(16);
const fitted = [7, 3, 65_535, 3].map(digest);
const operation: Operation = {
  temperature: 1.25,
  point: {
    rule: { costRatio: 5, prevalence: 0.1 },
    threshold: 0.3,
    thresholdInterval: null,
    confusion: { truePositives: 2, falsePositives: 0, trueNegatives: 1, falseNegatives: 1 },
    sensitivity: { value: 2 / 3, interval: { low: 0.2, high: 0.9 } },
    specificity: { value: 1, interval: null },
  },
  uncertain: { low: 0.25, high: 0.4 },
  fittedOn: { images: 4, patients: 3, digests: packDigests(fitted) },
  createdBy: 'pneumoscope 1.2.3',
  createdAt: '2026-01-02T03:04:05.000Z',
};

function describeModel(own: Partial<ClassifierMetadata>): ClassifierMetadata {
  const { classNames: names, preprocessing, provenance } = smallModel();
  return {
    classes: { names, positive: 'PNEUMONIA', threshold: 0.3, output: 'sigmoid' },
    preprocessing,
    provenance: { ...provenance, createdBy: 'x', createdAt: operation.createdAt, licence: '', intendedUse: '' },
    ...own,
  };
}

const parse = (metadata: Record<string, string>, options = {}): ClassifierMetadata =>
  parseMetadata({ producer: '', metadata }, 'm.onnx', options);

describe('the entry pneumoscope.operation', () => {
  it('comes back as it was written, and is absent from a model that was never calibrated', () => {
    const texts = renderMetadata(describeModel({ operation }));
    expect(parse(texts)).toEqual(describeModel({ operation }));
    expect(parse(texts, { ignoreOperation: true })).toEqual(describeModel({}));
    const moved = describeModel({ operation: { ...operation, shift: -1.5 } });
    expect(parse(renderMetadata(moved))).toEqual(moved);
    const older = renderMetadata(describeModel({}));
    expect(Object.keys(older)).not.toContain('pneumoscope.operation');
    expect(parse(older)).not.toHaveProperty('operation');
  });

  it.each<[string, unknown, RegExp]>([
    ['cut short', '{"temperature":1.', /operation is not JSON; calibrate the model again/],
    [
      'without a temperature',
      { ...operation, temperature: undefined },
      /\(the field temperature is missing: it must be a number above 0\); calibrate the model again/,
    ],
    ['a shift that is no number', { ...operation, shift: 'up' }, /shift/],
    ['a temperature of 0', { ...operation, temperature: 0 }, /temperature/],
    ['a field that is not known', { ...operation, humidity: 1 }, /humidity/],
    [
      'another threshold than the classes',
      { ...operation, point: { ...operation.point, threshold: 0.31 } },
      /not the classes' threshold/,
    ],
    ['no threshold', { ...operation, point: null, uncertain: null }, /belongs to two classes/],
    ['a band beside the threshold', { ...operation, uncertain: { low: 0.31, high: 0.4 } }, /band does not hold/],
    ['a band without a threshold', { ...operation, point: null }, /band does not hold/],
    ['a digest too few', { ...operation, fittedOn: { ...operation.fittedOn, images: 5 } }, /one digest per image/],
    ['digests that are not base64', { ...operation, fittedOn: { ...operation.fittedOn, digests: '?' } }, /digests/],
  ])('is refused when damaged: %s', (_name, value, message) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const texts = { ...renderMetadata(describeModel({ operation })), 'pneumoscope.operation': text };
    expect(() => parse(texts)).toThrow(
      expect.objectContaining({ code: 'E_MODEL_FILE', message: expect.stringMatching(message) as string }),
    );
    // So that the model can be calibrated again.
    expect(parse(texts, { ignoreOperation: true })).toEqual(describeModel({}));
  });

  it('is not written when it contradicts the classes', () => {
    expect(() => renderMetadata(describeModel({ operation: { ...operation, point: null, uncertain: null } }))).toThrow(
      PneumoscopeError,
    );
  });
});

describe('digests of the images that were fitted on', () => {
  it('take eight bytes each and find every file again', () => {
    expect(Buffer.from(operation.fittedOn.digests, 'base64')).toHaveLength(32);
    expect(countFittedOn([operation.fittedOn], fitted)).toBe(4);
    expect(countFittedOn([operation.fittedOn], [1, 7, 2, 65_535].map(digest))).toBe(2);
    expect(countFittedOn([operation.fittedOn], [digest(1)])).toBe(0);
    expect(countFittedOn([], fitted)).toBe(0);
    // Half of one digest and half of the next are no digest.
    expect(countFittedOn([operation.fittedOn], [`${digest(3).slice(8, 16)}${digest(7).slice(0, 8)}`])).toBe(0);
  });

  it('refuse figures from them, with their number', () => {
    expect(() => assertNotFittedOn([operation.fittedOn], [1, 7, 2].map(digest), 'm.onnx')).toThrow(
      expect.objectContaining({
        code: 'E_USAGE',
        message: expect.stringMatching(/^1 of these 3 images were used .* of m\.onnx, .* or pass --force$/) as string,
      }),
    );
    expect(() => assertNotFittedOn([operation.fittedOn], [1, 2].map(digest), 'm.onnx')).not.toThrow();
  });
});
