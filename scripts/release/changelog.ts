/** Moves what CHANGELOG.md lists as unreleased under the version that releases it. */

const unreleased = '## [Unreleased]';

export interface ReleasedChangelog {
  /** of the whole file */
  readonly text: string;
  /** of the new section, without its head */
  readonly notes: string;
}

/**
 * @param date as YYYY-MM-DD
 * @throws Error where the section is missing or empty, or the version is listed already
 */
export function releaseChangelog(text: string, version: string, date: string): ReleasedChangelog {
  const lines = text.split('\n');
  const start = lines.indexOf(unreleased);
  if (start < 0) throw new Error(`CHANGELOG.md has no section ${unreleased}`);
  if (lines.some((line) => line.startsWith(`## [${version}]`)))
    throw new Error(`CHANGELOG.md lists ${version} already`);
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith('## '));
  const end = length < 0 ? lines.length : start + 1 + length;
  const notes = lines
    .slice(start + 1, end)
    .join('\n')
    .trim();
  if (!/^[-*] /m.test(notes))
    throw new Error('CHANGELOG.md lists nothing as unreleased; say first what users will see');
  const section = [unreleased, '', `## [${version}] - ${date}`, '', notes, ''];
  return { text: [...lines.slice(0, start), ...section, ...lines.slice(end)].join('\n'), notes };
}
