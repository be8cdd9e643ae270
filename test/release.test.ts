/** The parts of a release that only turn texts into texts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { releaseChangelog } from '../scripts/release/changelog.ts';
import { nextVersion, setReleaseDate, setVersion, versionedFiles } from '../scripts/release/version.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('the next version', () => {
  it.each([
    ['0.1.9', 'patch', '0.1.10'],
    ['0.1.9', 'minor', '0.2.0'],
    ['0.1.9', 'major', '1.0.0'],
    ['0.1.9', '0.1.10', '0.1.10'],
    ['1.9.3', '1.10.0', '1.10.0'],
    ['1.9.3', '2.0.0', '2.0.0'],
  ])('from %s by %s is %s', (current, change, next) => {
    expect(nextVersion(current, change)).toBe(next);
  });

  it.each([
    ['0.1.9', 'tiny', 'tiny is no version'],
    ['0.1.9', 'v0.2.0', 'v0.2.0 is no version'],
    ['0.1.9', '0.2', '0.2 is no version'],
    ['0.1.9', '0.02.0', '0.02.0 is no version'],
    ['0.1.9', '0.1.9', 'not above the current version, 0.1.9'],
    ['0.1.9', '0.1.8', 'not above the current version, 0.1.9'],
    ['1.2.3', '0.9.9', 'not above the current version, 1.2.3'],
  ])('from %s by %s is refused: %s', (current, change, why) => {
    expect(() => nextVersion(current, change)).toThrow(why);
  });
});

describe('the version in the files of this project', () => {
  const { version } = JSON.parse(read('package.json')) as { readonly version: string };

  it.each(versionedFiles)('is replaced in %s, and nothing else', (file) => {
    const text = read(file);
    const changed = setVersion(file, text, version, '98.7.6');
    const lines = changed.split('\n');
    const different = text.split('\n').flatMap((line, i) => (line === lines[i] ? [] : [lines[i]]));
    expect(different).toHaveLength(file === 'package-lock.json' ? 2 : 1);
    for (const line of different) expect(line).toContain('98.7.6');
    expect(setVersion(file, changed, '98.7.6', version)).toBe(text);
  });

  it('is not taken for that of a dependency', () => {
    const lock = JSON.parse(setVersion('package-lock.json', read('package-lock.json'), version, '98.7.6')) as {
      readonly version: string;
      readonly packages: Readonly<Record<string, { readonly version: string }>>;
    };
    const changed = Object.entries(lock.packages).filter(([, one]) => one.version === '98.7.6');
    expect([lock.version, changed.map(([path]) => path)]).toEqual(['98.7.6', ['']]);
  });

  it('must stand where it is expected', () => {
    expect(() => setVersion('package.json', '{}', '1.0.0', '1.0.1')).toThrow(
      'package.json does not hold the version 1.0.0 where it is expected',
    );
    expect(() => setVersion('README.md', '', '1.0.0', '1.0.1')).toThrow('README.md is not known to hold the version');
  });

  it('has its date in CITATION.cff once', () => {
    const once = setReleaseDate(read('CITATION.cff'), '2031-02-03');
    expect(once).toContain(`version: ${version}\ndate-released: '2031-02-03'\n`);
    expect(setReleaseDate(once, '2032-03-04').match(/date-released/g)).toHaveLength(1);
  });
});

describe('the changelog', () => {
  const head = '# Changelog\n\nWhat changed.\n\n';

  it('gets a dated section, and an empty one for what comes', () => {
    const old = '## [0.1.0] - 2030-01-01\n\n### Added\n\n- All of it.\n';
    const { text, notes } = releaseChangelog(
      `${head}## [Unreleased]\n\n### Added\n\n- A thing.\n\n### Fixed\n\n- Another.\n\n${old}`,
      '0.2.0',
      '2031-02-03',
    );
    expect(notes).toBe('### Added\n\n- A thing.\n\n### Fixed\n\n- Another.');
    expect(text).toBe(`${head}## [Unreleased]\n\n## [0.2.0] - 2031-02-03\n\n${notes}\n\n${old}`);
  });

  it('takes the section that is the last one', () => {
    const { text } = releaseChangelog(`${head}## [Unreleased]\n\n- A thing.\n`, '0.1.0', '2031-02-03');
    expect(text).toBe(`${head}## [Unreleased]\n\n## [0.1.0] - 2031-02-03\n\n- A thing.\n`);
  });

  it.each([
    [head, 'has no section ## [Unreleased]'],
    [`${head}## [Unreleased]\n\n### Added\n\n## [0.1.0] - 2030-01-01\n\n- All.\n`, 'lists nothing as unreleased'],
    [`${head}## [Unreleased]\n\n- A thing.\n\n## [0.2.0] - 2030-01-01\n`, 'lists 0.2.0 already'],
  ])('is refused: %j %s', (text, why) => {
    expect(() => releaseChangelog(text, '0.2.0', '2031-02-03')).toThrow(why);
  });

  it('of this project has the section that a release moves', () => {
    expect(read('CHANGELOG.md').split('\n')).toContain('## [Unreleased]');
  });
});
