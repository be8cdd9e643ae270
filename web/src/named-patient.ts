/** Whom an image shows and of which day it is, as a name or a table tells it. */
export interface NamedPatient {
  readonly patient: string;
  /** as YYYY-MM-DD; null where nothing tells it */
  readonly date: string | null;
}

/** A day of 1950 to 2099, written with its year first; the time of the day may follow without a break. */
const dates =
  /(?<!\d)(?<year>19[5-9]\d|20\d\d)(?<separator>[-_.]?)(?<month>0[1-9]|1[0-2])\k<separator>(?<day>0[1-9]|[12]\d|3[01])(?:(?!\d)|(?=(?:\d{4}|\d{6})(?!\d)))/;

/** As spreadsheets write it, their leading zeros left out. */
const spreadsheetDate = /^(?<year>\d{4})\s*[-/.年]\s*(?<month>\d{1,2})\s*[-/.月]\s*(?<day>\d{1,2})(?!\d)/;

/** The day in a name, in that of the file before those of its folders; null where there is none. */
export function findDate(name: string): string | null {
  const { year, month, day } =
    dates.exec(name.slice(name.lastIndexOf('/') + 1))?.groups ?? dates.exec(name)?.groups ?? {};
  if (year === undefined) return null;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  // There is no 31st of February.
  return date.getUTCDate() === Number(day) ? `${year}-${month}-${day}` : null;
}

/** The day in a cell of a table; null where it is none, or where day and month could be mistaken for each other. */
export function readDate(cell: string): string | null {
  const { year, month = '', day = '' } = spreadsheetDate.exec(cell)?.groups ?? {};
  return findDate(year === undefined ? cell : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
}
