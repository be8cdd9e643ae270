/**
 * Makes the package pneumoscope-client from the built client: packages/client/dist/ is what is published. Its version, licence and oldest
 * Node are those of the main package, so they are written here and nowhere else.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const source = join(root, 'packages/client');
const built = join(root, 'dist/app/client');
export const clientPackage = join(source, 'dist');

/** What both packages say alike. */
const shared = ['version', 'license', 'author', 'repository', 'bugs', 'homepage', 'engines'];

export function buildClientPackage(): void {
  const [main, own] = [root, source].map(readManifest) as [Manifest, Manifest];
  const { name, description, ...rest } = own;
  const common = Object.fromEntries(shared.flatMap((field) => (field in main ? [[field, main[field]]] : [])));
  rmSync(clientPackage, { recursive: true, force: true });
  mkdirSync(clientPackage);
  for (const file of readdirSync(built)) copyFileSync(join(built, file), join(clientPackage, file));
  copyFileSync(join(source, 'README.md'), join(clientPackage, 'README.md'));
  copyFileSync(join(root, 'LICENSE'), join(clientPackage, 'LICENSE'));
  const manifest = { name, description, ...common, ...rest };
  writeFileSync(join(clientPackage, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

type Manifest = Readonly<Record<string, unknown>>;

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}
