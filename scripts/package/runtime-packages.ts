/** The packages that an installation brings, for every platform, as the lock file lists them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export interface RuntimePackage {
  readonly name: string;
  readonly version: string;
  /** an SPDX expression, as its author gives it */
  readonly license: string;
  /** where it is installed; not there where it is a package of another platform */
  readonly folder: string;
}

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      // Links to folders of the project have none.
      version: z.string().default(''),
      license: z.string().optional(),
      dev: z.boolean().optional(),
      link: z.boolean().optional(),
      name: z.string().optional(),
    }),
  ),
});

/**
 * One entry for each name and version, sorted by both. What only development needs is left out.
 *
 * @throws Error for a package without a licence: nobody may pass it on
 */
export function listRuntimePackages(root: string): readonly RuntimePackage[] {
  const lock = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  const packages = new Map<string, RuntimePackage>();
  for (const [path, { version, license, dev, link, name: alias }] of Object.entries(lock.packages)) {
    if (!path.includes('node_modules/') || dev === true || link === true) continue;
    const name = alias ?? path.replace(/^.*node_modules\//, '');
    if (license === undefined) throw new Error(`${name} ${version} names no licence in package-lock.json`);
    const key = `${name}@${version}`;
    if (!packages.has(key)) packages.set(key, { name, version, license, folder: join(root, path) });
  }
  return [...packages.values()].toSorted((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
