import { expect, it } from 'vitest';
import { readDisplay } from './display-words.ts';
import { english } from './words-en.ts';
import { chinese } from './words-zh.ts';

it.each([
  ['window 1 of 2: 2000, 4000 (LINEAR)', 'centre 2000, width 4000 (no. 1)', '窗宽 4000，窗位 2000（第 1 组）'],
  ['window 2 of 2: -600, 1500.5 (SIGMOID)', 'centre -600, width 1500.5 (no. 2)', '窗宽 1500.5，窗位 -600（第 2 组）'],
  ['window given: 40, 400', 'centre 40, width 400', '窗宽 400，窗位 40'],
  ['VOI LUT 1 of 2', 'VOI LUT no. 1', '第 1 个 VOI 查找表'],
  ['no window: as stored', 'none: as stored', '无窗设置，按存储值显示'],
  [
    'no usable window: least to greatest value, without padding',
    'none: from the least to the greatest value',
    '无窗设置，按最小值至最大值显示',
  ],
  ['something new', 'something new', 'something new'],
])('says %j in both languages', (sentence, inEnglish, inChinese) => {
  const shown = readDisplay(sentence);
  expect([english.displayOf(shown), chinese.displayOf(shown)]).toEqual([inEnglish, inChinese]);
});
