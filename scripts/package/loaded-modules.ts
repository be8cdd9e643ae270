/** What an import really loads, as V8 counts it, in a process of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export interface LoadedModules {
  /** Paths of the files that are in no package of node_modules, or in the package that was asked for, with '/'. */
  readonly own: readonly string[];
  /** Names of the other packages of which a file was loaded, sorted. */
  readonly packages: readonly string[];
}

const coverageSchema = z.object({ result: z.array(z.object({ url: z.string() })) });
const packagePattern = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;

/**
 * Imports one module in a new process.
 *
 * @param specifier as an import statement in `folder` has it: a package's entry, or a file URL
 */
export function listLoadedModules(specifier: string, folder: string): LoadedModules {
  const coverage = mkdtempSync(join(tmpdir(), 'pneumoscope-loaded-'));
  try {
    execFileSync(process.execPath, ['--input-type=module', '--eval', `await import(${JSON.stringify(specifier)})`], {
      cwd: folder,
      env: { ...process.env, NODE_V8_COVERAGE: coverage },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const urls = readdirSync(coverage).flatMap((file) => {
      const { result } = coverageSchema.parse(JSON.parse(readFileSync(join(coverage, file), 'utf8')));
      return result.map(({ url }) => url).filter((url) => url.startsWith('file:'));
    });
    const files = [...new Set(urls)]
      .map((url) => fileURLToPath(url).replaceAll('\\', '/'))
      .filter((file) => !file.endsWith(']'))
      .toSorted();
    const asked = /^(?:@[^/]+\/)?[^/:]+/.exec(specifier)?.[0];
    const packageOf = (file: string): string | undefined => packagePattern.exec(file)?.[1];
    const isOwn = (file: string): boolean => packageOf(file) === undefined || packageOf(file) === asked;
    const packages = files.filter((file) => !isOwn(file)).map((file) => packageOf(file) as string);
    return { own: files.filter(isOwn), packages: [...new Set(packages)].toSorted() };
  } finally {
    rmSync(coverage, { recursive: true, force: true });
  }
}
