/** What the service says of a model: all of it from the model's file. */
import type { z } from 'zod';
import type { MeasuredModel } from '../../model/file/measured.ts';
import type { ClassifierMetadata } from '../../model/file/metadata.ts';
import type { Operation } from '../../model/file/operation.ts';
import type { OperatingRule } from '../../statistics/calibration/operating-point.ts';
import { writeModelCard } from '../../study/pages/model-card.ts';
import type { ModelDescription, ModelReference } from './contract.ts';
import type { calibrationSchema, evaluationSchema } from './model-contract.ts';

/** @param model as it is served, with what its file says */
export function describeModel({
  id,
  version,
  metadata,
}: ModelReference & { readonly metadata: ClassifierMetadata }): Omit<ModelDescription, 'isDefault' | 'isLatest'> {
  const { classes, operation, guard, preprocessing, provenance, statement, evaluation } = metadata;
  return {
    id,
    version,
    classes: [...classes.names],
    positive: classes.positive,
    threshold: classes.threshold,
    temperature: operation?.temperature ?? 1,
    shift: operation?.shift ?? 0,
    uncertain: operation?.uncertain ?? null,
    calibrated: operation !== undefined,
    hasGuard: guard !== undefined,
    input: { width: preprocessing.width, height: preprocessing.height, channels: preprocessing.channels },
    createdBy: provenance.createdBy,
    createdAt: provenance.createdAt,
    trainingImages: provenance.data.images,
    synthetic: provenance.data.synthetic,
    licence: provenance.licence,
    intendedUse: provenance.intendedUse,
    statement:
      statement === undefined
        ? null
        : { ...statement, hospitals: [...statement.hospitals], limits: [...statement.limits] },
    evaluation: evaluation === undefined ? null : describeEvaluation(evaluation),
    calibration: operation === undefined ? null : describeCalibration(operation),
    card: writeModelCard(metadata, { kermany: false }).map(({ topic, title, paragraphs }) => ({
      topic,
      title,
      paragraphs: [...paragraphs],
    })),
  };
}

function describeEvaluation(evaluation: MeasuredModel): z.infer<typeof evaluationSchema> {
  const { images, positives, negatives, patients, threshold, level, confusion, figures, groups, uncertain } =
    evaluation;
  const { sensitivity, specificity, ppv, npv, accuracy, rocAuc, expectedCalibrationError } = figures;
  return {
    images,
    positives,
    negatives,
    patients,
    threshold,
    level,
    ...confusion,
    sensitivity,
    specificity,
    ppv,
    npv,
    accuracy,
    rocAuc,
    expectedCalibrationError,
    groups: [...groups],
    uncertain,
  };
}

function describeCalibration({ fittedOn, point, counts }: Operation): z.infer<typeof calibrationSchema> {
  return {
    images: fittedOn.images,
    patients: fittedOn.patients,
    rule: point === null ? null : describeRule(point.rule),
    thresholdInterval: point?.thresholdInterval ?? null,
    sensitivity: point?.sensitivity ?? null,
    specificity: point?.specificity ?? null,
    counts:
      counts === undefined
        ? null
        : {
            positives: [...counts.positives],
            negatives: [...counts.negatives],
            positivePatients: counts.patients.positive,
            negativePatients: counts.patients.negative,
          },
  };
}

function describeRule(rule: OperatingRule): { kind: 'youden' | 'sensitivity' | 'cost-ratio'; value: number | null } {
  if (rule === 'youden') return { kind: 'youden', value: null };
  return 'sensitivity' in rule
    ? { kind: 'sensitivity', value: rule.sensitivity }
    : { kind: 'cost-ratio', value: rule.costRatio };
}
