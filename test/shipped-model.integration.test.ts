/** The model that comes with the package: what its file says, and that it gives the answers of its recorded run. */
import { readFile, stat } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { requireAnswered } from '../src/model/use/answer.ts';
import { loadClassifier, readModelMetadata } from '../src/model/use/classifier.ts';
import { cardFile, renderShippedCard } from '../scripts/generate-card.ts';
import type { Study, StudyFigureName } from '../src/statistics/study/study.ts';
import type { SubgroupAnalysis } from '../src/statistics/study/subgroups.ts';
import type { Robustness } from '../src/study/evaluate/robustness.ts';
import { defaultModelPath } from '../src/model/file/default-model.ts';
import { loadRecipe } from '../src/study/train/recipe.ts';
import { readArchive, sharedArchive } from './shared-data.ts';

const recorded = new URL('../docs/results/compact-by-patient/', import.meta.url);

interface RecordedPrediction {
  readonly file: string;
  readonly predicted: string;
  readonly probability: string;
}

async function readRecorded<Content>(file: string): Promise<Content> {
  return JSON.parse(await readFile(new URL(file, recorded), 'utf8')) as Content;
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

  it('holds the figures of its recorded run', async () => {
    const { evaluation, operation, statement } = await readModelMetadata();
    const { study, subgroups } = await readRecorded<{ study: Study; subgroups: readonly SubgroupAnalysis[] }>(
      'metrics.json',
    );
    const { images, positives, negatives, patients, confusion, level } = study;
    expect(evaluation).toMatchObject({ images, positives, negatives, patients, confusion, level });
    expect(evaluation?.threshold).toBe(study.threshold);
    for (const [name, figure] of Object.entries(evaluation?.figures ?? {})) {
      const expected = study.figures[name as StudyFigureName];
      expect(figure.value).toBeCloseTo(expected.value as number, 5);
      expect(figure.interval?.low).toBeCloseTo(expected.interval?.low as number, 4);
      expect(figure.interval?.high).toBeCloseTo(expected.interval?.high as number, 4);
    }
    const groups = subgroups.flatMap((analysis) => analysis.groups).filter((group) => group.value !== null);
    expect(evaluation?.groups.map(({ value, positives: ill, sensitivity }) => [value, ill, sensitivity.value])).toEqual(
      groups.map(({ value, positives: ill, figures }) => [value, ill, figures.sensitivity.value]),
    );
    expect(operation?.fittedOn).toMatchObject({ images: 784, patients: 408 });
    expect(operation?.counts?.patients).toBeDefined();
    // What the publisher states of other forms is what the recorded run says of them.
    const { rows } = await readRecorded<Pick<Robustness, 'rows'>>('robustness.json');
    const [framing] = statement?.limits ?? [];
    const [cropped, framed] = ['crop-10', 'frame-10'].map((name) => rows.find((row) => row.name === name));
    for (const share of [cropped?.specificity, framed?.sensitivity]) {
      expect(framing?.en).toContain(`${(100 * (share as number)).toFixed(1)} %`);
      expect(framing?.['zh-Hans']).toContain(`${(100 * (share as number)).toFixed(1)}%`);
    }
  });

  it('leaves to a person what its band holds of the recorded answers: 11 of 16 errors in 6.8 % of the images', async () => {
    const { classes, evaluation, operation } = await readModelMetadata();
    const text = await readFile(new URL('predictions.csv', recorded), 'utf8');
    const rows = parse(text, { columns: true }) as (RecordedPrediction & { readonly class: string })[];
    const { low, high } = operation?.uncertain ?? { low: NaN, high: NaN };
    const held = rows.filter(({ probability }) => Number(probability) >= low && Number(probability) <= high);
    const wrong = (all: typeof rows): number =>
      all.filter((row) => Number(row.probability) > (classes.threshold as number) !== (row.class === classes.positive))
        .length;
    expect([held.length, wrong(held), wrong(rows)]).toEqual([53, 11, 16]);
    expect(evaluation?.uncertain).toEqual({ images: 53, wrong: 11 });
    expect(held.length / rows.length).toBeCloseTo(0.068, 3);
  });

  it('has the card that its file makes (after a change: npm run generate:card)', async () => {
    expect(await readFile(cardFile, 'utf8')).toBe(await renderShippedCard());
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
