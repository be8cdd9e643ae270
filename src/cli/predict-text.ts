/** The answers of a model as a table for people and as comma-separated values. */
import type { FileClassification, FileClassifications } from '../classifier/classify-files.ts';
import { renderCsv } from '../classifier/csv.ts';
import type { ClassifierMetadata, ClassSpec } from '../classifier/metadata.ts';
import { formatFigure, formatProbability, renderTable } from '../report/text.ts';

export function renderAnswers(
  { results, unreadable }: FileClassifications,
  { classes: { names, positive, threshold }, operation }: Pick<ClassifierMetadata, 'classes' | 'operation'>,
): string {
  const title = positive === null ? 'Probability' : `Probability of ${positive}`;
  const table = renderTable(
    [{ title: 'File' }, { title: 'Answer' }, { title, align: 'right' }],
    results.map(({ file, label, probability, uncertain }) => {
      return [file, uncertain ? `${label}, uncertain` : label, formatFigure(probability)];
    }),
  );
  const counts = names.map((name) => `${results.filter(({ label }) => label === name).length} ${name}`).join(', ');
  const rule =
    threshold === null
      ? 'The most probable class is the answer.'
      : `${positive} is the answer above ${formatProbability(threshold)}.`;
  const band = operation?.uncertain ?? null;
  const doubt =
    band === null
      ? ''
      : ` Uncertain from ${formatProbability(band.low)} to ${formatProbability(band.high)}: ${results.filter(({ uncertain }) => uncertain).length}, for a person to look at.`;
  const left = unreadable.length === 0 ? '' : ` ${unreadable.length} could not be read.`;
  return `${table}\n\n${counts}. ${rule}${doubt}${left}`;
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
          ['file', 'label', 'probability', 'threshold', 'uncertain'],
          results.map(({ file, label, probability, uncertain }) => {
            return [file, label, probability, threshold, String(uncertain)];
          }),
        );
  return text.trimEnd();
}
