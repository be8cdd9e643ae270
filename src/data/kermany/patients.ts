/**
 * File names of the Kermany chest X-rays -> which child, which germ. All 5,856 names have one of two forms,
 * `person10_bacteria_43.jpeg` and `IM-0100-0001.jpeg` (also `NORMAL2-IM-0100-0001.jpeg`).
 */

const personName = /^(person\d+)_(bacteria|virus)_\d/i;
const normalName = /^(?:NORMAL2-)?(IM-\d{4,})-\d{4}/i;

/**
 * The patient an image belongs to, for keeping a patient on one side of a split: `person10` or `IM-0100`.
 *
 * Whether `person10_bacteria` and `person10_virus`, or `IM-0100` and `NORMAL2-IM-0100`, are one child is unknown; taking
 * them for one can cost a little balance and can leak nothing. For the same reason the class does not count: a
 * set sorted anew into NORMAL, BACTERIA and VIRUS holds `person10` in two folders.
 *
 * @param fileName with or without folders before it
 * @returns undefined for a name of another form, which tells nothing about the patient
 */
export function knownPatientId(fileName: string): string | undefined {
  const name = baseName(fileName);
  const person = personName.exec(name)?.[1];
  if (person !== undefined) return person.toLowerCase();
  return normalName.exec(name)?.[1]?.toUpperCase();
}

/**
 * As {@link knownPatientId}; an image whose name tells nothing is a patient of its own, under the name of its file.
 *
 * @param className tells equal names in two class folders apart
 */
export function patientId(fileName: string, className?: string): string {
  const own = className === undefined ? fileName : `${className}/${fileName}`;
  return knownPatientId(fileName) ?? own;
}

/** The germ in the file's name; undefined for NORMAL images and names of another form. */
export function pathogen(fileName: string): 'bacteria' | 'virus' | undefined {
  return personName.exec(baseName(fileName))?.[2]?.toLowerCase() as 'bacteria' | 'virus' | undefined;
}

function baseName(fileName: string): string {
  return fileName.slice(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1);
}
