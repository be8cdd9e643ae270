import { describe, expect, it } from 'vitest';
import {
  exactIntervalGolden,
  intervalGolden,
  studyGolden,
  toStudyPredictions,
  typicalStudy,
} from '../../../test/fixtures/evaluation/study-golden.ts';
import { computeBinaryMetrics } from '../figures/binary-metrics.ts';
import type { Interval } from '../intervals/cluster-bootstrap.ts';
import { computeExactInterval } from '../intervals/drawn-interval.ts';
import { indexPatients } from '../prediction/patient-clusters.ts';
import type { Prediction } from '../prediction/prediction.ts';
import { RankedPredictions } from './ranked-predictions.ts';
import { finishSteps, runSteps } from '../prediction/steps.ts';
import { computeStudy, stepThroughStudy, studyFigureNames, type Study } from './study.ts';

const few = { replicates: 200 };
const typical = toStudyPredictions(typicalStudy);

const predict = (label: number, probability: number, patient?: string): Prediction => ({
  file: 'a.png',
  label,
  probability,
  ...(patient !== undefined && { patient }),
});

function values(study: Study): Record<string, number | null> {
  return Object.fromEntries(studyFigureNames.map((name) => [name, study.figures[name].value]));
}

describe('computeStudy', () => {
  it.each(studyGolden)('gives the figures of scikit-learn: %s', (_name, golden) => {
    const { threshold } = golden;
    const study = computeStudy(toStudyPredictions(golden), { threshold, ...few });
    for (const name of studyFigureNames) {
      expect(Math.abs((study.figures[name].value as number) - golden.figures[name]), name).toBeLessThan(1e-9);
    }
    expect(study.images).toBe(golden.labels.length);
    expect(study.patients).toBe(new Set(golden.patients).size);
    expect(study.positives + study.negatives).toBe(study.images);
    expect(study.confusion).toEqual(computeBinaryMetrics(toStudyPredictions(golden), { threshold }).confusion);
    const bare = toStudyPredictions(golden).map(({ logit: _logit, ...rest }) => rest);
    const { loss } = computeStudy(bare, { threshold, ...few }).figures;
    expect(loss.value).toBeCloseTo(golden.figures.lossFromProbabilities, 9);
  });

  it.each(studyGolden)(
    'gives in a draw of patients what scikit-learn gives with sample weights: %s',
    (_name, golden) => {
      const predictions = toStudyPredictions(golden);
      const clusters = indexPatients(predictions);
      const draws = new Uint16Array(clusters.count);
      golden.patients.forEach((patient, image) => {
        draws[clusters.assignment[image] as number] = golden.draws[patient] as number;
      });
      const figures = new Float64Array(studyFigureNames.length);
      const ranked = new RankedPredictions(predictions, clusters, { threshold: golden.threshold });
      ranked.compute(draws, figures, new Float64Array(ranked.bins));
      studyFigureNames.forEach((name, index) => {
        expect(Math.abs((figures[index] as number) - golden.drawnFigures[name]), name).toBeLessThan(1e-9);
      });
    },
  );

  it('gives the intervals that numpy finds with draws of its own', () => {
    const study = computeStudy(typical, { threshold: typicalStudy.threshold, replicates: 20_000 });
    for (const name of studyFigureNames) {
      // The draws lift the calibration error; its interval is moved back, numpy's is not.
      if (name === 'expectedCalibrationError') continue;
      const { low, high } = study.figures[name].interval as Interval;
      const width = intervalGolden[name][1] - intervalGolden[name][0];
      expect(Math.abs(low - intervalGolden[name][0]) / width, name).toBeLessThan(0.04);
      expect(Math.abs(high - intervalGolden[name][1]) / width, name).toBeLessThan(0.04);
    }
    const { value, interval } = study.figures.expectedCalibrationError;
    const [low, high] = intervalGolden.expectedCalibrationError;
    expect(interval?.high).toBeLessThan(high);
    expect((interval as Interval).high - (interval as Interval).low).toBeCloseTo(high - low, 1);
    expect(value).toBeGreaterThan((interval as Interval).low);
    expect(value).toBeLessThan((interval as Interval).high);
  });

  it('draws patients, not images', () => {
    const images = typical.map(({ patient: _patient, ...rest }) => rest);
    const width = (study: Study): number => {
      const { low, high } = study.figures.rocAuc.interval as Interval;
      return high - low;
    };
    const byPatient = computeStudy(typical, { threshold: 0.5 });
    const byImage = computeStudy(images, { threshold: 0.5 });
    expect(byImage.patients).toBe(images.length);
    expect(values(byImage)).toEqual(values(byPatient));
    expect(width(byPatient)).toBeGreaterThan(1.1 * width(byImage));
  });

  it('follows seed and level', () => {
    const study = computeStudy(typical, { threshold: 0.5, ...few, seed: 3 });
    expect(computeStudy(typical, { threshold: 0.5, ...few, seed: 3 })).toEqual(study);
    expect(computeStudy(typical, { threshold: 0.5, ...few, seed: 4 }).figures).not.toEqual(study.figures);
    const narrow = computeStudy(typical, { threshold: 0.5, ...few, seed: 3, level: 0.5 }).figures.mcc.interval;
    expect(narrow?.low).toBeGreaterThan(study.figures.mcc.interval?.low as number);
    expect(narrow?.high).toBeLessThan(study.figures.mcc.interval?.high as number);
    expect(study).toMatchObject({ replicates: 200, seed: 3, level: 0.95, threshold: 0.5 });
  });

  it.each(studyGolden)('restates PPV and NPV for another prevalence by Bayes: %s', (_name, golden) => {
    for (const [prevalence, expected] of Object.entries(golden.restated)) {
      const study = computeStudy(toStudyPredictions(golden), {
        threshold: golden.threshold,
        prevalence: Number(prevalence),
        ...few,
      });
      expect(study.prevalence?.value).toBe(Number(prevalence));
      for (const name of ['ppv', 'npv'] as const) {
        const { value, interval } = study.prevalence?.[name] ?? {};
        expect(value).toBeCloseTo(expected[name], 12);
        expect(interval?.low).toBeLessThanOrEqual(expected[name]);
        expect(interval?.high).toBeGreaterThanOrEqual(expected[name]);
      }
    }
    // At the prevalence of the data nothing is restated.
    const predictions = toStudyPredictions(golden);
    const prevalence = golden.labels.reduce((sum, label) => sum + label, 0) / golden.labels.length;
    const study = computeStudy(predictions, { threshold: golden.threshold, prevalence, ...few });
    expect(study.prevalence?.ppv.value).toBeCloseTo(study.figures.ppv.value as number, 12);
    expect(study.prevalence?.npv.value).toBeCloseTo(study.figures.npv.value as number, 12);
  });

  it('has bins with intervals, the empty ones too', () => {
    const { reliability } = computeStudy(typical, { threshold: 0.5, ...few });
    expect(reliability).toHaveLength(10);
    expect(reliability.reduce((sum, { images }) => sum + images, 0)).toBe(typical.length);
    const filled = reliability.filter(({ images }) => images > 0);
    expect(filled.length).toBeLessThan(11);
    for (const { share, interval } of filled) {
      expect(interval?.low).toBeLessThanOrEqual(share as number);
      expect(interval?.high).toBeGreaterThanOrEqual(share as number);
    }
    const all = computeStudy([predict(1, 0.95), predict(0, 0.91)], { threshold: 0.5, ...few }).reliability;
    expect(
      all.slice(0, 9).every(({ images, share, interval }) => images === 0 && share === null && interval === null),
    ).toBe(true);
    expect(all[9]).toMatchObject({ images: 2, share: 0.5 });
  });

  it('can be watched and stopped', async () => {
    const options = { threshold: 0.5, replicates: 500 };
    const seen: number[] = [];
    const study = await runSteps('Drawing', stepThroughStudy(typical, options), {
      onProgress: ({ done, total }) => {
        expect(total).toBe(500);
        seen.push(done);
      },
    });
    expect(study).toEqual(finishSteps(stepThroughStudy(typical, options)));
    expect(seen).toEqual([100, 200, 300, 400, 500]);
    const signal = AbortSignal.abort();
    await expect(runSteps('Drawing', stepThroughStudy(typical, options), { signal })).rejects.toThrow(
      expect.objectContaining({ code: 'E_INTERRUPTED' }),
    );
  });
});

