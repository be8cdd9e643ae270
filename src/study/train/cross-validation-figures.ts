/** What the folds of a cross-validation came to: each by itself, their spread, and all test images together. */
import type { TaskOptions } from '../../base/tasks.ts';
import type { DrawOptions } from '../../statistics/prediction/draw-options.ts';
import { collectFigures } from '../../statistics/study/drawn-figures.ts';
import type { StudyFigureName } from '../../statistics/intervals/figure.ts';
import {
  computeFoldSpread,
  stepThroughPooledStudy,
  type FoldSpread,
  type PooledStudy,
} from '../../statistics/study/pooled-study.ts';
import { runSteps } from '../../statistics/prediction/steps.ts';
import { stepThroughStudy, type Study } from '../../statistics/study/study.ts';
import type { OperatingRule } from '../../statistics/calibration/operating-point.ts';
import type { Recipe } from './recipe.ts';
import type { FoldRecord } from './cross-validation-folder.ts';
import type { Fold } from './folds.ts';

/** A fold whose test images were answered. */
export interface FinishedFold {
  readonly fold: Fold;
  readonly record: FoldRecord;
  readonly runFolder: string;
  readonly dataFolder: string;
}

export interface FoldFigures extends Pick<
  Study,
  'threshold' | 'images' | 'positives' | 'negatives' | 'patients' | 'confusion' | 'figures'
> {
  /** From 1. */
  readonly fold: number;
  readonly runFolder: string;
  readonly dataFolder: string;
  readonly trainImages: number;
  readonly validationImages: number;
  /** The epoch whose weights the model has, of how many. */
  readonly bestEpoch: number;
  readonly epochs: number;
  /** 1 where none was fitted. */
  readonly temperature: number;
  /** 0 where none was fitted. */
  readonly shift: number;
  /** Test images that could not be read, relative to the folder of all images. */
  readonly unreadable: readonly string[];
}

export interface CrossValidationFigures {
  /** The positive one is the second. */
  readonly classNames: readonly string[];
  /** Whether phantoms that this program drew are among the images. */
  readonly synthetic: boolean;
  /** Of the test images, at the fold's own threshold. */
  readonly folds: readonly FoldFigures[];
  /** Over the folds. */
  readonly spread: Readonly<Record<StudyFigureName, FoldSpread>>;
  /** Of the test images of all folds, each at its fold's threshold. */
  readonly pooled: PooledStudy;
}

export interface CrossValidationResult extends CrossValidationFigures {
  readonly out: string;
  readonly data: string;
  readonly recipe: Recipe;
  /** Of the folds. */
  readonly seed: number;
  readonly validation: number;
  readonly rule: OperatingRule;
  readonly temperature: boolean;
  readonly platt: boolean;
  /** predictions.csv: file, label, patient, fold, probability, threshold, predicted. */
  readonly predictionsFile: string;
  readonly resultFile: string;
}

/** @throws PneumoscopeError E_USAGE for an option out of range; E_INTERRUPTED */
export async function summariseFolds(
  finished: readonly FinishedFold[],
  options: DrawOptions & TaskOptions,
): Promise<CrossValidationFigures> {
  const { replicates, level, seed } = options;
  const drawing = { replicates, level, seed };
  const folds: FoldFigures[] = [];
  for (const one of finished) {
    const { record } = one;
    const steps = stepThroughStudy(record.predictions, { ...drawing, threshold: record.threshold });
    folds.push(describeFold(one, await runSteps(`Fold ${one.fold.number}, drawing patients`, steps, options)));
  }
  const all = finished.flatMap(({ record: { predictions, threshold } }) =>
    predictions.map((prediction) => ({ ...prediction, threshold })),
  );
  return {
    classNames: finished[0]?.record.classNames ?? [],
    synthetic: finished.some(({ record }) => record.synthetic),
    folds,
    spread: collectFigures((name) => computeFoldSpread(folds.map(({ figures }) => figures[name].value))),
    pooled: await runSteps('All folds, drawing patients', stepThroughPooledStudy(all, drawing), options),
  };
}

function describeFold({ fold, record, runFolder, dataFolder }: FinishedFold, study: Study): FoldFigures {
  const { images, positives, negatives, patients, confusion, figures } = study;
  const { threshold, temperature, shift = 0, bestEpoch, epochs, unreadable } = record;
  const count = (split: string): number => [...fold.splitOf.values()].filter((one) => one === split).length;
  return {
    fold: fold.number,
    runFolder,
    dataFolder,
    trainImages: count('train'),
    validationImages: count('validation'),
    images,
    positives,
    negatives,
    patients,
    bestEpoch,
    epochs,
    threshold,
    temperature,
    shift,
    confusion,
    figures,
    unreadable,
  };
}
