import { expect, it } from 'vitest';
import { english } from './words-en.ts';
import { chinese } from './words-zh.ts';

/** Every text by its place; functions are asked with numbers and letters. */
function texts(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (path === '/className') return [];
  if (typeof value === 'function') return [[path, String((value as (...all: unknown[]) => unknown)(2, 3, 4, 5, 6))]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => texts(each, `${path}/${key}`));
}

const [one, other] = [new Map(texts(english)), new Map(texts(chinese))];

/** Formats, units and abbreviations are the same in both. */
const alike =
  /^\/(name|code|locale|bytes|percent|wholePercent|className|colon|comma|exportCsv|exportJson|digest|actual|cardSection|undefinedRate|groupName|keys\/actual|inputPixels|progressCount)$/;

it('has a Chinese word for every English one, and no other', () => {
  // Why an image cannot be read, the service says in English.
  const keys = [...other.keys()].filter((path) => !path.startsWith('/reasons/'));
  expect(keys.toSorted()).toEqual([...one.keys()].toSorted());
});

it('leaves nothing in English', () => {
  const left = [...other].filter(([path, text]) => !alike.test(path) && !/[\u4e00-\u9fff]/.test(text));
  expect(left).toEqual([]);
});

it('says nothing empty', () => {
  const empty = [...one, ...other].filter(([, text]) => text.trim() === '');
  expect(empty).toEqual([]);
});

it('says in both that it is no medical device', () => {
  expect([english.notDevice, chinese.notDevice]).toEqual(['Not a medical device.', '不是医疗器械。']);
});

it('writes Chinese with Chinese punctuation, and large numbers in ten thousands', () => {
  const wrong = [...other].filter(([, text]) =>
    /[「」]|[\u4e00-\u9fff] ?[:;,!?()]|[:;,!?()] ?[\u4e00-\u9fff]/.test(text),
  );
  expect(wrong).toEqual([]);
  expect(chinese.limits('20 MiB', 25)).toContain('2500 万像素');
  expect(english.limits('20 MiB', 25)).toContain('25 million pixels');
});

it('has one term for one thing', () => {
  // What the network does is analysis; reading is what people do. A result is no answer, and the check of the input no gatekeeper.
  const old = [...other].filter(([, text]) => /判读|回答|把关|陌生|紧急程度/.test(text));
  expect(old).toEqual([]);
});
