/** An evaluation as text for a terminal, and as the files of an evaluation folder. */
import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { renderCsv } from '../classifier/csv.ts';
import type { BinaryEvaluation, Evaluation } from '../classifier/evaluate.ts';
import { writeFileWhole } from '../classifier/write-file.ts';
import { refuseInside } from '../data/inside.ts';
import { makeFolder } from '../data/task.ts';
import { PneumoscopeError } from '../errors.ts';
import { computeAbstention, computeAbstentionCurve } from '../evaluation/abstention.ts';
import { indexOfLargest } from '../evaluation/multiclass-metrics.ts';
import { computeRocCurve } from '../evaluation/roc.ts';
import type { Chart } from '../report/charts.ts';
import { renderMetricsTable, renderMulticlassMetricsTable } from '../report/metrics-table.ts';
import { renderJson } from './output.ts';

export function renderEvaluation(evaluation: Evaluation): string {
  return evaluation.kind === 'binary'
    ? renderMetricsTable(evaluation.metrics, evaluation.classNames)
    : renderMulticlassMetricsTable(evaluation.metrics);
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
  await makeWritableFolder(folder);
}

/** As {@link makeOutputFolder}, for a single file. @throws PneumoscopeError E_DISK */
export async function checkOutputFile(file: string): Promise<void> {
  if ((await stat(file).catch(() => undefined))?.isDirectory() === true) {
    throw new PneumoscopeError('E_DISK', `${file} is a folder; name a file.`);
  }
  await makeWritableFolder(path.dirname(path.resolve(file)));
}

async function makeWritableFolder(folder: string): Promise<void> {
  await makeFolder(folder);
  try {
    await access(folder, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new PneumoscopeError('E_DISK', `${folder} cannot be written (${code}); choose another folder.`, {
      cause: error,
    });
  }
}

/**
 * Writes metrics.json, predictions.csv (in file order), confusion.svg and .png, and for two classes roc and abstention likewise.
 *
 * @param figures the content of metrics.json
 * @throws PneumoscopeError E_DISK
 */
export async function writeEvaluation(folder: string, evaluation: Evaluation, figures: unknown): Promise<void> {
  await writeText(path.join(folder, 'metrics.json'), `${renderJson(figures)}\n`);
  await writeText(path.join(folder, 'predictions.csv'), renderPredictionsCsv(evaluation));
  for (const [name, chart] of Object.entries(await drawCharts(evaluation))) await writeChart(folder, name, chart);
}

/** Writes NAME.svg and NAME.png. @throws PneumoscopeError E_DISK */
export async function writeChart(folder: string, name: string, chart: Chart): Promise<void> {
  await writeText(path.join(folder, `${name}.svg`), chart.svg);
  await writeFileWhole(path.join(folder, `${name}.png`), [chart.png]);
}

function writeText(file: string, text: string): Promise<void> {
  return writeFileWhole(file, [new TextEncoder().encode(text)]);
}

async function drawCharts(evaluation: Evaluation): Promise<Record<string, Chart>> {
  const { abstentionChart, confusionChart, rocChart, toConfusionMatrix } = await import('../report/charts.ts');
  const title = path.basename(path.resolve(evaluation.folder));
  const { classNames } = evaluation;
  if (evaluation.kind === 'multiclass') {
    return {
      confusion: await confusionChart(evaluation.metrics.confusion, classNames, {
        title: `Confusion matrix, ${title}`,
      }),
    };
  }
  const { metrics, predictions, uncertain } = evaluation;
  const { threshold } = metrics;
  const points = computeRocCurve(predictions);
  return {
    confusion: await confusionChart(toConfusionMatrix(metrics.confusion), classNames, {
      title: `Confusion matrix, ${title}`,
    }),
    ...(points === null ? {} : { roc: await rocChart(points, metrics, { title: `ROC curve, ${title}` }) }),
    ...(threshold > 0 && threshold < 1
      ? {
          abstention: await abstentionChart(computeAbstentionCurve(predictions, threshold), {
            title: `Answered and left to a person, ${title}`,
            chosen: uncertain === null ? null : computeAbstention(predictions, threshold, uncertain),
          }),
        }
      : {}),
  };
}

/** Columns: file, true and predicted class, the probability (of the positive class, or of each class), the logit of two classes. */
export function renderPredictionsCsv(evaluation: Evaluation): string {
  return evaluation.kind === 'binary' ? renderBinaryCsv(evaluation) : renderMulticlassCsv(evaluation);
}

function renderBinaryCsv({ predictions, classNames, metrics }: BinaryEvaluation): string {
  return renderCsv(
    ['file', 'class', 'predicted', 'probability', 'logit'],
    predictions.map(({ file, label, probability, logit }) => {
      return [
        file,
        classNames[label] ?? '',
        classNames[Number(probability > metrics.threshold)] ?? '',
        probability,
        logit ?? null,
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
