/** The answers of a model as a table for people and as comma-separated values. */
import { renderCsv } from '../../../base/files/render-csv.ts';
import type { ClassifierMetadata, ClassSpec } from '../../../model/file/metadata.ts';
import type { FileAnswer } from '../../../model/use/withhold.ts';
import type { UnreadableImage } from '../../../data/cache/image-cache.ts';
import { describeGuardResult } from '../../../model/guard/guard.ts';
import { formatFigure, formatProbability, renderTable } from '../../../base/text.ts';

export function renderAnswers(
  { results, unreadable }: { readonly results: readonly FileAnswer[]; readonly unreadable: readonly UnreadableImage[] },
  { classes: { names, positive, threshold }, operation }: Pick<ClassifierMetadata, 'classes' | 'operation'>,
): string {
  const title = positive === null ? 'Probability' : `Probability of ${positive}`;
  const table = renderTable(
    [{ title: 'File' }, { title: 'Answer' }, { title, align: 'right' }],
    results.map((answer) => [
      answer.file,
      describeAnswer(answer),
      answer.probability === null ? '' : formatFigure(answer.probability),
    ]),
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
  return `${table}\n\n${counts}. ${rule}${doubt}${left}${describeGuarded(results)}`;
}

function describeAnswer({ label, uncertain, guard }: FileAnswer): string {
  if (label === null) return 'refused';
  const marks = [label, ...(uncertain ? ['uncertain'] : [])];
  if (guard?.verdict === 'flagged') marks.push('flagged');
  if (guard?.verdict === 'refused') marks.push('refused by the guard');
  return marks.join(', ');
}

/** One sentence for each kind of trouble, with the number of its images; nothing where all were accepted. */
function describeGuarded(results: readonly FileAnswer[]): string {
  const counts = new Map<string, { readonly verdict: string; count: number }>();
  for (const { guard } of results) {
    if (guard === null || guard.reason === null) continue;
    const clause = describeGuardResult(guard);
    const known = counts.get(clause);
    if (known === undefined) counts.set(clause, { verdict: guard.verdict, count: 1 });
    else known.count += 1;
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b.verdict.localeCompare(a.verdict) || b.count - a.count)
    .map(([clause, { verdict, count }]) => `\n${count} ${verdict}: ${clause}.`)
    .join('');
}

/**
 * Two classes: the probability of the positive one. More: one column per class. A refused image has empty answers; guard and guard_score are
 * empty for a model without a guard.
 */
export function renderCsvAnswers(results: readonly FileAnswer[], { names, threshold }: ClassSpec): string {
  const guarded = ({ guard }: FileAnswer): readonly (string | number | null)[] => [
    guard?.verdict ?? null,
    guard?.score ?? null,
  ];
  const text =
    threshold === null
      ? renderCsv(
          ['file', 'label', ...names.map((name) => `probability_${name}`), 'guard', 'guard_score'],
          results.map((answer) => {
            const { file, label, probabilities } = answer;
            return [file, label, ...(probabilities ?? names.map(() => null)), ...guarded(answer)];
          }),
        )
      : renderCsv(
          ['file', 'label', 'probability', 'threshold', 'uncertain', 'guard', 'guard_score'],
          results.map((answer) => {
            const { file, label, probability, uncertain } = answer;
            return [file, label, probability, threshold, String(uncertain), ...guarded(answer)];
          }),
        );
  return text.trimEnd();
}
