/**
 * Which images show one patient, and in which order of time, by the names of the files or by a table. Names of a hospital follow its own rule,
 * and a wrong guess would show a stranger's lungs as a patient's own: so nothing is grouped before the user has chosen the rule.
 */
import { computed, signal } from '@preact/signals';
import type { WorkItem } from './item.ts';
import { findDate, type NamedPatient } from './named-patient.ts';
import { matchTable, TableError, type TableFault } from './patient-table.ts';
import { readPatientTable, type PatientTable } from './read-patient-table.ts';
import { chosen, items } from './worklist-state.ts';

/**
 * `folder`: the folder in which the file lies. `start`: the name up to its first `_`, `-` or blank. `pattern`: the user's own. `table`: a table
 * of names and patients.
 */
export const patientRules = ['off', 'folder', 'start', 'pattern', 'table'] as const;
export type PatientRule = (typeof patientRules)[number];
type NameRule = Exclude<PatientRule, 'table'>;

export const patientRule = signal<PatientRule>('off');
/** A regular expression over the name with its folders: its group `patient`, else its first, is the patient. */
export const patientPattern = signal('');
/** In memory alone: names of patients do not go to the disk. */
export const patientTable = signal<PatientTable | null>(null);
/** Why the table that was chosen last could not be used. */
export const tableTrouble = signal<{ readonly name: string; readonly fault: TableFault } | null>(null);

/** One that cannot be used leaves the one before in its place. */
export async function useTable(file: File): Promise<void> {
  try {
    patientTable.value = await readPatientTable(file);
    tableTrouble.value = null;
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    tableTrouble.value = { name: file.name, fault: error.fault };
  }
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
export function namePatient(name: string, rule: NameRule, pattern: RegExp | undefined): NamedPatient | null {
  const patient = findPatient(name, rule, pattern)?.trim();
  return patient === undefined || patient === '' ? null : { patient, date: findDate(name) };
}

function findPatient(name: string, rule: NameRule, pattern: RegExp | undefined): string | undefined {
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

/** Of every image of the list, in its order. */
const named = computed((): readonly (NamedPatient | null)[] => {
  const [rule, by, table] = [patientRule.value, pattern.value, patientTable.value];
  if (rule === 'off' || (rule === 'table' && table === null)) return [];
  const names = items.value.map(({ name }) => name);
  return rule === 'table'
    ? matchTable(names, table?.entries ?? new Map())
    : names.map((name) => namePatient(name, rule, by));
});

/** Images of the list that the table names. */
export const tableFound = computed(() => named.value.filter((each) => each !== null).length);

/** The patient of the chosen image and all images of that patient, the chosen one among them; null where the rule finds none. */
export const patientImages = computed(() => {
  const item = chosen.value;
  const own = item === null ? undefined : named.value[items.value.indexOf(item)];
  if (own === undefined || own === null) return null;
  const images = items.value.flatMap((each, at): readonly PatientImage[] => {
    const other = named.value[at];
    return other?.patient === own.patient ? [{ item: each, date: other.date }] : [];
  });
  return { patient: own.patient, images: sortByTime(images) };
});
