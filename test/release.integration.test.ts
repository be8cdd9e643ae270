/** A release in a repository made for it: what it refuses, what it leaves behind, and that a failure leaves nothing. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { git } from '../scripts/release/git.ts';
import { carryOut, planRelease, type ReleasePlan } from '../scripts/release/release.ts';
import { versionedFiles } from '../scripts/release/version.ts';

const project = join(import.meta.dirname, '..');
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pneumoscope-release-'));
  for (const file of versionedFiles) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(join(project, file), join(root, file));
  }
  writeFileSync(join(root, 'CHANGELOG.md'), '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n');
  git(root, 'init', '--quiet', '--initial-branch=main');
  git(root, 'config', 'user.name', 'A tester');
  git(root, 'config', 'user.email', 'tester@example.org');
  git(root, 'config', 'commit.gpgsign', 'false');
  git(root, 'config', 'tag.gpgsign', 'false');
  git(root, 'add', '.');
  git(root, 'commit', '--quiet', '--message', 'Begin');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const plan = (change = '98.7.6'): ReleasePlan =>
  planRelease({ root, change, branch: 'main', date: new Date('2031-02-03T23:00:00Z') });

describe('a release is refused', () => {
  it('from another branch, or from none', () => {
    git(root, 'switch', '--quiet', '--create', 'side');
    expect(plan).toThrow('this is the branch side; releases are made from main');
    git(root, 'switch', '--quiet', '--detach');
    expect(plan).toThrow('this is no branch; releases are made from main');
  });

  it('with changes that are not committed, new files among them', () => {
    writeFileSync(join(root, 'new.txt'), '');
    expect(plan).toThrow(/not committed.*\n\?\? new\.txt/);
    git(root, 'add', '.');
    expect(plan).toThrow(/not committed/);
  });

  it('where its tag exists', () => {
    git(root, 'tag', 'v98.7.6');
    expect(plan).toThrow('the tag v98.7.6 exists already');
  });
});

describe('a release', () => {
  it('is one commit with the version everywhere, and a tag with the notes', () => {
    let seen = '';
    carryOut(root, plan(), () => {
      seen = readFileSync(join(root, 'package.json'), 'utf8');
    });
    // The package is built from the new version.
    expect(seen).toContain('"version": "98.7.6"');
    expect(git(root, 'log', '-1', '--format=%s')).toBe('Release 98.7.6');
    expect(git(root, 'show', '--name-only', '--format=', 'HEAD').split('\n').toSorted()).toEqual(
      [...versionedFiles, 'CHANGELOG.md'].toSorted(),
    );
    expect(git(root, 'status', '--porcelain')).toBe('');
    expect(git(root, 'cat-file', '-t', 'v98.7.6')).toBe('tag');
    expect(git(root, 'tag', '--list', '--format=%(contents)', 'v98.7.6')).toBe(
      'Pneumoscope 98.7.6\n\n### Added\n\n- A thing.',
    );
    expect(git(root, 'show', 'v98.7.6:CHANGELOG.md')).toContain('## [98.7.6] - 2031-02-03');
    expect(git(root, 'show', 'HEAD:CITATION.cff')).toContain("version: 98.7.6\ndate-released: '2031-02-03'");
  });

  it('that is only planned changes nothing', () => {
    expect(plan('major').tag).toMatch(/^v[1-9]\d*\.0\.0$/);
    expect(git(root, 'status', '--porcelain')).toBe('');
    expect(git(root, 'tag')).toBe('');
  });

  it('whose package fails its check leaves all as it was', () => {
    const before = git(root, 'rev-parse', 'HEAD');
    const fail = (): void => {
      throw new Error('the package lacks dist/index.js');
    };
    expect(() => carryOut(root, plan(), fail)).toThrow('the package lacks dist/index.js');
    expect(git(root, 'status', '--porcelain')).toBe('');
    expect(git(root, 'rev-parse', 'HEAD')).toBe(before);
    expect(git(root, 'tag')).toBe('');
  });

  it('that git refuses to commit leaves all as it was', () => {
    const hook = join(root, '.git/hooks/pre-commit');
    mkdirSync(dirname(hook), { recursive: true });
    writeFileSync(hook, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    expect(() => carryOut(root, plan(), () => undefined)).toThrow(/git commit/);
    expect(git(root, 'status', '--porcelain')).toBe('');
    expect(existsSync(join(root, 'CHANGELOG.md'))).toBe(true);
  });
});
