/** An evaluation as text for a terminal, and as the files of an evaluation folder. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { renderCsv } from '../../../base/files/render-csv.ts';
import type { BinaryEvaluation, Evaluation } from '../../../study/evaluate/evaluate.ts';
import type { EvaluationStudy } from '../../../study/evaluate/study-evaluation.ts';
import { writeFileWhole } from '../../../base/files/write-file.ts';
import { refuseInside } from '../../../base/files/inside.ts';
import { diskError } from '../../../base/files/disk-error.ts';
import { ensureRoom } from '../../../base/files/ensure-room.ts';
import { indexOfLargest } from '../../../statistics/figures/multiclass-metrics.ts';
import type { Prediction } from '../../../statistics/prediction/prediction.ts';
import type { Study } from '../../../statistics/study/study.ts';
import type { Chart } from '../../../study/charts/charts.ts';
import { renderMetricsTable, renderMulticlassMetricsTable } from '../../../study/evaluate/metrics-table.ts';
import { renderComparison, renderStudyTable, renderSubgroups } from '../../../study/evaluate/study-table.ts';
import { renderJson } from '../output.ts';

/**
 * @param study of a two-class evaluation
 * @param comparedWith what the other model of its comparison is called
 */
export function renderEvaluation(
  evaluation: Evaluation,
  study?: EvaluationStudy,
  comparedWith = 'the other model',
): string {
  if (evaluation.kind === 'multiclass') {
    return `${renderMulticlassMetricsTable(evaluation.metrics)}\n\nIntervals, subgroups and comparisons are for two classes.`;
  }
  const { metrics, classNames } = evaluation;
  if (study === undefined) return renderMetricsTable(metrics, classNames);
  const { subgroups, comparison } = study;
  return [
    renderStudyTable(study.study, classNames),
    ...(subgroups === undefined ? [] : [renderSubgroups(subgroups, classNames, study.study.level)]),
    ...(comparison === undefined ? [] : [renderComparison(comparison, comparedWith)]),
  ].join('\n\n');
}

/**
 * Before the work, so that its result is not lost to a folder that cannot be written.
 *
 * @param evaluated the data: a split, or one folder per class
 * @param split which set of a split is evaluated
 * @throws PneumoscopeError E_DISK; E_USAGE when the folder lies among the evaluated images
 */
export async function makeOutputFolder(
  folder: string,
  evaluated: string,
  split: 'test' | 'validation' = 'test',
): Promise<void> {
  const part = path.join(evaluated, split);
  const isSplit = (await stat(part).catch(() => undefined))?.isDirectory() === true;
  await refuseInside(folder, isSplit ? part : evaluated);
  await ensureRoom(folder);
}

/** As {@link makeOutputFolder}, for a single file. @throws PneumoscopeError E_DISK */
export async function checkOutputFile(file: string): Promise<void> {
  if ((await stat(file).catch(() => undefined))?.isDirectory() === true) {
    throw diskError('EISDIR', file);
  }
  await ensureRoom(path.dirname(path.resolve(file)));
}

/**
 * Writes metrics.json, predictions.csv (in file order), and as .svg and .png the charts: confusion, and of two classes roc, precision-recall,
 * reliability and abstention.
 *
 * @param figures the content of metrics.json
 * @param study of a two-class evaluation
 * @throws PneumoscopeError E_DISK
 */
export async function writeEvaluation(
  folder: string,
  evaluation: Evaluation,
  figures: unknown,
  study?: EvaluationStudy,
): Promise<void> {
  await writeFileWhole(path.join(folder, 'metrics.json'), `${renderJson(figures)}\n`);
  await writeFileWhole(path.join(folder, 'predictions.csv'), renderPredictionsCsv(evaluation, study?.predictions));
  const charts = await drawCharts(evaluation, study?.study);
  for (const [name, chart] of Object.entries(charts)) await writeChart(folder, name, chart);
}

/** Writes NAME.svg and NAME.png. @throws PneumoscopeError E_DISK */
export async function writeChart(folder: string, name: string, chart: Chart): Promise<void> {
  await writeFileWhole(path.join(folder, `${name}.svg`), chart.svg);
  await writeFileWhole(path.join(folder, `${name}.png`), chart.png);
}

async function drawCharts(evaluation: Evaluation, study: Study | undefined): Promise<Record<string, Chart>> {
  const { abstentionChart, confusionChart, precisionRecallChart, reliabilityChart, rocChart, toConfusionMatrix } =
    await import('../../../study/charts/charts.ts');
  const { classNames } = evaluation;
  const title = (of: string): { readonly title: string } => ({
    title: `${of}, ${path.basename(path.resolve(evaluation.folder))}`,
  });
  const isBinary = evaluation.kind === 'binary';
  const matrix = isBinary ? toConfusionMatrix(evaluation.metrics.confusion) : evaluation.metrics.confusion;
  const confusion = await confusionChart(matrix, classNames, title('Confusion matrix'));
  if (!isBinary || study === undefined) return { confusion };
  const { roc, precisionRecall, figures, level, threshold } = study;
  const { predictions, uncertain } = evaluation;
  const { interval } = figures.rocAuc;
  const rocOptions = { ...title('ROC curve'), ...(interval !== null && { interval: { ...interval, level } }) };
  return {
    confusion,
    ...(roc !== null && { roc: await rocChart(roc, evaluation.metrics, rocOptions) }),
    ...(precisionRecall !== null && {
      'precision-recall': await precisionRecallChart(study, title('Precision-recall curve')),
    }),
    reliability: await reliabilityChart(study, title('Reliability')),
    ...(threshold > 0 &&
      threshold < 1 && {
        abstention: await abstentionChart(predictions, {
          ...title('Answered and left to a person'),
          threshold,
          band: uncertain,
        }),
      }),
  };
}

/**
 * Columns: file, true and predicted class, the probability (of the positive class, or of each class), of two classes also logit and patient.
 *
 * @param predictions in place of the evaluation's, with the patients of a study
 */
function renderPredictionsCsv(evaluation: Evaluation, predictions?: readonly Prediction[]): string {
  return evaluation.kind === 'binary'
    ? renderBinaryCsv({ ...evaluation, predictions: predictions ?? evaluation.predictions })
    : renderMulticlassCsv(evaluation);
}

function renderBinaryCsv({ predictions, classNames, metrics }: BinaryEvaluation): string {
  return renderCsv(
    ['file', 'class', 'predicted', 'probability', 'logit', 'patient'],
    predictions.map(({ file, label, probability, logit, patient }) => {
      return [
        file,
        classNames[label] ?? '',
        classNames[Number(probability > metrics.threshold)] ?? '',
        probability,
        logit ?? null,
        patient ?? null,
      ];
    }),
  );
}

function renderMulticlassCsv({ predictions, classNames }: Extract<Evaluation, { kind: 'multiclass' }>): string {
  return renderCsv(
    ['file', 'class', 'predicted', ...classNames.map((name) => `probability_${name}`)],
    predictions.map(({ file, label, probabilities }) => {
      return [file, classNames[label] ?? '', classNames[indexOfLargest(probabilities)] ?? '', ...probabilities];
    }),
  );
}
