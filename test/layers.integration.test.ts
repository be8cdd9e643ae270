import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkImport, rooms } from '../scripts/lint/layers.ts';

const root = join(import.meta.dirname, '..');

/** Each is one file that breaks one rule of the house, and the rule that must catch it. */
const violations: readonly { file: string; code: string; rule: string; message?: RegExp }[] = [
  {
    file: 'src/imaging/up.ts',
    code: `import { x } from '../data/folder/x.ts';\nexport const y = x;\n`,
    rule: 'pneumoscope(layers)',
    message: /src\/imaging\/ imports only the rooms above it \(base, statistics, engine, dicom\), not src\/data\//,
  },
  {
    file: 'src/engine/graph/type.ts',
    code: `import type { X } from '../../app/cli/x.ts';\nexport type Y = X;\n`,
    rule: 'pneumoscope(layers)',
    message: /not src\/app\//,
  },
  { file: 'src/data/folder/again.ts', code: `export * from '../../app/server/app.ts';\n`, rule: 'pneumoscope(layers)' },
  {
    file: 'src/data/late.ts',
    code: `export const late = (): Promise<unknown> => import('../study/train/train.ts');\n`,
    rule: 'pneumoscope(layers)',
  },
  {
    file: 'src/data/inline.ts',
    code: `export type History = import('../model/use/history.ts').History;\n`,
    rule: 'pneumoscope(layers)',
  },
  {
    file: 'src/data/engine.ts',
    code: `import { Tensor } from 'onnxruntime-node';\nexport const tensor = Tensor;\n`,
    rule: 'pneumoscope(layers)',
    message: /src\/engine\/runtime\/ alone/,
  },
  {
    file: 'src/engine/runtime/bytes.ts',
    code: `import { BinaryReader } from '@bufbuild/protobuf/wire';\nexport const reader = BinaryReader;\n`,
    rule: 'pneumoscope(layers)',
    message: /src\/engine\/onnx\/ alone/,
  },
  {
    file: 'src/data/own-thread.ts',
    code: `import { Worker } from 'node:worker_threads';\nexport const worker = Worker;\n`,
    rule: 'pneumoscope(layers)',
    message: /src\/base\/threads\/ alone/,
  },
  {
    file: 'src/app/cli/http.ts',
    code: `import { Hono } from 'hono';\nexport const app = new Hono();\n`,
    rule: 'pneumoscope(layers)',
    message: /src\/app\/server\/ alone/,
  },
  {
    file: 'src/index.ts',
    code: `import { Tensor } from 'onnxruntime-node';\nexport const tensor = Tensor;\n`,
    rule: 'pneumoscope(layers)',
    message: /src\/engine\/runtime\/ alone/,
  },
  {
    file: 'src/data/round.ts',
    code: `import { everything } from '../index.ts';\nexport const all = everything;\n`,
    rule: 'pneumoscope(layers)',
    message: /entry point/,
  },
  {
    file: 'src/base/random.ts',
    code: `import { x } from './files/x.ts';\nexport const y = x;\n`,
    rule: 'pneumoscope(layers)',
    message: /stands before the folders of its room/,
  },
  {
    file: 'src/attic/x.ts',
    code: `import { x } from '../engine/graph/x.ts';\nexport const y = x;\n`,
    rule: 'pneumoscope(layers)',
    message: /list of rooms/,
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
    message: /src\/app\/client\//,
  },
  {
    file: 'src/engine/graph/inner.ts',
    code: `import { x } from '../nn/x.ts';\nexport const y = x;\n`,
    rule: 'pneumoscope(layers)',
    message: /src\/engine\/graph\/ imports only the folders above it in its room/,
  },
  {
    file: 'src/engine/cellar/x.ts',
    code: `import { x } from '../graph/x.ts';\nexport const y = x;\n`,
    rule: 'pneumoscope(layers)',
    message: /list of folders of src\/engine\//,
  },
  {
    file: 'src/engine/nn/type-cycle-a.ts',
    code: `import type { B } from './type-cycle-b.ts';\nexport interface A {\n  readonly b: B;\n}\n`,
    rule: 'import(no-cycle)',
  },
  {
    file: 'src/engine/nn/type-cycle-b.ts',
    code: `import type { A } from './type-cycle-a.ts';\nexport interface B {\n  readonly a: A;\n}\n`,
    rule: 'import(no-cycle)',
  },
  {
    file: 'src/engine/nn/cycle-a.ts',
    code: `import { b } from './cycle-b.ts';\nexport const a = (): unknown => b;\n`,
    rule: 'import(no-cycle)',
  },
  {
    file: 'src/engine/nn/cycle-b.ts',
    code: `import { a } from './cycle-a.ts';\nexport const b = (): unknown => a;\n`,
    rule: 'import(no-cycle)',
  },
  { file: 'src/app/cli/train.ts', code: `process.exit(1);\n`, rule: 'eslint(no-restricted-properties)' },
  {
    file: 'src/data/chance.ts',
    code: `export const chance = Math.random();\n`,
    rule: 'eslint(no-restricted-properties)',
  },
  { file: 'src/study/report/words.ts', code: `console.log('done');\n`, rule: 'eslint(no-console)' },
  {
    file: 'src/data/loose.ts',
    code: `export function loose(value: any): unknown {\n  return value;\n}\n`,
    rule: 'typescript(no-explicit-any)',
  },
  { file: 'src/data/equal.ts', code: `export const same = (a: unknown): boolean => a == 1;\n`, rule: 'eslint(eqeqeq)' },
  {
    file: 'src/data/stop.ts',
    code: `import { PneumoscopeError } from '../base/errors.ts';\nexport const e = new PneumoscopeError('E_DISK', 'the disk is full.');\n`,
    rule: 'pneumoscope(final-stop)',
    message: /no final full stop/,
  },
  {
    file: 'src/data/stop-of-branch.ts',
    code: `import { refuse } from '../base/errors.ts';\nexport const f = (a: boolean): never => refuse('E_DISK', a ? \`\${a} is full\` : \`\${a} is full.\`);\n`,
    rule: 'pneumoscope(final-stop)',
  },
  {
    file: 'src/app/server/stop-of-name.ts',
    code: `import { Problem } from './problems.ts';\nconst sentence = 'it is full.';\nexport const e = new Problem('too-large', sentence);\n`,
    rule: 'pneumoscope(final-stop)',
  },
  {
    file: 'src/data/floating.ts',
    code: `export function start(work: () => Promise<void>): void {\n  work();\n}\n`,
    rule: 'typescript(no-floating-promises)',
  },
];

