/** Makes the tarballs that are published: `npm run package`, or `npm run package -- FOLDER` for another place than the checkout. */
import { join, relative, resolve } from 'node:path';
import { buildTarball, packClient } from './package/pack.ts';

const root = join(import.meta.dirname, '..');
const out = resolve(process.argv[2] ?? root);
for (const make of [buildTarball, packClient]) {
  const { file, size, files } = make(root, out);
  console.log(`${relative(process.cwd(), file)}: ${files.length} files, ${Math.round(size / 1024)} KiB`);
}
