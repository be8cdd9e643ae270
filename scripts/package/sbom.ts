/** The bill of materials of the package, CycloneDX JSON, from the lock file by npm. */
import { execFileSync } from 'node:child_process';
import { z } from 'zod';
import type { BundledPackage } from './third-party-notices.ts';
import type { RuntimePackage } from './runtime-packages.ts';

const componentSchema = z.looseObject({
  'bom-ref': z.string(),
  name: z.string(),
  version: z.string(),
  scope: z.string().optional(),
  properties: z.array(z.object({ name: z.string(), value: z.string() })),
});
const sbomSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  metadata: z.looseObject({ component: z.looseObject({ 'bom-ref': z.string(), name: z.string() }) }),
  components: z.array(componentSchema),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

export type Sbom = z.infer<typeof sbomSchema>;

/**
 * What npm would list without development, and what the page contains. npm's own `--omit dev` also leaves out packages that both
 * the product and its development need, so the whole list is asked for and filtered here.
 *
 * @throws Error where npm lists a package of `installed` or `bundled` not at all
 */
export function buildSbom(
  root: string,
  name: string,
  installed: readonly RuntimePackage[],
  bundled: readonly BundledPackage[],
): Sbom {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 } as const;
  const all = sbomSchema.parse(
    JSON.parse(execFileSync('npm', args, { ...options, shell: process.platform === 'win32' })),
  );
  const key = (one: { readonly name: string; readonly version: string }): string => `${one.name}@${one.version}`;
  const inside = new Set(bundled.map(key));
  const wanted = new Set([...installed.map(key), ...inside]);
  const components = all.components
    .filter((component) => wanted.has(key(component)))
    .map((component) => (inside.has(key(component)) ? markAsPart(component) : component));
  const missing = [...wanted].filter((one) => !components.some((component) => key(component) === one));
  if (missing.length > 0) throw new Error(`npm sbom does not list ${missing.join(', ')}`);
  const self = all.metadata.component['bom-ref'];
  const known = new Set([self, ...components.map((component) => component['bom-ref'])]);
  return {
    ...all,
    // npm takes the name of the folder.
    metadata: { ...all.metadata, component: { ...all.metadata.component, name } },
    components,
    dependencies: all.dependencies
      .filter(({ ref }) => known.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => known.has(one)) })),
  };
}

/** A development dependency by its place in package.json, and a part of the product by its code in the page. */
function markAsPart(component: z.infer<typeof componentSchema>): z.infer<typeof componentSchema> {
  const properties = component.properties.filter((property) => property.name !== 'cdx:npm:package:development');
  return { ...component, scope: 'required', properties };
}
