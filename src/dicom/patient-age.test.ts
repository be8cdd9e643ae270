import { describe, expect, it } from 'vitest';
import { buildDicom, element } from '../../test/dicom-builder.ts';
import { readDicom } from './read-dicom.ts';
import { readPatientAge, type StatedAge } from './patient-age.ts';

interface Stated {
  readonly age?: string;
  readonly birth?: string;
  readonly study?: string;
  readonly acquisition?: string;
  readonly content?: string;
}

function ageOf({ age, birth, study, acquisition, content }: Stated): StatedAge {
  const stated = [
    [0x0008_0020, 'DA', study],
    [0x0008_0022, 'DA', acquisition],
    [0x0008_0023, 'DA', content],
    [0x0008_0060, 'CS', 'DX'],
    [0x0010_0030, 'DA', birth],
    [0x0010_1010, 'AS', age],
  ] as const;
  const elements = stated.flatMap(([tag, vr, value]) => (value === undefined ? [] : [element(tag, vr, value)]));
  return readPatientAge(readDicom(buildDicom(elements)).dataSet);
}

const years = (stated: Stated): number => {
  const age = ageOf(stated);
  return typeof age === 'string' ? NaN : age.years;
};

describe("Patient's Age", () => {
  it.each([
    ['003Y', 3],
    ['018M', 1.5],
    ['052W', (52 * 7) / 365.25],
    ['010D', 10 / 365.25],
    ['000Y', 0],
    ['22Y', 22],
    ['081y', 81],
  ])('%s is %d years', (age, expected) => {
    expect(years({ age })).toBeCloseTo(expected, 10);
    expect(ageOf({ age })).toMatchObject({ from: 'age' });
  });

  it.each(['62', '081', 'Y', '3.5Y', '-01Y', '003Z', '1000Y', 'adult', 'Y003'])('%s is unreadable', (age) => {
    expect(ageOf({ age })).toBe('unreadable');
    expect(ageOf({ age, birth: '20200101', study: '20230101' })).toBe('unreadable');
  });

  it('may be missing or empty', () => {
    expect(ageOf({})).toBe('missing');
    expect(ageOf({ age: '', birth: '' })).toBe('missing');
  });
});

describe("Patient's Birth Date", () => {
  it('gives the age at the date of the study, else of the acquisition, else of the content', () => {
    expect(ageOf({ birth: '20200101', study: '20230101' })).toEqual({ years: 1096 / 365.25, from: 'birth-date' });
    expect(years({ birth: '20200101', acquisition: '20210101', content: '20300101' })).toBeCloseTo(1, 2);
    expect(years({ birth: '2020.01.01', study: 'never', content: '20300101' })).toBeCloseTo(10, 2);
  });

  it('is not enough by itself', () => {
    expect(ageOf({ birth: '20200101' })).toBe('missing');
  });

  it.each(['20201301', '20200230', '00000000', '2020', '194'])('%s is unreadable', (birth) => {
    expect(ageOf({ birth, study: '20230101' })).toBe('unreadable');
    expect(years({ age: '003Y', birth, study: '20230101' })).toBe(3);
  });

  it('after the study contradicts it', () => {
    expect(ageOf({ birth: '20240101', study: '20230101' })).toBe('contradictory');
  });
});

describe('both', () => {
  it('agree within a year', () => {
    expect(years({ age: '003Y', birth: '20200101', study: '20231231' })).toBe(3);
    expect(years({ age: '003Y', birth: '20200601', study: '20230101' })).toBe(3);
  });

  it('contradict each other beyond that', () => {
    expect(ageOf({ age: '003Y', birth: '20180101', study: '20230101' })).toBe('contradictory');
    expect(ageOf({ age: '062Y', birth: '20200101', study: '20230101' })).toBe('contradictory');
    expect(ageOf({ age: '003M', birth: '20200101', study: '20230101' })).toBe('contradictory');
  });
});