describe('docs/evaluation.md', () => {
  const round = (value: number | null | undefined): string | undefined => value?.toFixed(3);

  it('works its examples out rightly', () => {
    const answers = [
      { count: 57, label: 1, probability: 0.9 },
      { count: 3, label: 1, probability: 0.1 },
      { count: 6, label: 0, probability: 0.9 },
      { count: 34, label: 0, probability: 0.1 },
    ].flatMap(({ count, label, probability }) => Array.from({ length: count }, () => predict(label, probability)));
    const { figures, prevalence } = computeStudy(answers, { threshold: 0.5, prevalence: 0.05, ...few });
    expect(Object.entries(figures).map(([name, { value }]) => `${name} ${round(value)}`)).toEqual(
      expect.arrayContaining([
        'sensitivity 0.950',
        'specificity 0.850',
        'ppv 0.905',
        'npv 0.919',
        'accuracy 0.910',
        'balancedAccuracy 0.900',
        'f1 0.927',
        'mcc 0.812',
      ]),
    );
    expect([round(prevalence?.ppv.value), round(prevalence?.npv.value)]).toEqual(['0.250', '0.997']);

    const four = [predict(1, 0.9), predict(1, 0.4), predict(0, 0.6), predict(0, 0.1)];
    const ofFour = computeStudy(four, { threshold: 0.5, ...few }).figures;
    const names = ['rocAuc', 'averagePrecision', 'brierScore', 'expectedCalibrationError', 'loss'] as const;
    expect(names.map((name) => round(ofFour[name].value))).toEqual(['0.750', '0.833', '0.185', '0.350', '0.511']);
  });
});

