import { describe, expect, it } from 'vitest';
import type { Prediction } from '../prediction/prediction.ts';
import { computeStudy } from './study.ts';
import { computeSubgroups, type Subgroup, type SubgroupColumn } from './subgroups.ts';
import { germColumn } from '../../data/kermany/germ-column.ts';

const options = { threshold: 0.5, replicates: 200 };

/** 40 healthy patients, 40 with bacteria whom the model finds, 20 with a virus of whom it finds half. */
const children: Prediction[] = Array.from({ length: 100 }, (_, index) => {
  const isIll = index >= 40;
  const germ = index < 80 ? 'bacteria' : 'virus';
  const found = germ === 'bacteria' ? 0.9 - (index % 7) / 100 : index % 2 === 0 ? 0.8 : 0.2;
  return {
    file: isIll ? `PNEUMONIA/person${index}_${germ}_1.jpeg` : `NORMAL/IM-0${100 + index}-0001.jpeg`,
    label: Number(isIll),
    probability: isIll ? found : 0.05 + (index % 10) / 20,
    patient: `p${index}`,
  };
});

const device: SubgroupColumn = {
  name: 'device',
  values: new Map(children.map(({ file }, index) => [file, index % 10 === 9 ? 'B' : 'A'])),
};

function analyse(column: SubgroupColumn, predictions = children): Map<string | null, Subgroup> {
  const [analysis] = computeSubgroups(predictions, [column], options);
  return new Map(analysis?.groups.map((group) => [group.value, group]));
}

describe('computeSubgroups', () => {
  it('gives each group what a study of its images alone gives', () => {
    const groups = analyse(device);
    expect([...groups.keys()]).toEqual(['A', 'B']);
    for (const [value, group] of groups) {
      const own = children.filter(({ file }) => device.values.get(file) === value);
      const study = computeStudy(own, options);
      expect(group).toMatchObject({ images: own.length, positives: study.positives, figures: study.figures });
    }
    expect(groups.get('A')?.warning).toBeUndefined();
    expect(groups.get('B')?.warning).toBe('only 6 patients with positive images, only 4 patients with negative images');
  });

  it('compares each germ with all healthy children', () => {
    const [analysis] = computeSubgroups(children, [germColumn(children)], options);
    expect(analysis).toMatchObject({ column: 'germ', sharesNegatives: true });
    const [bacteria, virus, ...rest] = analysis?.groups ?? [];
    expect(rest).toEqual([]);
    expect(bacteria).toMatchObject({ value: 'bacteria', positives: 40, negatives: 40, images: 80 });
    expect(virus).toMatchObject({ value: 'virus', positives: 20, negatives: 40, patients: 60 });
    expect(bacteria?.figures.sensitivity).toMatchObject({ value: 1, exact: true });
    expect(virus?.figures.sensitivity.value).toBe(0.5);
    expect(virus?.warning).toBe('only 20 patients with positive images');
    const study = computeStudy(
      children.filter(({ file }) => !file.includes('bacteria')),
      options,
    );
    expect(virus?.figures.rocAuc.value).toBe(study.figures.rocAuc.value);
    expect(virus?.figures.specificity.value).toBe(study.figures.specificity.value);
    for (const name of ['ppv', 'npv', 'accuracy', 'f1', 'mcc', 'averagePrecision', 'brierScore', 'loss'] as const) {
      expect(virus?.figures[name], name).toMatchObject({
        value: null,
        undefinedBecause: expect.stringMatching(/^the negative images are those of all groups/) as string,
      });
    }
  });

  it('puts the images of which nothing is known last, and numbers in their order', () => {
    const ages = new Map(
      children.slice(0, 90).map(({ file }, index) => [file, ['10-12', '2-4', '0-1'][index % 3] as string]),
    );
    const groups = analyse({ name: 'age', values: ages });
    expect([...groups.keys()]).toEqual(['0-1', '2-4', '10-12', null]);
    expect(groups.get(null)).toMatchObject({
      images: 10,
      negatives: 0,
      warning: expect.stringMatching(/no images of the negative class/) as string,
    });
    expect(groups.get(null)?.figures.specificity).toMatchObject({ value: null });
    // Of a germ only the ill can be unknown.
    const germs = germColumn(children);
    const unnamed = new Map([...germs.values].slice(0, 50));
    expect(analyse({ name: 'germ', values: unnamed }).get(null)).toMatchObject({ positives: 10, negatives: 40 });
  });

  it('has a row of its own for an empty group', () => {
    const empty = { images: 0, positives: 0, negatives: 0, patients: 0, warning: 'no images' };
    const values = new Map([...device.values, ['NORMAL/unreadable.jpeg', 'C']]);
    expect(analyse({ name: 'device', values }).get('C')).toMatchObject({
      ...empty,
      figures: { rocAuc: { value: null, interval: null, undefinedBecause: 'the group has no images' } },
    });
    // Not the healthy children of the others.
    const germs = new Map([...germColumn(children).values, ['PNEUMONIA/unreadable.jpeg', 'fungus']]);
    expect(analyse({ name: 'germ', values: germs }).get('fungus')).toMatchObject(empty);
  });

  it('has an answer for a group of one patient and for one class only', () => {
    const values = new Map([
      [children[0]?.file as string, 'alone'],
      [children[99]?.file as string, 'alone too'],
    ]);
    const groups = analyse({ name: 'ward', values });
    expect(groups.get('alone')).toMatchObject({
      images: 1,
      warning: 'there are no images of the positive class, only 1 patient with negative images',
      figures: { specificity: { value: 1, interval: null }, rocAuc: { value: null } },
    });
    expect(groups.get('alone too')).toMatchObject({ positives: 1 });
    const ill = children.filter(({ label }) => label === 1);
    // Without negative images nothing is shared.
    const [analysis] = computeSubgroups(ill, [germColumn(ill)], options);
    expect(analysis).toMatchObject({ sharesNegatives: false });
    expect(analysis?.groups[1]).toMatchObject({ value: 'virus', negatives: 0, figures: { accuracy: { value: 0.5 } } });
  });

  it('refuses what is no prediction', () => {
    expect(() => computeSubgroups([], [device], options)).toThrow(expect.objectContaining({ code: 'E_DATASET' }));
  });
});

describe('germColumn', () => {
  it('knows nothing of names of another form', () => {
    expect(germColumn([{ file: 'PNEUMONIA/image.png' }]).values.size).toBe(0);
    const [analysis] = computeSubgroups(
      [0, 1].map((label) => ({ file: `${label}.png`, label, probability: 0.3 })),
      [germColumn([])],
      options,
    );
    expect(analysis).toMatchObject({ sharesNegatives: false, groups: [{ value: null, images: 2 }] });
  });
});
