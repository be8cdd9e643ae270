/** Proves that pneumoscope-client works installed alone: what came with it, its types, and a question to a service. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { z } from 'zod';
import { listLoadedModules } from './loaded-modules.ts';
import { lintPackage, typeSettings, writeTypeConsumer } from './check-types.ts';
import { installAlone, runAsUser, userEnvironment } from './run-as-user.ts';

const name = 'pneumoscope-client';
const code = ['index', 'request', 'service-client'];
const files = ['LICENSE', 'README.md', 'package.json', ...code.flatMap((one) => [`${one}.js`, `${one}.d.ts`])];
const manifestSchema = z.object({
  name: z.literal(name),
  version: z.string(),
  license: z.string(),
  private: z.undefined().optional(),
  dependencies: z.undefined().optional(),
});

/**
 * @param folder does not exist yet
 * @param version of the main package, which both share
 * @param tsc the compiler's program
 * @throws Error
 */
export async function checkClient(folder: string, tarball: string, version: string, tsc: string): Promise<void> {
  installAlone(folder, tarball);
  const others = readdirSync(join(folder, 'node_modules')).filter((entry) => entry !== name && !entry.startsWith('.'));
  if (others.length > 0) throw new Error(`${name} brings ${others.join(', ')} with it`);
  const installed = join(folder, 'node_modules', name);
  const found = readdirSync(installed);
  if (found.toSorted().join() !== files.toSorted().join()) throw new Error(`${name} holds ${found.join(', ')}`);
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')));
  if (manifest.version !== version) throw new Error(`${name} is ${manifest.version}, but pneumoscope is ${version}`);
  const { own, packages } = listLoadedModules(name, folder);
  if (own.length !== code.length || packages.length > 0) throw new Error(`importing ${name} loads ${own.join(', ')}`);
  // The others need the types of Node, which this user does not have.
  for (const settings of typeSettings.filter(({ node }) => !node)) {
    writeTypeConsumer(folder, name, ['.'], settings);
    runAsUser(process.execPath, [tsc, '-p', folder], folder);
  }
  await askService(folder);
  await lintPackage(tarball, installed);
  console.log(`${name} ${manifest.version} installs alone, type-checks and asks a service`);
}

/** A service that answers one question, so that the client is tried without any other package. */
async function askService(folder: string): Promise<void> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ models: [{ id: 'drawn', asked: request.url, as: request.headers.authorization }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const program = [
      `import { ServiceClient } from '${name}';`,
      `const { models } = await new ServiceClient({ baseUrl: '${baseUrl}', token: 'secret' }).listModels();`,
      'console.log(JSON.stringify(models));',
    ];
    writeFileSync(join(folder, 'ask.mjs'), program.join('\n'));
    // Not at once, or the server in this process could not answer.
    const { stdout } = await promisify(execFile)(process.execPath, ['ask.mjs'], { cwd: folder, env: userEnvironment });
    const expected = [{ id: 'drawn', asked: '/api/v1/models', as: 'Bearer secret' }];
    if (stdout.trim() !== JSON.stringify(expected)) throw new Error(`the client was answered: ${stdout}`);
  } finally {
    server.close();
  }
}
