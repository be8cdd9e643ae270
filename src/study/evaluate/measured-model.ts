/** The figures of a study as a model file holds them, for its card and the service's page. */
import { describeProgram } from '../../base/version.ts';
import {
  measuredNames,
  type MeasuredFigure,
  type MeasuredModel,
  type MeasuredName,
} from '../../model/file/measured.ts';
import { rewriteMetadata } from '../../model/file/rewrite-metadata.ts';
import { isUncertain } from '../../statistics/calibration/abstention.ts';
import type { Figure } from '../../statistics/study/study.ts';
import type { BinaryEvaluation } from './evaluate.ts';
import type { EvaluationStudy } from './study-evaluation.ts';

/**
 * The figures that a model file holds: rates and intervals as shares in 0..1, counts of images and patients.
 *
 * @param input evaluation of images that nothing was chosen on
 * @param evaluated the study of the same images
 */
export function toMeasuredModel({ uncertain }: BinaryEvaluation, evaluated: EvaluationStudy): MeasuredModel {
  const { study, subgroups = [], predictions } = evaluated;
  const { images, positives, negatives, patients, threshold, level, confusion, figures } = study;
  const held = predictions.filter(({ probability }) => isUncertain(probability, uncertain));
  return {
    images,
    positives,
    negatives,
    patients,
    threshold,
    level,
    confusion,
    figures: Object.fromEntries(measuredNames.map((name) => [name, toMeasured(figures[name])])) as Record<
      MeasuredName,
      MeasuredFigure
    >,
    groups: subgroups.flatMap(({ column, sharesNegatives, groups }) =>
      groups.map(({ value, positives: ill, negatives: healthy, patients: people, figures: own, warning }) => ({
        column,
        value,
        positives: ill,
        negatives: healthy,
        patients: people,
        few: warning !== undefined,
        sensitivity: toMeasured(own.sensitivity),
        specificity: toMeasured(own.specificity),
        sharesNegatives,
      })),
    ),
    uncertain:
      uncertain === null
        ? null
        : {
            images: held.length,
            wrong: held.filter(({ label, probability }) => probability > threshold !== (label === 1)).length,
          },
    createdBy: describeProgram(),
    createdAt: new Date().toISOString(),
  };
}

/**
 * Writes the model with these figures, whole or not at all; all else is copied as it is.
 *
 * @param out a file to write; may be the model's own
 * @throws PneumoscopeError E_DISK; E_NOT_FOUND, E_MODEL_FILE for the model, and for figures of another threshold
 */
export async function writeMeasuredModel(model: string, evaluation: MeasuredModel, out: string): Promise<void> {
  await rewriteMetadata(model, (metadata) => ({ ...metadata, evaluation }), { out, ignoreEvaluation: true });
}

function toMeasured({ value, interval }: Figure): MeasuredFigure {
  return { value, interval };
}
