/** Versions of the form X.Y.Z: the next one, and where it stands in the project's files. */

const plain = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

/**
 * @param change `patch`, `minor`, `major`, or the version itself
 * @throws Error where that is neither, or not above the current one
 */
export function nextVersion(current: string, change: string): string {
  const [major, minor, patch] = parseVersion(current);
  if (change === 'patch') return `${major}.${minor}.${patch + 1}`;
  if (change === 'minor') return `${major}.${minor + 1}.0`;
  if (change === 'major') return `${major + 1}.0.0`;
  const target = parseVersion(change);
  const first = [major, minor, patch].findIndex((part, i) => part !== target[i]);
  if (first < 0 || (target[first] as number) < ([major, minor, patch][first] as number)) {
    throw new Error(`${change} is not above the current version, ${current}`);
  }
  return change;
}

function parseVersion(text: string): readonly [number, number, number] {
  const [, major, minor, patch] = plain.exec(text) ?? [];
  if (patch === undefined)
    throw new Error(`${text} is no version; say patch, minor, major, or a version such as 1.2.3`);
  return [Number(major), Number(minor), Number(patch)];
}

/** Where the version stands in a file. */
interface Place {
  readonly file: string;
  /** what stands before it on its line */
  readonly before: RegExp;
  readonly times: number;
  /** from here on the file is about other packages */
  readonly until?: string;
}

const places: readonly Place[] = [
  { file: 'package.json', before: /^ {2}"version": "/, times: 1 },
  { file: 'package-lock.json', before: /^ +"version": "/, times: 2, until: '"node_modules/' },
  { file: 'CITATION.cff', before: /^version: /, times: 1 },
  { file: 'deploy/kubernetes/deployment.yaml', before: /^ +image: pneumoscope:/, times: 1 },
];

/** The files in which {@link setVersion} writes. */
export const versionedFiles: readonly string[] = places.map(({ file }) => file);

/**
 * Replaces the version in the text of one of {@link versionedFiles}; the rest stays as it is, to the byte.
 *
 * @throws Error where the current version does not stand where it is expected
 */
export function setVersion(file: string, text: string, current: string, next: string): string {
  const place = places.find((one) => one.file === file);
  if (place === undefined) throw new Error(`${file} is not known to hold the version`);
  const end = place.until === undefined ? -1 : text.indexOf(place.until);
  const [head, rest] = end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end)];
  const escaped = current.replaceAll('.', String.raw`\.`);
  const pattern = new RegExp(`(${place.before.source})${escaped}(?=["\\s]|$)`, 'gm');
  if ((head.match(pattern) ?? []).length !== place.times) {
    throw new Error(`${file} does not hold the version ${current} where it is expected`);
  }
  return head.replaceAll(pattern, `$1${next}`) + rest;
}

/** Notes the day of the release in CITATION.cff. */
export function setReleaseDate(text: string, date: string): string {
  const dated = text.replace(/^date-released: .*\n/m, '');
  return dated.replace(/^(version: .*\n)/m, `$1date-released: '${date}'\n`);
}
