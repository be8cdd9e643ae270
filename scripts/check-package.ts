/**
 * Proves that the published packages work for somebody else: builds and packs them (or takes `-- FILE.tgz [CLIENT.tgz]`), installs each into an
 * empty folder without any of this project's settings, looks at what came, runs it and compiles code against its types.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { checkClient } from './package/check-client.ts';
import { checkContents } from './package/check-contents.ts';
import { checkEntries, checkNoNode, checkOldNode } from './package/check-entries.ts';
import { lintPackage, typeSettings, writeTypeConsumer } from './package/check-types.ts';
import { buildTarball, packClient } from './package/pack.ts';
import { installAlone, runAsUser, userEnvironment } from './package/run-as-user.ts';

const root = join(import.meta.dirname, '..');
const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  private: z.undefined().optional(),
  bin: z.record(z.string(), z.string()),
  exports: z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())])),
  devDependencies: z.undefined().optional(),
});

const temporary = mkdtempSync(join(tmpdir(), 'pneumoscope-package-'));
try {
  const [given, givenClient] = process.argv.slice(2);
  const tarball = given === undefined ? buildTarball(root, temporary).file : resolve(given);
  const client = given === undefined ? packClient(root, temporary).file : givenClient && resolve(givenClient);
  const user = join(temporary, 'user');
  console.log('installing the tarball into an empty folder');
  installAlone(user, tarball);
  const installed = join(user, 'node_modules/pneumoscope');
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')));
  const entries = Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry),
  );
  const count = checkContents(installed, [...Object.values(manifest.bin), ...entries]);
  console.log(`${count} files, each where it belongs`);
  const bin = manifest.bin['pneumoscope'] ?? '';
  checkCommand(user, manifest.version);
  checkModel(user);
  await checkService(user, bin);
  checkNoNode(user);
  checkOldNode(installed, bin);
  checkEntries(user, manifest.name, listEntries(manifest));
  checkTypes(user, manifest);
  await lintPackage(tarball, installed);
  if (client !== undefined) await checkClient(join(temporary, 'client'), client, manifest.version, tsc);
  console.log('the packages install, run and type-check');
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

function checkCommand(user: string, version: string): void {
  const said = runAsUser('npx', ['--no-install', 'pneumoscope', '--version'], user).trim();
  if (said !== version) throw new Error(`npx pneumoscope --version says ${said}, but the package is ${version}`);
  const help = runAsUser('npx', ['--no-install', 'pneumoscope', '--help'], user);
  for (const word of ['dataset', 'train', 'evaluate', 'predict', 'explain', 'demo']) {
    if (!help.includes(word)) throw new Error(`npx pneumoscope --help does not name the command ${word}`);
  }
  // A command that decodes, draws random numbers and writes files, so that the native parts are loaded once.
  runAsUser(
    'npx',
    ['--no-install', 'pneumoscope', 'dataset', 'phantoms', '--out', 'phantoms', '--patients', '4', '--size', '64'],
    user,
  );
  console.log(`npx pneumoscope ${said} runs under Node ${runAsUser('node', ['--version'], user).trim()}`);
}

/** The first minute of a user: an answer without any training, for the phantoms that are there already. */
function checkModel(user: string): void {
  const answer = runAsUser('npx', ['--no-install', 'pneumoscope', 'predict', 'phantoms', '--json'], user);
  const { results } = z.object({ results: z.array(z.object({ guard: z.object({}) })) }).parse(JSON.parse(answer));
  if (results.length === 0) throw new Error('the shipped model answered for no phantom');
  console.log(`the shipped model answers for ${results.length} phantoms`);
}

/** The service as an installed package runs it: its threads and their decoder are files that are found at run time. */
async function checkService(user: string, bin: string): Promise<void> {
  const main = join(user, 'node_modules/pneumoscope', bin);
  const service = spawn(process.execPath, [main, 'serve', '--port', '0', '--json', '--workers', '1'], {
    cwd: user,
    env: userEnvironment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => service.once('exit', resolve));
  try {
    let said = '';
    const url = await new Promise<string>((resolve, reject) => {
      service.stdout.on('data', (piece: Buffer) => {
        said += piece.toString();
        const found = /"url": "([^"]+)"/.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      });
      void ended.then((code) => reject(new Error(`the service ended with code ${code}: ${said}`)));
    });
    const [image] = readdirSync(join(user, 'phantoms/NORMAL'));
    const body = readFileSync(join(user, 'phantoms/NORMAL', String(image)));
    const response = await fetch(`${url}/api/v1/classify`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'image/jpeg' },
    });
    const answer = z.object({ results: z.array(z.object({ status: z.string() })) }).parse(await response.json());
    console.log(`its service says of a phantom: ${answer.results[0]?.status}`);
    if (!['answered', 'refused'].includes(answer.results[0]?.status ?? ''))
      throw new Error('the service cannot answer');
  } finally {
    service.kill('SIGTERM');
    await ended;
  }
}

/** Such as `.` and `./client`. */
function listEntries({ exports }: Pick<z.infer<typeof manifestSchema>, 'exports'>): string[] {
  return Object.entries(exports).flatMap(([entry, to]) => (typeof to === 'string' ? [] : [entry]));
}

function checkTypes(user: string, { name, exports }: z.infer<typeof manifestSchema>): void {
  const compile = (): string => runAsUser(process.execPath, [tsc, '-p', user], user);
  const typed = listEntries({ exports });
  for (const settings of typeSettings) {
    if (settings.node) runAsUser('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', nodeTypes()], user);
    writeTypeConsumer(user, name, typed, settings);
    compile();
    console.log(`the types of ${typed.join(', ')} hold with ${settings.name}`);
  }
  const consumer = [
    `import { PneumoscopeError, type ErrorCode } from '${name}';`,
    "const code: ErrorCode = 'E_USAGE';",
    '// @ts-expect-error: were the types lost, this would be allowed, and then this line is an error itself',
    "const wrong: ErrorCode = 'E_NO_SUCH_CODE';",
    "const error: Error = new PneumoscopeError(code, 'a sentence');",
    'if (!(error instanceof PneumoscopeError) || error.code !== code) throw new Error(wrong);',
    "console.log('imported');",
  ];
  writeFileSync(join(user, 'consumer.ts'), `${consumer.join('\n')}\n`);
  const options = { module: 'nodenext', target: 'es2023', strict: true, types: [] };
  writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }));
  compile();
  const said = runAsUser('npx', ['--no-install', 'node', 'consumer.js'], user).trim();
  if (said !== 'imported') throw new Error(`importing the package printed: ${said}`);
}

/** The types of Node that this project is checked with. */
function nodeTypes(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { devDependencies } = z.object({ devDependencies: z.record(z.string(), z.string()) }).parse(manifest);
  return `@types/node@${devDependencies['@types/node']}`;
}
