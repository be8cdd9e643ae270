/**
 * A release, up to what leaves this machine: new version in all files, changelog, tarball, commit, tag. It goes through whole, or leaves the
 * checkout as it was.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseChangelog } from './changelog.ts';
import { assertReleasable, git } from './git.ts';
import { nextVersion, setReleaseDate, setVersion, versionedFiles } from './version.ts';

export interface ReleasePlan {
  readonly version: string;
  readonly tag: string;
  /** what is new, from the changelog */
  readonly notes: string;
  /** by its path in the checkout: the new text of each file that changes */
  readonly files: ReadonlyMap<string, string>;
}

export interface ReleaseOptions {
  readonly root: string;
  /** `patch`, `minor`, `major`, or a version */
  readonly change: string;
  /** from which releases are made */
  readonly branch: string;
  readonly date: Date;
}

/** @throws Error where the checkout is not releasable, the version not above the last, or nothing listed as unreleased */
export function planRelease({ root, change, branch, date }: ReleaseOptions): ReleasePlan {
  const read = (file: string): string => readFileSync(join(root, file), 'utf8');
  const { version: current } = JSON.parse(read('package.json')) as { readonly version: string };
  const version = nextVersion(current, change);
  const tag = `v${version}`;
  assertReleasable(root, branch, tag);
  const day = date.toISOString().slice(0, 10);
  const { text, notes } = releaseChangelog(read('CHANGELOG.md'), version, day);
  const files = new Map(versionedFiles.map((file) => [file, setVersion(file, read(file), current, version)]));
  files.set('CITATION.cff', setReleaseDate(files.get('CITATION.cff') ?? '', day));
  files.set('CHANGELOG.md', text);
  return { version, tag, notes, files };
}

/**
 * Writes the files, makes the tarball, commits and tags.
 *
 * @param makeTarball builds and checks the package; what it throws takes the files back and ends the release
 */
export function carryOut(root: string, { version, tag, notes, files }: ReleasePlan, makeTarball: () => void): void {
  const paths = [...files.keys()];
  try {
    for (const [file, text] of files) writeFileSync(join(root, file), text);
    makeTarball();
    git(root, 'add', '--', ...paths);
    git(root, 'commit', '--quiet', '--message', `Release ${version}`);
  } catch (error) {
    git(root, 'reset', '--quiet', '--', ...paths);
    git(root, 'checkout', '--quiet', '--', ...paths);
    throw error;
  }
  git(root, 'tag', '--annotate', '--cleanup=verbatim', '--message', `Pneumoscope ${version}\n\n${notes}`, tag);
}
