/** What must and what must not lie in a package, and whether its documents lead to files that it holds. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { noticesFile, sbomFile } from './write-notices.ts';

const allowed: readonly RegExp[] = [
  /^dist\/(?!.*\.(?:test|spec)\.).+\.(?:js|d\.ts|json|html|css|svg|ttf|otf|wasm|txt)$/,
  /^docs\/.+\.(?:md|png|svg)$/,
  /^examples\/[\w-]+\.ts$/,
  /^recipes\/[\w-]+\.json$/,
  /^scripts\/skip-cuda-download\.js$/,
  /^weights\/(?:pneumoscope\.onnx|[\w-]+\.(?:md|json))$/,
  /^(?:package\.json|LICENSE|CITATION\.cff|(?:README|CHANGELOG|CODE_OF_CONDUCT|CONTRIBUTING|SECURITY)\.md)$/,
];
const recipes = ['baseline', 'improved', 'compact', 'compact-quick'].map((name) => `recipes/${name}.json`);
const documents = ['README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'CITATION.cff', noticesFile, sbomFile];
const models = ['weights/pneumoscope.onnx', 'weights/model-card.md'];
const needed: readonly string[] = [
  ...documents,
  ...recipes,
  ...models,
  'package.json',
  'dist/web/index.html',
  'scripts/skip-cuda-download.js',
];
/** Folders of the repository that documents for developers may name though users do not get them. */
const repositoryOnly = /^(?:bench|deploy|scripts|src|test|web)(?:\/|$)/;

/** `[text](target)`, `[name]: target`, and the attributes of HTML. */
const linkPatterns: readonly RegExp[] = [
  /\]\(<?([^)\s>]+)/g,
  /^\[[^\]]+\]:\s*(\S+)/gm,
  /<(?:img|source|a)\b[^>]*?(?:src|srcset|href)="([^"]+)"/g,
];

/**
 * @param folder the package as it is installed
 * @param entries the files that its manifest names
 * @returns the number of its files
 * @throws Error that names what is missing, what should not be there, or which link of which document leads nowhere
 */
export function checkContents(folder: string, entries: readonly string[]): number {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('node_modules/'));
  const files = new Set(found);
  const strangers = found.filter((path) => !allowed.some((pattern) => pattern.test(path)));
  if (strangers.length > 0) throw new Error(`the package holds what it should not: ${strangers.join(', ')}`);
  const missing = [...needed, ...entries.map((path) => path.replace(/^\.\//, ''))].filter((path) => !files.has(path));
  if (missing.length > 0) throw new Error(`the package lacks ${missing.join(', ')}`);
  const broken = found.filter((path) => path.endsWith('.md')).flatMap((path) => findBrokenLinks(folder, path));
  if (broken.length > 0) throw new Error(`documents of the package lead to what it lacks: ${broken.join('; ')}`);
  return files.size;
}

/** The relative links of a Markdown document, and the sources of its pictures, that lead to no file or folder of the package. */
export function findBrokenLinks(folder: string, document: string): readonly string[] {
  // What stands in code is shown, not linked.
  const text = readFileSync(join(folder, document), 'utf8').replaceAll(/^(```+)[^]*?^\1|`[^`\n]*`/gm, '');
  const targets = linkPatterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, target]) => target ?? ''));
  return targets
    .filter((target) => !/^(?:[a-z][a-z\d+.-]*:|#|\/\/)/i.test(target))
    .map((target) => posix.join(dirname(document), decodeURI(target.replace(/[#?].*$/, ''))))
    .filter((path) => !repositoryOnly.test(path) && !existsSync(join(folder, path)))
    .map((path) => `${document} to ${path}`);
}
