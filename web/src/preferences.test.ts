import { expect, it } from 'vitest';
import { pickLanguage } from './preferences.ts';

it.each([
  [['en-GB', 'en', 'zh-CN'], 'en'],
  [['zh-CN', 'en'], 'zh'],
  [['de-DE', 'zh-Hans', 'en'], 'zh'],
  [['de-DE', 'fr'], 'en'],
  [[], 'en'],
])('speaks the first language of the reader that it knows: %j', (wished, spoken) => {
  expect(pickLanguage(wished)).toBe(spoken);
});
