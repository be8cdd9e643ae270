import { describe, expect, it } from 'vitest';
import { fraction, oneOf, openFraction, path, sha256, webAddress, wholeNumber } from './values.ts';

const usage = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'E_USAGE', message: expect.stringMatching(message) });

describe('wholeNumber', () => {
  it('takes whole numbers in range, and nothing that JavaScript would read into the text', () => {
    const parse = wholeNumber('--epochs', { min: 1, max: 100 });
    expect([parse('1'), parse('100'), parse('+7')]).toEqual([1, 100, 7]);
    for (const text of ['0', '101', '1.5', '1e1', '0x10', '', ' 5', 'NaN', '5 epochs', '-3']) {
      expect(() => parse(text), text).toThrow(
        usage(/^--epochs must be a whole number from 1 to 100, but '.*' was given$/),
      );
    }
    expect(() => wholeNumber('--seed', { min: 0 })('99999999999999999999')).toThrow(usage(/of at least 0/));
  });
});

describe('fraction', () => {
  it('takes 0 and what is below 1', () => {
    const parse = fraction('--test');
    expect([parse('0'), parse('.15'), parse('0.999'), parse('1e-3')]).toEqual([0, 0.15, 0.999, 0.001]);
    for (const text of ['1', '-0.1', '0,15', '15%', 'Infinity', ''])
      expect(() => parse(text), text).toThrow(usage(/^--test/));
  });
});

describe('openFraction', () => {
  it('takes neither 0 nor 1', () => {
    const parse = openFraction('--prevalence', '0.05');
    expect([parse('.05'), parse('0.999')]).toEqual([0.05, 0.999]);
    for (const text of ['0', '1', '5%', '-0.1', '']) {
      expect(() => parse(text), text).toThrow(
        usage(/^--prevalence must be greater than 0 and less than 1, such as 0\.05, but/),
      );
    }
  });
});

describe('oneOf', () => {
  const parse = oneOf('--link', ['auto', 'hard', 'copy']);
  it('names the words, and the nearest where it is near', () => {
    expect(parse('hard')).toBe('hard');
    expect(() => parse('coppy')).toThrow(
      usage(/^--link must be auto, hard or copy, but 'coppy' was given \(did you mean copy\?\)$/),
    );
    expect(() => parse('symbolic')).toThrow(usage(/'symbolic' was given$/));
    expect(() => parse('toString')).toThrow(usage(/toString/));
  });
});

describe('path, sha256 and webAddress', () => {
  it('refuse what cannot be meant', () => {
    expect(path('--out')('-data')).toBe('-data');
    expect(() => path('--out')('')).toThrow(usage(/path of a file or folder/));
    expect(sha256('--sha256')('AB'.repeat(32))).toBe('ab'.repeat(32));
    expect(() => sha256('--sha256')('ab')).toThrow(usage(/64 hexadecimal digits/));
    expect(webAddress('--url')('https://example.org/a.zip')).toBe('https://example.org/a.zip');
    expect(() => webAddress('--url')('ftp://example.org')).toThrow(usage(/https address/));
  });
});
