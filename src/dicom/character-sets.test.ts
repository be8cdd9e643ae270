import { describe, expect, it } from 'vitest';
import { decodeText, findCharacterSet } from './character-sets.ts';

const decode = (terms: string, hex: string, isName = true): string =>
  decodeText(Buffer.from(hex.replaceAll(' ', ''), 'hex'), findCharacterSet(terms.split('\\')), isName);

/** Examples of PS3.5, annexes H, I, J and K. */
const examples: readonly (readonly [string, string, string, string])[] = [
  [
    'H.3.1',
    '\\ISO 2022 IR 87',
    'Yamada^Tarou=山田^太郎=やまだ^たろう',
    '59616d6164615e5461726f753d 1b2442 3b334544 1b2842 5e 1b2442 42404f3a 1b2842 3d 1b2442 2464245e2440 1b2842 5e 1b2442 243f246d2426 1b2842',
  ],
  [
    'H.3.2',
    'ISO 2022 IR 13\\ISO 2022 IR 87',
    'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう',
    'd4cfc0de5ec0dbb33d 1b2442 3b334544 1b284a 5e 1b2442 42404f3a 1b284a 3d 1b2442 2464245e2440 1b284a 5e 1b2442 243f246d2426 1b284a',
  ],
  [
    'I.2',
    '\\ISO 2022 IR 149',
    'Hong^Gildong=洪^吉洞=홍^길동',
    '486f6e675e47696c646f6e673d 1b242943 fbf3 5e 1b242943 d1ced4d7 3d 1b242943 c8ab 5e 1b242943 b1e6b5bf',
  ],
  ['J.1', 'ISO_IR 192', 'Wang^XiaoDong=王^小東=', '57616e675e5869616f446f6e673d e78e8b 5e e5b08fe69db1 3d'],
  ['J.3', 'GB18030', 'Wang^XiaoDong=王^小东=', '57616e675e5869616f446f6e673d cdf5 5e d0a1b6ab 3d'],
  [
    'K.2',
    '\\ISO 2022 IR 58',
    'Zhang^XiaoDong=张^小东=',
    '5a68616e675e5869616f446f6e673d 1b242941 d5c5 5e 1b242941 d0a1b6ab 3d',
  ],
];

describe('the examples of the standard', () => {
  it.each(examples)('%s: %s', (_, terms, expected, hex) => {
    expect(decode(terms, hex)).toBe(expected);
  });
});

describe('one character set', () => {
  it.each([
    ['ISO_IR 100', 'Äneas^Rüdiger', 'c46e6561735e52fc6469676572'],
    ['ISO_IR 101', 'Dvořák', '44766ff8e16b'],
    ['ISO_IR 109', 'Ĉu', 'c675'],
    ['ISO_IR 110', 'Ķe', 'd365'],
    ['ISO_IR 144', 'Люк', 'bbeeda'],
    ['ISO_IR 126', 'Διονυσιος', 'c4e9efedf5f3e9eff2'],
    ['ISO_IR 127', 'قباني', 'e2c8c7e6ea'],
    ['ISO_IR 138', 'שרון', 'f9f8e5ef'],
    ['ISO_IR 148', 'Çavuşoğlu', 'c7617675fe6ff06c75'],
    ['ISO_IR 166', 'ไทย', 'e4b7c2'],
    ['ISO_IR 13', 'ﾔﾏﾀﾞ', 'd4cfc0de'],
    ['GBK', '王小东', 'cdf5d0a1b6ab'],
    ['ISO 2022 IR 100', 'Ä', 'c4'],
  ])('%s: %s', (terms, expected, hex) => {
    expect(decode(terms, hex)).toBe(expected);
  });

  it('is known by careless spellings too', () => {
    for (const term of ['ISO-IR 192', 'ISO IR 192', 'ISO_IR_192', 'iso_ir 192'])
      expect(decode(term, 'e78e8b')).toBe('王');
  });

  it('that is missing or unknown is UTF-8 where the bytes are that, else Latin-1', () => {
    for (const term of ['', 'ISO_IR 6', 'KLINGON', 'ISO_IR 4711']) {
      expect(decode(term, 'e78e8b')).toBe('王');
      expect(decode(term, 'c46e')).toBe('Än');
    }
  });
});

describe('escape sequences', () => {
  const two = 'ISO 2022 IR 6\\ISO 2022 IR 100\\ISO 2022 IR 144\\ISO 2022 IR 126';

  it('change the upper half', () => {
    expect(decode(two, '1b2d41 c46e 1b2d4c bbee 1b2d46 c4e9')).toBe('ÄnЛюΔι');
  });

  it('last to the end of a line, and of a part of a name, but not of a name in a text', () => {
    const korean = 'ISO 2022 IR 100\\ISO 2022 IR 149';
    expect(decode(korean, '1b242943 c8ab 0d0a c4')).toBe('홍\r\nÄ');
    expect(decode(korean, '1b242943 c8ab 5e c4')).toBe('홍^Ä');
    expect(decode(korean, '1b242943 c8ab 5e b1e6', false)).toBe('홍^길');
  });

  it('may be missing at the end of a line of Kanji', () => {
    expect(decode('\\ISO 2022 IR 87', '1b2442 3b33 0d0a 4162')).toBe('山\r\nAb');
  });

  it('leave the second byte of a character alone, though it be a backslash', () => {
    const kanji = new TextDecoder('euc-jp').decode(Uint8Array.of(0xd0, 0xdc));
    expect(decode('\\ISO 2022 IR 87', '1b2442 505c 1b2842 5c41')).toBe(`${kanji}\\A`);
  });

  it('read the supplementary Kanji', () => {
    expect(decode('\\ISO 2022 IR 159', '1b242844 3021 1b2842')).toBe('丂');
  });

  it('that are unknown, or cut off, end in a text', () => {
    for (const hex of ['1b', '1b24', '1b2428', '1b5a 41', '1b2442 3b', '1b242943 c8', 'ff1bff']) {
      expect(typeof decode('\\ISO 2022 IR 87\\ISO 2022 IR 149', hex)).toBe('string');
    }
  });
});
