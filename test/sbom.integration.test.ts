/** The bill of materials, asked of the real lock file. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listRuntimePackages } from '../scripts/package/runtime-packages.ts';
import { buildSbom } from '../scripts/package/sbom.ts';

const root = join(import.meta.dirname, '..');

it('the bill of materials lists what is installed or part of the page, by digest, and nothing else', () => {
  const installed = listRuntimePackages(root);
  const development = buildSbom(root, 'pneumoscope', installed, []);
  const listed = development.components.map(({ name, version }) => `${name}@${version}`);
  expect(listed.toSorted()).toEqual(installed.map(({ name, version }) => `${name}@${version}`).toSorted());
  expect(development.metadata.component.name).toBe('pneumoscope');
  expect(development.components.filter(({ hashes }) => hashes === undefined)).toEqual([]);
  const refs = new Set(development.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]));
  expect([...refs].filter((ref) => ref.startsWith('vitest@'))).toEqual([]);

  expect(() => buildSbom(root, 'pneumoscope', installed, [{ name: 'drawn-here', version: '1.2.3' }])).toThrow(
    'npm sbom does not list drawn-here@1.2.3',
  );
});
