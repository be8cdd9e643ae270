/** The answers of a model as a table for people and as comma-separated values. */
import type { FileClassification, FileClassifications } from '../classifier/classify-files.ts';
import { renderCsv } from '../classifier/csv.ts';
import type { ClassSpec } from '../classifier/metadata.ts';
import { formatFigure, renderTable } from '../report/text.ts';

export function renderAnswers(
  { results, unreadable }: FileClassifications,
  { names, positive, threshold }: ClassSpec,
): string {
  const title = positive === null ? 'Probability' : `Probability of ${positive}`;
  const table = renderTable(
    [{ title: 'File' }, { title: 'Answer' }, { title, align: 'right' }],
    results.map(({ file, label, probability }) => [file, label, formatFigure(probability)]),
  );
  const counts = names.map((name) => `${results.filter(({ label }) => label === name).length} ${name}`).join(', ');
  const rule =
    positive === null ? 'The most probable class is the answer.' : `${positive} is the answer above ${threshold}.`;
  const left = unreadable.length === 0 ? '' : ` ${unreadable.length} could not be read.`;
  return `${table}\n\n${counts}. ${rule}${left}`;
}

/** Two classes: the probability of the positive one. More: one column per class. */
export function renderCsvAnswers(results: readonly FileClassification[], { names, threshold }: ClassSpec): string {
  const text =
    threshold === null
      ? renderCsv(
          ['file', 'label', ...names.map((name) => `probability_${name}`)],
          results.map(({ file, label, probabilities }) => [file, label, ...probabilities]),
        )
      : renderCsv(
          ['file', 'label', 'probability', 'threshold'],
          results.map(({ file, label, probability }) => [file, label, probability, threshold]),
        );
  return text.trimEnd();
}
