/** That the published types serve somebody else: with the compilers' settings in use, and without what only this project has installed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

export interface TypeSettings {
  readonly name: string;
  /** whether the user has Node's types; a package without need of them is checked where they are not even installed */
  readonly node: boolean;
  /** of tsconfig.json */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Each without skipLibCheck: a library that leaks types of packages which its users lack fails then. */
export const typeSettings: readonly TypeSettings[] = [
  { name: 'no types of other packages', node: false, options: { module: 'nodenext' } },
  { name: 'a bundler', node: false, options: { module: 'preserve', moduleResolution: 'bundler' } },
  { name: "Node's types and no browser's", node: true, options: { module: 'nodenext', lib: ['es2022'] } },
];

/**
 * Writes a program that imports each entry of the package, and a tsconfig.json for it.
 *
 * @param entries such as `.` and `./client`
 */
export function writeTypeConsumer(folder: string, name: string, entries: readonly string[], one: TypeSettings): void {
  const imports = entries.map((entry, i) => `export * as entry${i} from '${join(name, entry).replaceAll('\\', '/')}';`);
  writeFileSync(join(folder, 'entries.ts'), `${imports.join('\n')}\n`);
  const types = one.node ? ['node'] : [];
  const options = { target: 'es2022', strict: true, noEmit: true, skipLibCheck: false, types, ...one.options };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['entries.ts'] }));
}

/**
 * The two common linters of published packages.
 *
 * @param folder the package as it is installed
 * @throws Error that lists what they object to
 */
export async function lintPackage(tarball: string, folder: string): Promise<void> {
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball))));
  if (!analysis.types) throw new Error('the package has no types');
  const problems = analysis.problems
    // ES modules only, on purpose: require() of Node 22 loads them, resolution as of Node 10 does not know `exports`.
    .filter(({ kind }) => kind !== 'CJSResolvesToESM')
    .filter((problem) => !('resolutionKind' in problem && problem.resolutionKind === 'node10'))
    .map((problem) => JSON.stringify(problem));
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
  const { messages } = await publint({ pkgDir: folder, pack: false, strict: true });
  const objections = messages.map((message) => formatMessage(message, manifest, { color: false }) ?? message.code);
  if (problems.length + objections.length > 0) throw new Error([...problems, ...objections].join('\n'));
}
