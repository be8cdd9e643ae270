import { describe, expect, it } from 'vitest';
import { toStudyPredictions, typicalStudy } from '../../../test/fixtures/evaluation/study-golden.ts';
import { computeBinaryMetrics } from '../../statistics/figures/binary-metrics.ts';
import { computeStudy } from '../../statistics/study/study.ts';
import type { BinaryEvaluation } from './evaluate.ts';
import type { GroupsTable } from './groups-table.ts';
import { checkColumns, studyEvaluation } from './study-evaluation.ts';

const predictions = toStudyPredictions(typicalStudy);
const evaluation: BinaryEvaluation = {
  kind: 'binary',
  folder: 'data/test',
  classNames: ['NORMAL', 'PNEUMONIA'],
  predictions,
  metrics: computeBinaryMetrics(predictions),
  unreadable: [{ file: 'data/test/broken.png', reason: 'broken.png is not an image' }],
  uncertain: null,
  imagesFittedOn: 0,
  guard: null,
};
const groups: GroupsTable = {
  file: 'groups.csv',
  columns: ['Sex', 'id'],
  rows: predictions.map(({ file }, index) => {
    return { line: index + 2, file, patient: `ward-${index % 30}`, values: [index % 3 === 0 ? 'f' : 'm', `${index}`] };
  }),
};
const few = { replicates: 100 };

describe('studyEvaluation', () => {
  it('is the study of the evaluation, at its threshold', async () => {
    const result = await studyEvaluation(evaluation, { ...few, prevalence: 0.1, seed: 2, level: 0.9 });
    expect(result.study).toEqual(
      computeStudy(predictions, { ...few, threshold: 0.5, prevalence: 0.1, seed: 2, level: 0.9 }),
    );
    expect(result).toEqual({ study: result.study, predictions, warnings: [] });
  });

  it('takes columns and patients from a table, and leaves out what makes no groups', async () => {
    const { study, subgroups, warnings, predictions: drawn } = await studyEvaluation(evaluation, { ...few, groups });
    expect(study.patients).toBe(30);
    expect(drawn[31]?.patient).toBe('ward-1');
    expect(subgroups?.map(({ column, groups: found }) => [column, found.map(({ value }) => value)])).toEqual([
      ['Sex', ['f', 'm']],
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(/^1 of 91 images have no row in groups\.csv, the first is broken\.png/),
      'The column id has 90 different values, where at most 50 make groups; it is left out.',
    ]);
  });

  it('takes the columns that are named, whatever their case, each once', async () => {
    const { subgroups, warnings } = await studyEvaluation(evaluation, { ...few, groups, by: ['sex', 'sex', 'germ'] });
    expect(subgroups?.map(({ column }) => column)).toEqual(['Sex']);
    expect(warnings.at(-1)).toBe('Of none of these images the germ is known; it makes no groups.');
    await expect(studyEvaluation(evaluation, { ...few, groups, by: ['id'] })).rejects.toThrow(
      expect.objectContaining({
        code: 'E_USAGE',
        message: expect.stringMatching(/90 different values.*put them into bands/),
      }),
    );
  });

  it('has a group for a column’s value that only an unreadable image has', async () => {
    const lost = { line: 99, file: 'broken.png', patient: undefined, values: ['x', undefined] };
    const { subgroups } = await studyEvaluation(evaluation, {
      ...few,
      groups: { ...groups, rows: [...groups.rows, lost] },
      by: ['sex'],
    });
    expect(subgroups?.[0]?.groups.at(-1)).toMatchObject({ value: 'x', images: 0, warning: 'no images' });
  });

  it('compares with the evaluation of another model, each at its threshold', async () => {
    const other = toStudyPredictions(typicalStudy, 'second');
    const compareWith = { ...evaluation, predictions: other, metrics: computeBinaryMetrics(other, { threshold: 0.3 }) };
    const { comparison } = await studyEvaluation(evaluation, { ...few, compareWith });
    expect(comparison).toMatchObject({ thresholds: { first: 0.5, second: 0.3 }, images: 90 });
    await expect(
      studyEvaluation(evaluation, { compareWith: { ...compareWith, classNames: ['PNEUMONIA', 'NORMAL'] } }),
    ).rejects.toThrow(/Only models of the same classes can be compared: this one knows NORMAL, PNEUMONIA, the other/);
  });

  it('can be stopped', async () => {
    await expect(studyEvaluation(evaluation, { signal: AbortSignal.abort() })).rejects.toThrow(
      expect.objectContaining({ code: 'E_INTERRUPTED' }),
    );
  });
});

describe('checkColumns', () => {
  it('names what there is', () => {
    expect(() => checkColumns({ groups, by: ['SEX', 'germ'] })).not.toThrow();
    expect(() => checkColumns({ groups, by: ['age'] })).toThrow(
      /There is no column age to group by: groups\.csv has Sex, id, and file names may tell germ$/,
    );
    expect(() => checkColumns({ by: ['age'] })).toThrow(/only germ is known without a table of groups/);
  });
});
