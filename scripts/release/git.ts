/** The few commands of git that a release needs. */
import { execFileSync } from 'node:child_process';

export function git(root: string, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
}

/** @throws Error that says why this checkout cannot be released: another branch, changes, or a tag that exists */
export function assertReleasable(root: string, branch: string, tag: string): void {
  const current = git(root, 'branch', '--show-current');
  if (current !== branch) {
    throw new Error(
      `this is ${current === '' ? 'no branch' : `the branch ${current}`}; releases are made from ${branch}`,
    );
  }
  const changes = git(root, 'status', '--porcelain');
  if (changes !== '') throw new Error(`these files are not committed; commit or remove them first:\n${changes}`);
  if (git(root, 'tag', '--list', tag) !== '') throw new Error(`the tag ${tag} exists already`);
}
