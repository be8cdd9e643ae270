import { signal } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import type { WorkItem } from './item.ts';
import { findDate } from './named-patient.ts';
import { compilePattern, namePatient, sortByTime } from './patients.ts';

const item = (name: string): WorkItem => ({
  id: 1,
  name,
  file: new File([], name),
  state: signal({ kind: 'waiting' }),
});

describe('the day in a name', () => {
  it.each([
    ['P12_20240131.png', '2024-01-31'],
    ['P12_2024-01-31_0830.png', '2024-01-31'],
    ['2024_01_31/P12.png', '2024-01-31'],
    ['20240131083059.png', '2024-01-31'],
    ['2024013108305.png', null],
    ['P12_20240231.png', null],
    ['120240131.png', null],
    ['2024-0131.png', null],
    ['IM-0128-0001.jpeg', null],
    ['19230131.png', null],
  ])('of %s is %s', (name, date) => {
    expect(findDate(name)).toBe(date);
  });

  it('is that of the file where its folder has one too', () => {
    expect(findDate('2023-05-01/P12_2024-01-31.png')).toBe('2024-01-31');
  });
});

describe('the patient of a name', () => {
  it.each([
    ['off', 'ward/P12_1.png', undefined],
    ['folder', 'ward/P12/1.png', 'ward/P12'],
    ['folder', '1.png', undefined],
    ['start', 'ward/P12_20240131.png', 'P12'],
    ['start', 'P12 20240131.png', 'P12'],
    ['start', '20240131.png', undefined],
    ['start', '_1.png', undefined],
    ['pattern', 'ward/MRN0012-7.png', 'MRN0012'],
    ['pattern', 'ward/other.png', undefined],
  ] as const)('by the rule %s in %s is %s', (rule, name, patient) => {
    expect(namePatient(name, rule, /(?<patient>MRN\d+)/u)?.patient).toBe(patient);
  });

  it('is the first group of a pattern without names, and no patient where the pattern is wrong', () => {
    expect(namePatient('a/007-x.png', 'pattern', compilePattern('/(\\d+)-'))?.patient).toBe('007');
    expect(compilePattern('(')).toBeUndefined();
    expect(namePatient('a/007-x.png', 'pattern', undefined)).toBeNull();
  });
});

it('orders by day, and what has none behind it by name', () => {
  const images = ['P1_b10.png', 'P1_20240201.png', 'P1_b9.png', 'P1_20230101.png'].map((name) => ({
    item: item(name),
    date: findDate(name),
  }));
  expect(sortByTime(images).map(({ item: { name } }) => name)).toEqual([
    'P1_20230101.png',
    'P1_20240201.png',
    'P1_b9.png',
    'P1_b10.png',
  ]);
});
