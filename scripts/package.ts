/** Makes the tarball that is published: `npm run package`, or `npm run package -- FOLDER` for another place than the checkout. */
import { join, relative, resolve } from 'node:path';
import { buildTarball } from './package/pack.ts';

const root = join(import.meta.dirname, '..');
const { file, size, files } = buildTarball(root, resolve(process.argv[2] ?? root));
console.log(`${relative(process.cwd(), file)}: ${files.length} files, ${Math.round(size / 1024)} KiB`);
