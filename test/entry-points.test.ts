/** The public entry points: what each brings with it, and that the facade is small and no name has two meanings. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lazyPackages } from '../scripts/package/check-entries.ts';
import { walkImports } from './import-closure.ts';

const root = path.join(import.meta.dirname, '..');
const manifest = z
  .object({
    exports: z.record(z.string(), z.union([z.string(), z.object({ types: z.string(), default: z.string() })])),
  })
  .parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));

/** The source of each entry, by its name. */
const entries = new Map(
  Object.entries(manifest.exports).flatMap(([name, to]): [string, string][] =>
    typeof to === 'string' ? [] : [[name, to.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts')]],
  ),
);
const closureOf = (name: string): ReturnType<typeof walkImports> => walkImports(root, entries.get(name) as string);
const roomsOf = (files: readonly string[]): string[] => [
  ...new Set(files.map((file) => file.split('/').slice(0, -1)[1] as string)),
];

describe('package.json', () => {
  it('exports an index.ts for each entry', () => {
    expect([...entries.keys()]).toEqual([
      '.',
      './client',
      './data',
      './engine',
      './imaging',
      './keras',
      './model',
      './server',
      './statistics',
      './study',
    ]);
    expect([...entries.values()].filter((file) => !file.endsWith('/index.ts'))).toEqual([]);
  });
});

describe('importing', () => {
  it('./statistics brings no package and nothing of Node', () => {
    const { files, packages, builtins } = closureOf('./statistics');
    expect({ rooms: roomsOf(files), packages, builtins }).toEqual({
      rooms: ['base', 'statistics'],
      packages: [],
      builtins: [],
    });
  });

  it('./client brings its own three files', () => {
    expect(closureOf('./client')).toEqual({
      files: ['index', 'request', 'service-client'].map((name) => `src/app/client/${name}.ts`),
      packages: [],
      builtins: [],
    });
  });

  it('./engine brings nothing that knows images', () => {
    const { files, packages } = closureOf('./engine');
    expect({ rooms: roomsOf(files), packages }).toEqual({
      rooms: ['base', 'engine', 'statistics'],
      packages: ['@bufbuild/protobuf', 'zod'],
    });
  });

  it('./imaging brings the image library, and what reads settings', () => {
    const { files, packages } = closureOf('./imaging');
    expect({ rooms: roomsOf(files), packages }).toEqual({
      rooms: ['base', 'dicom', 'imaging'],
      packages: ['dicom-parser', 'fastest-levenshtein', 'sharp', 'zod'],
    });
  });

  it.each([...entries.keys()])('%s brings no runtime, no charts and no server', (name) => {
    expect(closureOf(name).packages.filter((one) => lazyPackages.test(one))).toEqual([]);
  });
});

/** The names in a list between brackets. */
const listNames = (list: string): string[] =>
  list
    .split(',')
    .map((name) => name.trim().replace(/^type /, ''))
    .filter((name) => name !== '');
const namesOf = (file: string): string[] =>
  [...readFileSync(path.join(root, file), 'utf8').matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) =>
    listNames(list as string),
  );

describe('the documents', () => {
  it('import from an entry point what it has', () => {
    const documents = ['README.md', ...globSync('docs/*.md', { cwd: root })];
    const imports = documents.flatMap((document) => {
      const text = readFileSync(path.join(root, document), 'utf8');
      return [...text.matchAll(/import \{([^}]*)\} from 'pneumoscope(\/\w+)?'/g)].flatMap(([, list, room]) =>
        listNames(list as string).map((name) => ({ document, name, entry: room === undefined ? '.' : `.${room}` })),
      );
    });
    expect(imports.length).toBeGreaterThan(3);
    // The client exports all that is generated.
    const has = (entry: string): string[] => [
      ...namesOf(entries.get(entry) ?? entry),
      ...(entry === './client' ? ['ServiceClient', 'ServiceError'] : []),
    ];
    expect(imports.filter(({ name, entry }) => !has(entry).includes(name))).toEqual([]);
  });
});

describe('the facade', () => {
  it('has some forty names', () => {
    const names = namesOf('src/index.ts');
    expect(names).toContain('loadClassifier');
    expect(names.length).toBeGreaterThan(35);
    expect(names.length).toBeLessThan(48);
  });

  it('shows nothing that its rooms do not', async () => {
    const rooms = ['./data', './model', './study', './server'].map((name) => entries.get(name) as string);
    const shown = new Set([...rooms.flatMap(namesOf), 'errorCodes', 'ErrorCode']);
    expect(namesOf('src/index.ts').filter((name) => !shown.has(name))).toEqual([]);
  });
});
