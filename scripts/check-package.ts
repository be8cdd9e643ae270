/**
 * Proves that the published package works for somebody else: builds and packs it, looks at what is inside, installs the
 * tarball into an empty folder without any of this project's settings, runs its command and compiles code against its types.
 */
import { execFileSync, spawn, type ExecFileSyncOptions } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { z } from 'zod';

const root = join(import.meta.dirname, '..');
const allowedFiles = [
  /^dist\/(?!.*\.test\.).+\.(js|d\.ts|json|html|css|svg|ttf|otf|wasm)$/,
  /^recipes\/[\w-]+\.json$/,
  /^scripts\/skip-cuda-download\.js$/,
  /^weights\/(pneumoscope\.onnx|[\w-]+\.(md|json))$/,
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
];
const needed = [
  'package.json',
  'README.md',
  'LICENSE',
  ...['baseline', 'improved', 'compact', 'compact-quick'].map((name) => `recipes/${name}.json`),
  'weights/pneumoscope.onnx',
];

const manifestSchema = z.object({
  version: z.string(),
  bin: z.record(z.string(), z.string()),
  exports: z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())])),
});
const packSchema = z.object({
  filename: z.string(),
  size: z.number(),
  unpackedSize: z.number(),
  files: z.array(z.object({ path: z.string() })),
});

// What npm told this script's own process must not reach the npm that plays the user, least of all `ignore-scripts`.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$|^NODE_OPTIONS$/i.test(name)),
);
environment['PATH'] = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);

const temporary = mkdtempSync(join(tmpdir(), 'pneumoscope-package-'));
try {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const tarball = pack(manifest);
  const user = join(temporary, 'user');
  mkdirSync(user);
  writeFileSync(
    join(user, 'package.json'),
    '{ "name": "user", "version": "1.0.0", "private": true, "type": "module" }\n',
  );
  console.log('installing the tarball into an empty folder');
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', tarball], user);
  checkCommand(user, manifest.version);
  checkModel(user);
  await checkService(user, manifest.bin['pneumoscope'] ?? '');
  checkTypes(user);
  console.log('the package installs, runs and type-checks');
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

function pack(manifest: z.infer<typeof manifestSchema>): string {
  execFileSync(process.execPath, [join(root, 'scripts/build.ts')], { stdio: 'inherit' });
  // npm 12 answers with an object by package name, npm 11 with a list of one.
  const answer: unknown = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', temporary], root),
  );
  const [packed] = z.array(packSchema).parse(Array.isArray(answer) ? answer : Object.values(answer ?? {}));
  if (packed === undefined) throw new Error('npm pack made no tarball');
  const files = new Set(packed.files.map(({ path }) => path));
  const strangers = [...files].filter((path) => !allowedFiles.some((pattern) => pattern.test(path)));
  if (strangers.length > 0) throw new Error(`the tarball holds what it should not: ${strangers.join(', ')}`);
  const entries = Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry),
  );
  const missing = [...needed, ...Object.values(manifest.bin), ...entries]
    .map((path) => path.replace(/^\.\//, ''))
    .filter((path) => !files.has(path));
  if (missing.length > 0) throw new Error(`the tarball lacks ${missing.join(', ')}`);
  console.log(`${packed.filename}: ${files.size} files, ${Math.round(packed.size / 1024)} KiB packed`);
  return join(temporary, packed.filename);
}

function checkCommand(user: string, version: string): void {
  const said = run('npx', ['--no-install', 'pneumoscope', '--version'], user).trim();
  if (said !== version) throw new Error(`npx pneumoscope --version says ${said}, but the package is ${version}`);
  const help = run('npx', ['--no-install', 'pneumoscope', '--help'], user);
  for (const word of ['dataset', 'train', 'evaluate', 'predict', 'explain', 'demo']) {
    if (!help.includes(word)) throw new Error(`npx pneumoscope --help does not name the command ${word}`);
  }
  // A command that decodes, draws random numbers and writes files, so that the native parts are loaded once.
  run(
    'npx',
    ['--no-install', 'pneumoscope', 'dataset', 'phantoms', '--out', 'phantoms', '--patients', '4', '--size', '64'],
    user,
  );
  console.log(
    `npx pneumoscope ${said} runs under Node ${run('npx', ['--no-install', 'node', '--version'], user).trim()}`,
  );
}

/** The first minute of a user: an answer without any training, for the phantoms that are there already. */
function checkModel(user: string): void {
  const answer = run('npx', ['--no-install', 'pneumoscope', 'predict', 'phantoms', '--json'], user);
  const { results } = z.object({ results: z.array(z.object({ guard: z.object({}) })) }).parse(JSON.parse(answer));
  if (results.length === 0) throw new Error('the shipped model answered for no phantom');
  console.log(`the shipped model answers for ${results.length} phantoms`);
}

/** The service as an installed package runs it: its threads and their decoder are files that are found at run time. */
async function checkService(user: string, bin: string): Promise<void> {
  const main = join(user, 'node_modules/pneumoscope', bin);
  const service = spawn(process.execPath, [main, 'serve', '--port', '0', '--json', '--workers', '1'], {
    cwd: user,
    env: environment,
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

function checkTypes(user: string): void {
  const consumer = [
    "import { PneumoscopeError, type ErrorCode } from 'pneumoscope';",
    "const code: ErrorCode = 'E_USAGE';",
    '// @ts-expect-error: were the types lost, this would be allowed, and then this line is an error itself',
    "const wrong: ErrorCode = 'E_NO_SUCH_CODE';",
    "const error: Error = new PneumoscopeError(code, 'a sentence');",
    'if (!(error instanceof PneumoscopeError) || error.code !== code) throw new Error(wrong);',
    "console.log('imported');",
  ];
  writeFileSync(join(user, 'consumer.ts'), `${consumer.join('\n')}\n`);
  const options = { module: 'nodenext', target: 'es2023', strict: true, noEmit: false, skipLibCheck: true, types: [] };
  writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }));
  const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
  run(process.execPath, [tsc, '-p', user], user);
  const said = run('npx', ['--no-install', 'node', 'consumer.js'], user).trim();
  if (said !== 'imported') throw new Error(`importing the package printed: ${said}`);
}

function run(program: string, args: readonly string[], cwd: string): string {
  const options: ExecFileSyncOptions = {
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  };
  try {
    return execFileSync(program, args, { ...options, encoding: 'utf8' });
  } catch (error) {
    // A compiler says what is wrong on its standard output.
    if (error instanceof Error && 'stdout' in error) console.error(String(error.stdout));
    throw error;
  }
}
