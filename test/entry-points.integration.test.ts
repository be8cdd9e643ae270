/** The public entry points, really imported, each in a process of its own. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { build } from 'vite';
import { describe, expect, it } from 'vitest';
import { lazyPackages } from '../scripts/package/check-entries.ts';
import { listLoadedModules, type LoadedModules } from '../scripts/package/loaded-modules.ts';
import { RandomGenerator } from '../src/base/random.ts';
import * as statistics from '../src/statistics/index.ts';

const root = path.join(import.meta.dirname, '..');
const source = root.replaceAll('\\', '/');

function load(file: string): LoadedModules {
  const { own, packages } = listLoadedModules(pathToFileURL(path.join(root, file)).href, root);
  return { own: own.map((name) => name.slice(source.length + 1)), packages };
}

describe('importing', () => {
  it('./client loads its own three files', () => {
    expect(load('src/app/client/index.ts')).toEqual({
      own: ['index', 'request', 'service-client'].map((name) => `src/app/client/${name}.ts`),
      packages: [],
    });
  });

  it('./statistics loads no package', () => {
    const { own, packages } = load('src/statistics/index.ts');
    expect(packages).toEqual([]);
    expect(own).toContain('src/statistics/study/study.ts');
    expect(own.filter((file) => !/^src\/(base|statistics)\//.test(file))).toEqual([]);
  });

  it('./engine loads neither the runtime nor an image library', () => {
    const { own, packages } = load('src/engine/index.ts');
    expect(packages).toEqual(['@bufbuild/protobuf', 'zod']);
    expect(own).toContain('src/engine/fit/trainer.ts');
  });

  it('the facade loads no runtime, no charts and no server', () => {
    const { own, packages } = load('src/index.ts');
    expect(packages).toContain('sharp');
    expect(packages.filter((name) => lazyPackages.test(name))).toEqual([]);
    expect(own).toContain('src/study/train/train.ts');
  });
});

describe('the statistics in a browser', () => {
  it('compute what they compute in Node, with nothing but the language', async () => {
    const built = await build({
      configFile: false,
      logLevel: 'warn',
      root,
      build: {
        write: false,
        minify: false,
        lib: { entry: path.join(root, 'src/statistics/index.ts'), name: 'statistics', formats: ['iife'] },
      },
    });
    const [output] = Array.isArray(built) ? built : [built];
    if (output === undefined || !('output' in output)) throw new Error('the build gave no output');
    const { code } = output.output[0];
    expect(code).not.toMatch(/node:|require\(|process\./);

    const random = new RandomGenerator(4);
    const predictions = Array.from({ length: 80 }, (_, index): statistics.Prediction => {
      const label = index % 2;
      return { file: `${index}.png`, label, probability: random.uniform(0.3 * label, 0.7 + 0.3 * label) };
    });
    const options = { threshold: 0.5, replicates: 200, seed: 1 };
    const script = `${code}; JSON.stringify(statistics.computeStudy(${JSON.stringify(predictions)}, ${JSON.stringify(options)}))`;
    const there: unknown = JSON.parse(runInNewContext(script, {}) as string);
    const here: unknown = JSON.parse(JSON.stringify(statistics.computeStudy(predictions, options)));
    expect(there).toEqual(here);
    expect(here).toMatchObject({ images: 80, positives: 40 });
  });
});
