/** The model that comes with the package: what its file says, and that it gives the answers of its recorded run. */
import { readFile, stat } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { requireAnswered } from '../src/model/use/answer.ts';
import { loadClassifier } from '../src/model/use/classifier.ts';
import { defaultModelPath } from '../src/model/file/default-model.ts';
import { loadRecipe } from '../src/study/train/recipe.ts';
import { readArchive, sharedArchive } from './shared-data.ts';

const recorded = new URL('../docs/results/compact-by-patient/', import.meta.url);

interface RecordedPrediction {
  readonly file: string;
  readonly predicted: string;
  readonly probability: string;
}

describe('the shipped model', () => {
  it('is small, calibrated, guarded, and made by the recipe of its name', async () => {
    await using classifier = await loadClassifier();
    const { classes, operation, provenance } = classifier.metadata;
    expect((await stat(defaultModelPath())).size).toBeLessThan(8_000_000);
    expect(classes).toMatchObject({ names: ['NORMAL', 'PNEUMONIA'], positive: 'PNEUMONIA' });
    expect(operation?.point?.rule).toEqual({ sensitivity: 0.98 });
    expect(classifier.metadata.guard).toBeDefined();
    expect(provenance.data).toMatchObject({ synthetic: false, images: 3664 });
    const { threads: _, ...recipe } = await loadRecipe('compact');
    expect(provenance.recipe).toMatchObject(recipe);
    const run = JSON.parse(await readFile(new URL('recipe.json', recorded), 'utf8')) as {
      run: { fingerprint: string };
    };
    expect(provenance.data.fingerprint).toBe(run.run.fingerprint);
  });

  const archive = sharedArchive('ChestXRay2017-train-224.zip');
  it.skipIf(archive === undefined)('gives the probabilities of the recorded run', async () => {
    const text = await readFile(new URL('predictions.csv', recorded), 'utf8');
    const rows = parse(text, { columns: true }) as RecordedPrediction[];
    const chosen = new Map(rows.filter((_, index) => index % 20 === 0).map((row) => [row.file, row]));
    await using classifier = await loadClassifier();
    let seen = 0;
    const entries = readArchive(archive as string, (name) => chosen.has(name.split('/').slice(-2).join('/')));
    for await (const { name, bytes } of entries) {
      const { predicted, probability } = chosen.get(name.split('/').slice(-2).join('/')) as RecordedPrediction;
      const answer = requireAnswered(await classifier.classify(bytes, { name, ignoreGuard: true }));
      expect(answer.label).toBe(predicted);
      // Another processor's last bits.
      expect(Math.abs(answer.probability - Number(probability))).toBeLessThan(1e-3);
      seen += 1;
    }
    expect(seen).toBe(chosen.size);
  });
});
