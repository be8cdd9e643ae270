import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkImport, foundations, layers } from '../scripts/lint/layers.ts';

const root = join(import.meta.dirname, '..');

/** Each is one file that breaks one rule of the house, and the rule that must catch it. */
const violations: readonly { file: string; code: string; rule: string; message?: RegExp }[] = [
  {
    file: 'src/nn/up.ts',
    code: `import { x } from '../runtime/session.ts';\nexport const y = x;\n`,
    rule: 'pneumoscope(layers)',
    message: /src\/nn\/ imports only the folders above it .*not src\/runtime\//,
  },
  {
    file: 'src/graph/deep/type.ts',
    code: `import type { X } from '../../cli/x.ts';\nexport type Y = X;\n`,
    rule: 'pneumoscope(layers)',
    message: /not src\/cli\//,
  },
  { file: 'src/data/again.ts', code: `export * from '../server/app.ts';\n`, rule: 'pneumoscope(layers)' },
  {
    file: 'src/data/late.ts',
    code: `export const late = (): Promise<unknown> => import('../training/fit.ts');\n`,
    rule: 'pneumoscope(layers)',
  },
  {
    file: 'src/data/inline.ts',
    code: `export type History = import('../training/history.ts').History;\n`,
    rule: 'pneumoscope(layers)',
  },
  {
    file: 'src/data/engine.ts',
    code: `import { Tensor } from 'onnxruntime-node';\nexport const tensor = Tensor;\n`,
    rule: 'pneumoscope(layers)',
    message: /src\/runtime\/ alone/,
  },
  {
    file: 'src/runtime/bytes.ts',
    code: `import { BinaryReader } from '@bufbuild/protobuf/wire';\nexport const reader = BinaryReader;\n`,
    rule: 'pneumoscope(layers)',
    message: /src\/onnx\/ alone/,
  },
  {
    file: 'src/cli/http.ts',
    code: `import { Hono } from 'hono';\nexport const app = new Hono();\n`,
    rule: 'pneumoscope(layers)',
    message: /src\/server\/ alone/,
  },
  {
    file: 'src/index.ts',
    code: `import { Tensor } from 'onnxruntime-node';\nexport const tensor = Tensor;\n`,
    rule: 'pneumoscope(layers)',
    message: /src\/runtime\/ alone/,
  },
  {
    file: 'src/data/round.ts',
    code: `import { everything } from '../index.ts';\nexport const all = everything;\n`,
    rule: 'pneumoscope(layers)',
    message: /entry point/,
  },
  {
    file: 'src/random.ts',
    code: `import { x } from './data/x.ts';\nexport const y = x;\n`,
    rule: 'pneumoscope(layers)',
    message: /foundation/,
  },
  {
    file: 'src/attic/x.ts',
    code: `import { x } from '../graph/x.ts';\nexport const y = x;\n`,
    rule: 'pneumoscope(layers)',
    message: /list of layers/,
  },
  {
    file: 'src/data/fixture.ts',
    code: `import { x } from '../../test/x.ts';\nexport const y = x;\n`,
    rule: 'pneumoscope(layers)',
    message: /nothing outside src/,
  },
  {
    file: 'web/page.ts',
    code: `import { x } from '../src/data/x.ts';\nexport const y = x;\n`,
    rule: 'pneumoscope(layers)',
    message: /browser\.ts/,
  },
  {
    file: 'src/nn/cycle-a.ts',
    code: `import { b } from './cycle-b.ts';\nexport const a = (): unknown => b;\n`,
    rule: 'import(no-cycle)',
  },
  {
    file: 'src/nn/cycle-b.ts',
    code: `import { a } from './cycle-a.ts';\nexport const b = (): unknown => a;\n`,
    rule: 'import(no-cycle)',
  },
  { file: 'src/cli/train.ts', code: `process.exit(1);\n`, rule: 'eslint(no-restricted-properties)' },
  {
    file: 'src/data/chance.ts',
    code: `export const chance = Math.random();\n`,
    rule: 'eslint(no-restricted-properties)',
  },
  { file: 'src/report/words.ts', code: `console.log('done');\n`, rule: 'eslint(no-console)' },
  {
    file: 'src/data/loose.ts',
    code: `export function loose(value: any): unknown {\n  return value;\n}\n`,
    rule: 'typescript(no-explicit-any)',
  },
  { file: 'src/data/equal.ts', code: `export const same = (a: unknown): boolean => a == 1;\n`, rule: 'eslint(eqeqeq)' },
  {
    file: 'src/data/floating.ts',
    code: `export function start(work: () => Promise<void>): void {\n  work();\n}\n`,
    rule: 'typescript(no-floating-promises)',
  },
];

