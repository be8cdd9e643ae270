/** Name and version of this program, as they are written into the files it makes. */
import { readFileSync } from 'node:fs';

let known: string | undefined;

/** Such as 'pneumoscope 1.2.3'. */
export function describeProgram(): string {
  known ??= `pneumoscope ${programVersion()}`;
  return known;
}

/** Of the package that this file belongs to, as source and as built file alike. */
export function programVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return manifest.version;
}
