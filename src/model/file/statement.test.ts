import { describe, expect, it } from 'vitest';
import { statementSchema } from './statement.ts';

const text = { en: 'A data set.', 'zh-Hans': '数据集。' };
const statement = { ages: { low: 1, high: 5 }, hospitals: [text], source: text, labels: text, limits: [text] };

describe('the statement of a model file', () => {
  it('is taken with and without ages, hospitals and other languages', () => {
    expect(statementSchema.parse(statement)).toEqual(statement);
    const least = { ages: null, hospitals: [], source: { en: 'x' }, labels: { en: 'y' }, limits: [] };
    expect(statementSchema.parse(least)).toEqual(least);
  });

  it.each([
    ['a text without English', { ...statement, labels: { 'zh-Hans': '标签' } }],
    ['a language that is no tag', { ...statement, labels: { en: 'x', '../up': 'y' } }],
    ['an empty text', { ...statement, labels: { en: ' ' } }],
    ['a text that is too long', { ...statement, labels: { en: 'x'.repeat(1001) } }],
    ['too many texts', { ...statement, limits: Array.from({ length: 21 }, () => text) }],
    ['ages the wrong way round', { ...statement, ages: { low: 5, high: 1 } }],
    ['an unknown field', { ...statement, age: 3 }],
  ])('%s is refused', (_, value) => {
    expect(statementSchema.safeParse(value).success).toBe(false);
  });
});