describe('computeStudy at the edges', () => {
  it('has no interval beyond what a figure can be, of however few images', () => {
    // Probabilities as far off as this, of five images, once gave a Brier score of up to 1.155.
    const shapes = [
      [0.99, 0.98, 0.03, 0.9, 0.02],
      [0.95, 0.5, 0.05, 0.6, 0.1],
      [0.9, 0.99, 0.01, 0.02, 0.2],
    ];
    const highest: number[] = [];
    for (const probabilities of shapes) {
      const study = computeStudy(
        probabilities.map((probability, index) => predict(index < 2 ? 0 : 1, probability)),
        { threshold: 0.5, ...few },
      );
      for (const name of studyFigureNames) {
        if (name === 'loss') continue;
        const { low = 0, high = 0 } = study.figures[name].interval ?? {};
        expect([name, low >= (name === 'mcc' ? -1 : 0), high <= 1]).toEqual([name, true, true]);
      }
      highest.push(study.figures.brierScore.interval?.high ?? NaN);
    }
    expect(Math.max(...highest)).toBe(1);
  });

  it('has no interval, and says why, where there is one patient only', () => {
    const one = [0.1, 0.4, 0.6, 0.9].map((probability, index) => predict(Number(index > 1), probability, 'person1'));
    const { figures, patients, prevalence, reliability } = computeStudy(one, {
      threshold: 0.5,
      prevalence: 0.1,
      ...few,
    });
    expect(patients).toBe(1);
    for (const name of studyFigureNames) {
      expect(figures[name].value, name).not.toBeNull();
      expect(figures[name].interval, name).toBeNull();
      expect(figures[name].undefinedBecause).toBe('no interval: a single patient tells nothing about others');
    }
    expect(prevalence?.npv).toMatchObject({ value: 1, interval: null });
    expect(reliability.every(({ interval }) => interval === null)).toBe(true);
  });

  it('has no interval of what rests on one patient of many', () => {
    const negatives = Array.from({ length: 30 }, (_, index) => predict(0, index / 40, `well-${index}`));
    const positives = [0.3, 0.6, 0.9].map((probability) => predict(1, probability, 'ill'));
    const { figures } = computeStudy([...negatives, ...positives], { threshold: 0.5, ...few });
    for (const name of ['sensitivity', 'balancedAccuracy', 'mcc', 'rocAuc', 'averagePrecision', 'f1'] as const) {
      expect(figures[name], name).toMatchObject({
        interval: null,
        undefinedBecause: expect.stringMatching(/^no interval: a single patient/) as string,
      });
    }
    for (const name of ['specificity', 'accuracy', 'brierScore', 'ppv'] as const) {
      expect(figures[name].interval, name).not.toBeNull();
    }
  });

  it('gives null and the reason for one class only', () => {
    const healthy = computeStudy([predict(0, 0.2), predict(0, 0.6)], { threshold: 0.5, prevalence: 0.1, ...few });
    const ill = computeStudy([predict(1, 0.2), predict(1, 0.6)], { threshold: 0.5, prevalence: 0.1, ...few });
    expect(healthy.roc).toBeNull();
    expect(ill.precisionRecall).toBeNull();
    const missing = (study: Study): string[] => studyFigureNames.filter((name) => study.figures[name].value === null);
    expect(missing(healthy)).toEqual(['sensitivity', 'balancedAccuracy', 'mcc', 'rocAuc', 'averagePrecision']);
    expect(missing(ill)).toEqual(['specificity', 'balancedAccuracy', 'mcc', 'rocAuc', 'averagePrecision']);
    expect(healthy.figures.sensitivity).toEqual({
      value: null,
      interval: null,
      undefinedBecause: 'there are no images of the positive class',
    });
    expect(ill.figures.rocAuc.undefinedBecause).toBe('there are no images of the negative class');
    expect(healthy.prevalence?.ppv).toMatchObject({
      value: null,
      undefinedBecause: 'there are no images of the positive class',
    });
  });

  it('says what a model is worth that gives every image the same', () => {
    const same = Array.from({ length: 20 }, (_, index) => predict(index % 2, 0.7));
    const { figures, roc, precisionRecall } = computeStudy(same, { threshold: 0.5, ...few });
    expect(figures).toMatchObject({
      sensitivity: { value: 1, exact: true },
      specificity: { value: 0, exact: true },
      npv: { value: null, undefinedBecause: 'no image was called negative' },
      mcc: { value: null, undefinedBecause: 'all images were called the same' },
      rocAuc: { value: 0.5, interval: null, undefinedBecause: 'no interval: the draws of patients all give the same' },
      averagePrecision: { value: 0.5 },
    });
    expect(figures.expectedCalibrationError.value).toBeCloseTo(0.2, 12);
    expect(roc).toHaveLength(2);
    expect(precisionRecall).toEqual([{ threshold: null, recall: 1, precision: 0.5 }]);
    // At the tie itself nothing is called positive.
    const { confusion } = computeStudy(same, { threshold: 0.7, ...few });
    expect(confusion).toEqual({ truePositives: 0, falsePositives: 0, trueNegatives: 10, falseNegatives: 10 });
  });

  it('never says that no mistake in a sample means none at all', () => {
    const perfect = Array.from({ length: 60 }, (_, index) => predict(index % 2, (index % 2) * 0.8 + 0.1));
    const { figures, prevalence } = computeStudy(perfect, { threshold: 0.5, prevalence: 0.02, ...few });
    // 30 patients without a mistake: 0.025^(1/30)
    for (const name of ['sensitivity', 'specificity'] as const) {
      expect(figures[name]).toEqual({ value: 1, interval: { low: 0.025 ** (1 / 30), high: 1 }, exact: true });
    }
    expect(figures.rocAuc).toMatchObject({ value: 1, interval: null });
    expect(prevalence?.npv).toMatchObject({ value: 1, exact: true });
    expect(prevalence?.npv.interval?.low).toBeLessThan(1);
    // One healthy child in nine called ill would be possible, and of 50 examined one is ill.
    expect(prevalence?.ppv.interval?.low).toBeLessThan(0.2);
  });

  it('refuses what is no probability, naming the file, and options out of range', () => {
    const study = (options: object) => () => computeStudy(typical, { threshold: 0.5, ...options });
    const broken = [{ ...predict(1, NaN), file: 'PNEUMONIA/b.png' }, predict(0, 0.1)];
    expect(() => computeStudy(broken, { threshold: 0.5 })).toThrow(
      expect.objectContaining({ code: 'E_NOT_FINITE', message: expect.stringContaining('PNEUMONIA/b.png') }),
    );
    expect(() => computeStudy([], { threshold: 0.5 })).toThrow(expect.objectContaining({ code: 'E_DATASET' }));
    for (const prevalence of [0, 1, -0.1, 1.5, NaN]) {
      expect(study({ prevalence })).toThrow(
        expect.objectContaining({
          code: 'E_USAGE',
          message: `The prevalence must be greater than 0 and less than 1, such as 0.05, but ${prevalence} was given`,
        }),
      );
    }
    expect(study({ threshold: 1.2 })).toThrow(/threshold must lie between 0 and 1/);
    expect(study({ replicates: 10 })).toThrow(/whole number from 100 to 100000, but 10/);
    expect(study({ level: 95 })).toThrow(/must lie between 0 and 1, such as 0\.95, but 95/);
    expect(study({ seed: -1 })).toThrow(/seed must be/);
    expect(study({ bins: 0 })).toThrow(/number of bins/);
  });
});

describe('computeExactInterval', () => {
  it.each(exactIntervalGolden)('is that of statsmodels: $share of $n', ({ share, n, level, interval }) => {
    const { low, high } = computeExactInterval(share, n, level);
    expect(low).toBeCloseTo(interval[0], 12);
    expect(high).toBeCloseTo(interval[1], 12);
  });
});
