import { describe, expect, it } from 'vitest';
import { defaultPositive, isHealthyClass } from './healthy-class.ts';

describe('a class that means healthy', () => {
  it.each([
    'NORMAL',
    'healthy',
    'Control',
    'controls',
    'No Finding',
    'no_findings',
    'NoFinding',
    'non-COVID',
    'not_ill',
    '正常',
  ])('may be called %s', (name) => {
    expect(isHealthyClass(name)).toBe(true);
  });

  it.each(['PNEUMONIA', 'nodule', 'NORMALISED', 'abnormal', 'Notch', '肺炎', 'COVID'])('is not called %s', (name) => {
    expect(isHealthyClass(name)).toBe(false);
  });

  it.each([
    [['COVID', 'NORMAL'], 'COVID'],
    [['NORMAL', 'PNEUMONIA'], 'PNEUMONIA'],
    [['A', 'B'], 'B'],
    [['healthy', 'normal'], 'normal'],
    [['COVID', 'NORMAL', 'no finding'], 'COVID'],
  ])('of %j is not the positive one: %s is', (names, positive) => {
    expect(defaultPositive(names)).toBe(positive);
  });
});