const allowed: Readonly<Record<string, string>> = {
  'src/cli/main.ts': `import { x } from '../index.ts';\nconsole.log(x);\nprocess.exit(0);\n`,
  'src/runtime/session.ts': `import { Tensor } from 'onnxruntime-node';\nexport const x = Tensor;\n`,
  'src/onnx/encode.ts': `import { BinaryWriter } from '@bufbuild/protobuf/wire';\nexport const x = BinaryWriter;\n`,
  'src/server/app.ts': `import { Hono } from 'hono';\nimport { x } from '../report/page.ts';\nexport const app = [Hono, x];\n`,
  'src/training/fit.ts': `import { E } from '../errors.ts';\nimport { x } from '../nn/x.ts';\nimport type { Y } from './y.ts';\nexport type Z = Y;\nexport const z = [E, x];\n`,
  'src/nn/relu.test.ts': `import { x } from '../runtime/session.ts';\nimport { y } from '../../test/y.ts';\nexport const z = [x, y];\n`,
  'web/main.ts': `import { x } from '../src/browser.ts';\nexport const y = x;\n`,
};

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
  readonly message: string;
}

describe('the lint rules of the house', () => {
  let folder = '';
  let found: readonly Diagnostic[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pneumoscope-layers-'));
    for (const name of ['.oxlintrc.json', 'tsconfig.json', 'scripts', 'node_modules', 'package.json']) {
      symlinkSync(join(root, name), join(folder, name));
    }
    for (const [file, code] of [
      ...violations.map(({ file, code }) => [file, code] as const),
      ...Object.entries(allowed),
    ]) {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, file), code);
    }
    found = lint(folder);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(violations)('$rule refuses $file', ({ file, rule, message }) => {
    const own = found.filter((problem) => problem.filename === file && problem.code === rule);
    expect(own.map((problem) => problem.message)).toEqual([expect.stringMatching(message ?? /./)]);
  });

  it.each(Object.keys(allowed))('nothing refuses %s', (file) => {
    expect(found.filter((problem) => problem.filename === file)).toEqual([]);
  });
});

describe('the order of the layers', () => {
  it('lets each folder import those before it and no other', () => {
    for (const [from, folder] of layers.entries()) {
      for (const [to, other] of layers.entries()) {
        const verdict = checkImport(`src/${folder}/a.ts`, `../${other}/b.ts`);
        expect(verdict === undefined, `${folder} imports ${other}`).toBe(to <= from);
      }
      for (const file of foundations) expect(checkImport(`src/${folder}/a.ts`, `../${file}`)).toBeUndefined();
    }
  });

  it('knows every folder of src/', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(layers).toEqual(expect.arrayContaining(folders.map((entry) => entry.name)));
  });
});

function lint(cwd: string): readonly Diagnostic[] {
  const oxlint = join(createRequire(import.meta.url).resolve('oxlint/package.json'), '../bin/oxlint');
  let output: string;
  try {
    output = execFileSync(process.execPath, [oxlint, '-f', 'json', 'src', 'web'], { cwd, encoding: 'utf8' });
  } catch (error) {
    // It exits with 1 because it found problems; they are on its standard output all the same.
    output = (error as { stdout: string }).stdout;
  }
  return (JSON.parse(output) as { diagnostics: readonly Diagnostic[] }).diagnostics;
}
