/** Writes what the package says of the work of others: the notices that licences ask for, and the bill of materials. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { listRuntimePackages } from './runtime-packages.ts';
import { buildSbom } from './sbom.ts';
import { renderThirdPartyNotices } from './third-party-notices.ts';

export const noticesFile = 'dist/THIRD-PARTY-NOTICES.txt';
export const sbomFile = 'dist/sbom.cdx.json';

const bundledSchema = z.array(
  z.object({ name: z.string(), version: z.string(), identifier: z.string().nullish(), text: z.string().optional() }),
);

/** @param root of the checkout, whose page is built: the bundler lists there whose code it took */
export function writeNotices(root: string): void {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'));
  const bundled = bundledSchema.parse(read('dist/web/licences.json'));
  const { name } = z.object({ name: z.string() }).parse(read('package.json'));
  const installed = listRuntimePackages(root);
  writeFileSync(join(root, noticesFile), renderThirdPartyNotices(installed, bundled));
  writeFileSync(join(root, sbomFile), `${JSON.stringify(buildSbom(root, name, installed, bundled), null, 1)}\n`);
}
