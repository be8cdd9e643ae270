/** The answers of a model as a table for people and as comma-separated values. */
import { renderCsv } from '../../../base/files/render-csv.ts';
import type { ClassifierMetadata, ClassSpec } from '../../../model/file/metadata.ts';
import type { FileAnswer } from '../../../model/use/answer.ts';
import { describeGuardResult } from '../../../model/guard/guard.ts';
import { formatFigure, formatProbability, renderTable } from '../../../base/text.ts';

export function renderAnswers(
  answers: readonly FileAnswer[],
  { classes: { names, positive, threshold }, operation }: Pick<ClassifierMetadata, 'classes' | 'operation'>,
): string {
  const title = positive === null ? 'Probability' : `Probability of ${positive}`;
  const readable = answers.filter(({ status }) => status !== 'failed');
  const table = renderTable(
    [{ title: 'File' }, { title: 'Answer' }, { title, align: 'right' }],
    readable.map((answer) => [
      answer.file,
      describeShortly(answer),
      answer.probability === null ? '' : formatFigure(answer.probability),
    ]),
  );
  const counts = names.map((name) => `${answers.filter(({ label }) => label === name).length} ${name}`).join(', ');
  const rule =
    threshold === null
      ? 'The most probable class is the answer.'
      : `${positive} is the answer above ${formatProbability(threshold)}.`;
  const band = operation?.uncertain ?? null;
  const doubt =
    band === null
      ? ''
      : ` Uncertain from ${formatProbability(band.low)} to ${formatProbability(band.high)}: ${answers.filter(({ uncertain }) => uncertain).length}, for a person to look at.`;
  const failed = answers.length - readable.length;
  const left = failed === 0 ? '' : ` ${failed} could not be read.`;
  return `${table}\n\n${counts}. ${rule}${doubt}${left}${countHeaders(answers)}${countGuarded(answers)}`;
}

function describeShortly({ status, label, uncertain, guard, header }: FileAnswer): string {
  if (status !== 'answered') return status;
  const marks = [label, ...(uncertain ? ['uncertain'] : [])];
  if (guard?.verdict === 'flagged' || header?.verdict === 'flagged') marks.push('flagged');
  if (header?.verdict === 'refused') marks.push('refused by the header');
  if (guard?.verdict === 'refused') marks.push('refused by the guard');
  return marks.join(', ');
}

/** Kinds of trouble that headers speak of: a folder of strangers has one for each image. */
const mostHeaderKinds = 10;

/** One line for each kind of trouble that headers speak of, with the number of its images. */
function countHeaders(answers: readonly FileAnswer[]): string {
  const counts = new Map<string, number>();
  for (const { header } of answers) {
    if (header === null) continue;
    const kinds =
      header.reason === null
        ? header.flags.map(({ sentence }) => `flagged: ${sentence}`)
        : [`refused: ${header.reason.sentence}`];
    for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const kinds = [...counts].toSorted(([one, ones], [other, others]) => other.localeCompare(one) || others - ones);
  const lines = kinds.slice(0, mostHeaderKinds).map(([kind, count]) => `\n${count} ${kind}.`);
  const more =
    kinds.length > mostHeaderKinds ? `\nAnd ${kinds.length - mostHeaderKinds} more reasons; --json has all.` : '';
  return lines.join('') + more;
}

/** One sentence for each kind of trouble, with the number of its images; nothing where all were accepted. */
function countGuarded(answers: readonly FileAnswer[]): string {
  const counts = new Map<string, { readonly verdict: string; count: number }>();
  for (const { guard } of answers) {
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
 * Two classes: the probability of the positive one. More: one column per class. An image without an answer has empty fields and a reason;
 * guard and guard_score are empty for a model without a guard; header and display for an ordinary image.
 */
export function renderCsvAnswers(answers: readonly FileAnswer[], { names, threshold }: ClassSpec): string {
  const last = ['guard', 'guard_score', 'status', 'reason', 'header', 'display'];
  const lastOf = ({ guard, status, reason, header, display }: FileAnswer): readonly (string | number | null)[] => [
    guard?.verdict ?? null,
    guard?.score ?? null,
    status,
    reason?.sentence ?? null,
    header?.verdict ?? null,
    display,
  ];
  const text =
    threshold === null
      ? renderCsv(
          ['file', 'label', ...names.map((name) => `probability_${name}`), ...last],
          answers.map((answer) => {
            const { file, label, probabilities } = answer;
            return [file, label, ...(probabilities ?? names.map(() => null)), ...lastOf(answer)];
          }),
        )
      : renderCsv(
          ['file', 'label', 'probability', 'threshold', 'uncertain', ...last],
          answers.map((answer) => {
            const { file, label, probability, status, uncertain } = answer;
            return [
              file,
              label,
              probability,
              threshold,
              status === 'answered' ? String(uncertain) : null,
              ...lastOf(answer),
            ];
          }),
        );
  return text.trimEnd();
}
