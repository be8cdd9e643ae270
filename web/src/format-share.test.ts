import { expect, it } from 'vitest';
import { formatShare } from './format-share.ts';

it.each([
  [0.9995, 1, '>99.9%'],
  [0.99949, 1, '99.9%'],
  [1, 1, '100.0%'],
  [0.0004, 1, '<0.1%'],
  [0.0005, 1, '0.1%'],
  [0, 1, '0.0%'],
  [0.44, 1, '44.0%'],
  [0.996, 0, '>99%'],
  [0.004, 0, '<1%'],
])('%f with %i digits: %s', (share, digits, text) => {
  expect(formatShare(share, 'en-GB', digits)).toBe(text);
  expect(formatShare(share, 'zh-CN', digits)).toBe(text);
});
