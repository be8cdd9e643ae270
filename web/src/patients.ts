/**
 * Which images show one patient, and in which order of time, by the names of the files. Names of a hospital follow its own rule, and a wrong
 * guess would show a stranger's lungs as a patient's own: so nothing is grouped before the user has chosen the rule.
 */
import { computed, signal } from '@preact/signals';
import type { WorkItem } from './item.ts';
import { chosen, items } from './worklist-state.ts';

/** `folder`: the folder in which the file lies. `start`: the name up to its first `_`, `-` or blank. `pattern`: the user's own. */
export const patientRules = ['off', 'folder', 'start', 'pattern'] as const;
export type PatientRule = (typeof patientRules)[number];

export const patientRule = signal<PatientRule>('off');
/** A regular expression over the name with its folders: its group `patient`, else its first, is the patient. */
export const patientPattern = signal('');

export interface NamedPatient {
  readonly patient: string;
  /** as YYYY-MM-DD; null where the name has none */
  readonly date: string | null;
}

/** A day of 1950 to 2099, written with its year first; the time of the day may follow without a break. */
const dates =
  /(?<!\d)(?<year>19[5-9]\d|20\d\d)(?<separator>[-_.]?)(?<month>0[1-9]|1[0-2])\k<separator>(?<day>0[1-9]|[12]\d|3[01])(?:(?!\d)|(?=(?:\d{4}|\d{6})(?!\d)))/;

export function findDate(name: string): string | null {
  const { year, month, day } =
    dates.exec(name.slice(name.lastIndexOf('/') + 1))?.groups ?? dates.exec(name)?.groups ?? {};
  if (year === undefined) return null;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  // There is no 31st of February.
  return date.getUTCDate() === Number(day) ? `${year}-${month}-${day}` : null;
}

/** @returns undefined where the pattern is no regular expression */
export function compilePattern(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return undefined;
  }
}

/** @param name with its folders, with `/` @returns null where the rule finds no patient in it */
export function namePatient(name: string, rule: PatientRule, pattern: RegExp | undefined): NamedPatient | null {
  const patient = findPatient(name, rule, pattern)?.trim();
  return patient === undefined || patient === '' ? null : { patient, date: findDate(name) };
}

function findPatient(name: string, rule: PatientRule, pattern: RegExp | undefined): string | undefined {
  const parts = name.split('/');
  const file = parts.at(-1) ?? '';
  switch (rule) {
    case 'off':
      return undefined;
    case 'folder':
      return parts.length > 1 ? parts.slice(0, -1).join('/') : undefined;
    case 'start':
      return /^(?<start>[^_\- .]+)[_\- ]/u.exec(file)?.groups?.['start'];
    case 'pattern': {
      const found = pattern?.exec(name);
      return found?.groups?.['patient'] ?? found?.[1];
    }
  }
}

export interface PatientImage {
  readonly item: WorkItem;
  readonly date: string | null;
}

/** By day; images without a day come last, in the order of their names. */
export function sortByTime(images: readonly PatientImage[]): readonly PatientImage[] {
  return images.toSorted(
    (one, other) =>
      (one.date ?? '9').localeCompare(other.date ?? '9') ||
      one.item.name.localeCompare(other.item.name, undefined, { numeric: true }),
  );
}

const pattern = computed(() => compilePattern(patientPattern.value));
export const isPatternWrong = computed(() => patientRule.value === 'pattern' && pattern.value === undefined);

/** The patient of the chosen image and all images of that patient, the chosen one among them; null where the rule finds none. */
export const patientImages = computed(() => {
  const [item, rule, by] = [chosen.value, patientRule.value, pattern.value];
  const own = item === null ? null : namePatient(item.name, rule, by);
  if (own === null) return null;
  const images = items.value.flatMap((each): readonly PatientImage[] => {
    const named = namePatient(each.name, rule, by);
    return named?.patient === own.patient ? [{ item: each, date: named.date }] : [];
  });
  return { patient: own.patient, images: sortByTime(images) };
});
