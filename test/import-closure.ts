/** All that a source file brings with it when it is imported, without running it. */
import { existsSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';

export interface ImportClosure {
  /** Source files, the first one too, as paths from `root` with '/', sorted. */
  readonly files: readonly string[];
  /** Names of packages, sorted. */
  readonly packages: readonly string[];
  /** Node's own modules, such as node:fs, sorted. */
  readonly builtins: readonly string[];
}

/** Imports and re-exports that are loaded at once; `import()` is loaded when it is reached, and types never. */
const staticImport = /^(?:import|export)\b[^'";]*?\bfrom\s*'([^']+)'|^import\s*'([^']+)'/gm;

/** @param entry path from `root` */
export function walkImports(root: string, entry: string): ImportClosure {
  const files = new Set<string>();
  const packages = new Set<string>();
  const builtins = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    if (!existsSync(path.join(root, file))) throw new Error(`${file} is imported, but does not exist`);
    const code = stripTypeScriptTypes(readFileSync(path.join(root, file), 'utf8'));
    for (const [, from, bare] of code.matchAll(staticImport)) {
      const specifier = (from ?? bare) as string;
      if (specifier.startsWith('node:')) builtins.add(specifier);
      else if (specifier.startsWith('.')) visit(path.posix.join(path.posix.dirname(file), specifier));
      else packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] as string);
    }
  };
  visit(entry);
  const sorted = (set: ReadonlySet<string>): string[] => [...set].toSorted();
  return { files: sorted(files), packages: sorted(packages), builtins: sorted(builtins) };
}
