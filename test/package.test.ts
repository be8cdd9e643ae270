/** What is packed: the manifest for users, and the check of a package's contents on packages that are wrong on purpose. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkContents, findBrokenLinks } from '../scripts/package/check-contents.ts';
import { toPublishedManifest } from '../scripts/package/pack.ts';

const root = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;

describe('the manifest', () => {
  it('of the checkout is private, so that npm does not publish what was not built', () => {
    expect(manifest).toMatchObject({ private: true });
    // npm would not run it here, and then it would promise what does not happen.
    expect(manifest['scripts']).not.toHaveProperty('prepack');
  });

  it('of the package has neither that nor what serves the checkout alone', () => {
    const published = toPublishedManifest(manifest);
    expect(Object.keys(published)).toEqual(
      expect.arrayContaining(['name', 'version', 'exports', 'dependencies', 'repository', 'bugs', 'homepage']),
    );
    for (const name of ['private', 'devDependencies', 'allowScripts']) expect(published).not.toHaveProperty(name);
    expect(published['scripts']).toEqual({ preinstall: 'node scripts/skip-cuda-download.js' });
  });
});

describe('the contents of a package', () => {
  let folder: string;
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  };
  const names = [
    'package.json README.md LICENSE CHANGELOG.md SECURITY.md CITATION.cff scripts/skip-cuda-download.js',
    'recipes/baseline.json recipes/improved.json recipes/compact.json recipes/compact-quick.json',
    'dist/index.js dist/web/index.html dist/THIRD-PARTY-NOTICES.txt dist/sbom.cdx.json',
    'weights/pneumoscope.onnx weights/model-card.md',
  ];
  const whole: Readonly<Record<string, string>> = Object.fromEntries(
    names.flatMap((line) => line.split(' ')).map((name) => [name, '']),
  );

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pneumoscope-contents-'));
    write(whole);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are counted where all is well', () => {
    expect(checkContents(folder, ['./dist/index.js'])).toBe(Object.keys(whole).length);
  });

  it('must hold the code: a package that was not built is refused', () => {
    rmSync(join(folder, 'dist'), { recursive: true });
    expect(() => checkContents(folder, ['./dist/index.js'])).toThrow(
      'the package lacks dist/THIRD-PARTY-NOTICES.txt, dist/sbom.cdx.json, dist/web/index.html, dist/index.js',
    );
  });

  it.each(['dist/index.test.js', 'src/index.ts', 'docs/results/predictions.csv', '.npmrc', 'weights/old.onnx'])(
    'must not hold %s',
    (name) => {
      write({ [name]: '' });
      expect(() => checkContents(folder, [])).toThrow(`the package holds what it should not: ${name}`);
    },
  );

  it('must hold what its documents link to', () => {
    write({ 'README.md': 'See [serving](docs/serving.md).' });
    expect(() => checkContents(folder, [])).toThrow('README.md to docs/serving.md');
    write({ 'docs/serving.md': 'Back to [the start](../README.md#top).' });
    expect(() => checkContents(folder, [])).not.toThrow();
  });

  it('links are found in every form, and only where they are links', () => {
    const text = [
      '[a](a.md) ![b](<b.png> "title") [c][c] <img alt="d" src="d.svg">',
      '[e](https://example.org/e) [f](#f) [g](../src/g.ts) [h](weights) [i](mailto:i@example.org)',
      '`[j](j.md)`',
      '```sh',
      'echo "[k](k.md)"',
      '```',
      '[c]: c.md#part',
    ].join('\n');
    write({ 'docs/x.md': text });
    expect(findBrokenLinks(folder, 'docs/x.md')).toEqual([
      'docs/x.md to docs/a.md',
      'docs/x.md to docs/b.png',
      'docs/x.md to docs/weights',
      'docs/x.md to docs/c.md',
      'docs/x.md to docs/d.svg',
    ]);
  });
});