const allowed: Readonly<Record<string, string>> = {
  'src/app/cli/main.ts': `import { x } from './program.ts';\nconsole.log(x);\nprocess.exit(0);\n`,
  'src/engine/runtime/session.ts': `import { Tensor } from 'onnxruntime-node';\nexport const x = Tensor;\n`,
  'src/engine/onnx/encode.ts': `import { BinaryWriter } from '@bufbuild/protobuf/wire';\nexport const x = BinaryWriter;\n`,
  'src/app/server/app.ts': `import { Hono } from 'hono';\nimport { x } from '../../study/pages/page.ts';\nexport const app = [Hono, x];\n`,
  'src/engine/fit/fit.ts': `import { E } from '../../base/errors.ts';\nimport { x } from '../nn/x.ts';\nimport type { Y } from './y.ts';\nexport type Z = Y;\nexport const z = [E, x];\n`,
  'src/engine/nn/relu.test.ts': `import { x } from '../runtime/session.ts';\nimport { y } from '../../../test/y.ts';\nexport const z = [x, y];\n`,
  'src/data/sentences.ts': `import { PneumoscopeError, refuse } from '../base/errors.ts';\nexport const e = new PneumoscopeError('E_DISK', 'Stopped. Run it again');\nexport const f = (): never => refuse('E_DISK', 'and so on ...');\n`,
  'web/main.ts': `import { x } from '../src/app/client/service-client.ts';\nexport const y = x;\n`,
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

describe('the order of the rooms', () => {
  const names = Object.keys(rooms) as (keyof typeof rooms)[];

  it('lets each room import those before it and no other', () => {
    for (const [from, room] of names.entries()) {
      for (const [to, other] of names.entries()) {
        const [place, otherPlace] = [room, other].map((name) => [name, ...rooms[name].slice(0, 1)].join('/'));
        const up = rooms[room].length === 0 ? '..' : '../..';
        const verdict = checkImport(`src/${place}/a.ts`, `${up}/${otherPlace}/b.ts`);
        expect(verdict === undefined, `${room} imports ${other}`).toBe(to <= from);
      }
    }
  });

  it('lets each folder of a room import those before it, and the files of the room', () => {
    for (const room of names) {
      const folders: readonly string[] = rooms[room];
      for (const [from, folder] of folders.entries()) {
        expect(checkImport(`src/${room}/${folder}/a.ts`, '../b.ts')).toBeUndefined();
        expect(checkImport(`src/${room}/index.ts`, `./${folder}/b.ts`)).toBeUndefined();
        for (const [to, other] of folders.entries()) {
          const verdict = checkImport(`src/${room}/${folder}/a.ts`, `../${other}/b.ts`);
          expect(verdict === undefined, `${room}/${folder} imports ${room}/${other}`).toBe(to <= from);
        }
      }
    }
  });

  it('knows every room and every folder of a room, and names none that is not there', () => {
    const foldersOf = (path: string): string[] =>
      readdirSync(join(root, path), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .toSorted();
    expect(foldersOf('src')).toEqual(names.toSorted());
    for (const room of names) {
      const expected = foldersOf(`src/${room}`);
      expect([...rooms[room]].toSorted(), room).toEqual(expected);
    }
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
