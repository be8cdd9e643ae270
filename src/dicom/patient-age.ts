/** How old the patient was when the image was taken, by what the header says twice. */
import type { DataSet } from './data-set.ts';
import { tags } from './tags.ts';

/** Whole and broken years since birth. */
export interface PatientAge {
  readonly years: number;
  /** Patient's Age (0010,1010), or Patient's Birth Date (0010,0030) and the date of the study */
  readonly from: 'age' | 'birth-date';
}

/** `missing`: the header has none. `unreadable`: such as «62» without a unit. `contradictory`: age and birth date disagree by more than a year. */
export type StatedAge = PatientAge | 'missing' | 'unreadable' | 'contradictory';

const daysOfYear = 365.25;
/** How many of them a year has (PS3.5, Age String). */
const unitsOfYear = new Map([
  ['D', daysOfYear],
  ['W', daysOfYear / 7],
  ['M', 12],
  ['Y', 1],
]);
const millisecondsOfDay = 86_400_000;
/** An age in whole years is up to one less than the time since birth. */
const toleratedYears = 1;

/** Patient's Age decides where both are there; an age that cannot be read is not replaced by a guess. */
export function readPatientAge(dataSet: DataSet): StatedAge {
  const ageText = dataSet.text(tags.patientAge);
  const age = ageText === undefined ? undefined : parseAge(ageText);
  if (ageText !== undefined && age === undefined) return 'unreadable';
  const birthText = dataSet.text(tags.patientBirthDate);
  const birth = parseDate(birthText);
  const taken = [tags.studyDate, tags.acquisitionDate, tags.contentDate]
    .map((tag) => parseDate(dataSet.text(tag)))
    .find((day) => day !== undefined);
  const years = birth === undefined || taken === undefined ? undefined : (taken - birth) / daysOfYear;
  if (years !== undefined && years < 0) return 'contradictory';
  if (age !== undefined) {
    if (years !== undefined && Math.abs(years - age) > toleratedYears) return 'contradictory';
    return { years: age, from: 'age' };
  }
  if (years !== undefined) return { years, from: 'birth-date' };
  return birthText === undefined || birth !== undefined ? 'missing' : 'unreadable';
}

/** In years. The three digits of the standard are often one or two. */
function parseAge(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d{1,3})([DWMY])$/i.exec(text) ?? [];
  const units = unitsOfYear.get(unit.toUpperCase());
  return units === undefined ? undefined : Number(digits) / units;
}

/** Days since 1970; undefined where the text is no day of the calendar. Old files have `1998.03.25`. */
function parseDate(text: string | undefined): number | undefined {
  const [, year, month, day] = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(text ?? '') ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const isDay = new Date(time).toISOString().startsWith(`${year}-${month}-${day}`);
  return isDay ? time / millisecondsOfDay : undefined;
}
