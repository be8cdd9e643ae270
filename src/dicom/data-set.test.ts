import { describe, expect, it } from 'vitest';
import { buildDicom, element, sequence, syntaxUids, type BuiltElement } from '../../test/dicom-builder.ts';
import { budgets } from '../base/budgets.ts';
import type { DataSet } from './data-set.ts';
import { readDicom } from './read-dicom.ts';

const read = (elements: readonly BuiltElement[], uid: string = syntaxUids.explicit): DataSet =>
  readDicom(buildDicom(elements, uid)).dataSet;
const syntaxes = [syntaxUids.explicit, syntaxUids.implicit, syntaxUids.big];

describe.each(syntaxes)('in transfer syntax %s', (uid) => {
  const dataSet = read(
    [
      element(0x0008_0005, 'CS', 'ISO_IR 100'),
      element(0x0008_0008, 'CS', 'ORIGINAL\\PRIMARY\\ '),
      element(0x0008_0016, 'UI', '1.2.3'),
      element(0x0008_0060, 'CS', ''),
      sequence(0x0008_2218, [[element(0x0008_0104, 'LO', 'Brust (r\xf6ntgen)')], []], true),
      sequence(0x0008_1140, [[sequence(0x0040_a170, [[element(0x0008_0100, 'SH', 'X')]])]]),
      element(0x0018_0015, 'CS', ' CHEST\0'),
      element(0x0028_0008, 'IS', '001'),
      element(0x0028_0010, 'US', [480]),
      element(0x0028_1050, 'DS', ' 2000.5 \\+00500\\-1e3\\x\\'),
      element(0x0028_3002, 'US', [0, 65_535, 12]),
    ],
    uid,
  );

  it('texts are without padding', () => {
    expect(dataSet.text(0x0018_0015)).toBe('CHEST');
    expect(dataSet.text(0x0008_0016)).toBe('1.2.3');
    expect(dataSet.texts(0x0008_0008)).toEqual(['ORIGINAL', 'PRIMARY', '']);
  });

  it('empty and missing ones differ only for has', () => {
    expect([dataSet.has(0x0008_0060), dataSet.text(0x0008_0060), dataSet.texts(0x0008_0060)]).toEqual([
      true,
      undefined,
      [],
    ]);
    expect([dataSet.has(0x0008_0061), dataSet.text(0x0008_0061), dataSet.bytes(0x0008_0061)]).toEqual([
      false,
      undefined,
      undefined,
    ]);
    expect(dataSet.numbers(0x0008_0060)).toEqual([]);
    expect(dataSet.items(0x0018_0015)).toEqual([]);
  });

  it('numbers stand as words or as text', () => {
    expect(dataSet.numbers(0x0028_0008)).toEqual([1]);
    expect(dataSet.numbers(0x0028_0010)).toEqual([480]);
    expect(dataSet.numbers(0x0028_1050)).toEqual([2000.5, 500, -1000, NaN, NaN]);
    expect(dataSet.numbers(0x0028_3002)).toEqual([0, 65_535, 12]);
    expect(dataSet.words(0x0028_3002, 2)).toEqual(Uint16Array.of(0, 65_535));
  });

  it('items have the character set of what they stand in', () => {
    const [first, second] = dataSet.items(0x0008_2218);
    expect(first?.text(0x0008_0104)).toBe('Brust (röntgen)');
    expect(second?.tags()).toEqual([]);
    expect(dataSet.items(0x0008_1140)[0]?.items(0x0040_a170)[0]?.text(0x0008_0100)).toBe('X');
  });
});

it('an item may have a character set of its own', () => {
  const own = [element(0x0008_0005, 'CS', 'ISO_IR 144'), element(0x0008_0104, 'LO', '\xbb\xee')];
  const dataSet = read([element(0x0008_0005, 'CS', 'ISO_IR 192'), sequence(0x0008_2218, [own])]);
  expect(dataSet.items(0x0008_2218)[0]?.text(0x0008_0104)).toBe('Лю');
});

it('long texts keep backslashes and leading spaces', () => {
  expect(read([element(0x0008_0005, 'CS', ''), element(0x0010_4000, 'LT', ' a\\b  ')]).texts(0x0010_4000)).toEqual([
    ' a\\b',
  ]);
});

it('a code string is read whatever the character set says', () => {
  const elements = [element(0x0008_0005, 'CS', '\\ISO 2022 IR 87'), element(0x0008_0060, 'CS', 'DX')];
  expect(read(elements).text(0x0008_0060)).toBe('DX');
});

it('binary values are no text', () => {
  const dataSet = read([
    element(0x0008_0005, 'CS', ''),
    element(0x0028_0010, 'US', [0x4141]),
    element(0x0042_0011, 'OB', 'AB'),
  ]);
  expect(dataSet.texts(0x0028_0010)).toEqual([]);
  expect(dataSet.texts(0x0042_0011)).toEqual([]);
  expect(dataSet.bytes(0x0042_0011)).toEqual(Buffer.from('AB'));
});

it('of a text without end only the beginning is read', () => {
  const { limit } = budgets.dicomTextBytes;
  const text = read([element(0x0008_0005, 'CS', ''), element(0x0018_0015, 'UT', 'A'.repeat(limit + 2))]).text(
    0x0018_0015,
  );
  expect(text).toHaveLength(limit);
});

it('value representations that came later are read by their length', () => {
  const dataSet = read([
    element(0x0008_0005, 'CS', ''),
    element(0x0008_040c, 'UV', Buffer.alloc(8, 1)),
    element(0x7fe0_0001, 'OV', Buffer.alloc(16)),
  ]);
  expect(dataSet.bytes(0x0008_040c)).toHaveLength(8);
  expect(dataSet.bytes(0x7fe0_0001)).toHaveLength(16);
});

it('a private value that begins like a sequence is left alone', () => {
  const value = Buffer.concat([Buffer.from('feff00e0ffff0000', 'hex'), Buffer.alloc(8)]);
  const dataSet = read([element(0x0008_0005, 'CS', ''), element(0x0009_1010, 'UN', value)]);
  expect(dataSet.bytes(0x0009_1010)).toEqual(value);
});

it('a sequence that was written on as unknown is a sequence', () => {
  const lut = Buffer.from('feff00e00e000000 2800023006000000 000100000c00'.replaceAll(' ', ''), 'hex');
  const dataSet = read([element(0x0008_0005, 'CS', ''), element(0x0028_3010, 'UN', lut)]);
  expect(dataSet.items(0x0028_3010)[0]?.numbers(0x0028_3002)).toEqual([256, 0, 12]);
});
