/**
 * Compiles src/ to dist/ and web/ to dist/web/, and makes the client's own package: what is published. Node strips types by itself, but
 * never under node_modules.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, globSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildClientPackage } from './build-client.ts';
import { writeNotices } from './package/write-notices.ts';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'dist/app/cli/bin.js');
const require = createRequire(import.meta.url);
const tsc = join(require.resolve('typescript/package.json'), '../bin/tsc');

rmSync(join(root, 'dist'), { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });

// What stands beside the code and is not code travels as it is.
for (const file of globSync('src/**/*', { cwd: root, withFileTypes: true })) {
  if (!file.isFile() || file.name.endsWith('.ts') || file.name.endsWith('.md')) continue;
  const from = join(file.parentPath, file.name);
  cpSync(from, join(root, 'dist', from.slice(join(root, 'src').length)));
}

buildClientPackage();
execFileSync(process.execPath, [join(root, 'scripts/build-page.ts')], { stdio: 'inherit' });
writeNotices(root);

if (!readFileSync(bin, 'utf8').startsWith('#!/usr/bin/env node\n')) {
  throw new Error('dist/app/cli/bin.js does not start with #!/usr/bin/env node: npx could not run it');
}
chmodSync(bin, 0o755);
