/** What the reader says of an image: agree or not, or which class; with a comment. In the blind mode before the answer. */
import type { JSX } from 'preact';
import { exportReadings } from '../actions.ts';
import { statusOf, type WorkItem } from '../item.ts';
import { pageBudgets } from '../page-budgets.ts';
import { blindMode, words } from '../preferences.ts';
import { agrees, comment, commentOf, read, readingCounts, readingOf, setBlindMode } from '../readings.ts';
import { model } from '../service-state.ts';
import { Icon } from './icon.tsx';

export function ReadingPart({ item }: { readonly item: WorkItem }): JSX.Element | null {
  const text = words.value;
  const status = statusOf(item.state.value);
  const reading = readingOf(item).value;
  if (status === 'waiting' || status === 'sending') return null;
  return (
    <div class="reading" role="group" aria-label={text.reading}>
      <h3>{text.reading}</h3>
      <Choices item={item} />
      <p class="reading-said" role="status">
        {reading !== null && `${describeReading(item)}${reading.isBlind ? ` ${text.readingWasBlind}` : ''}`}
      </p>
      <label class="reading-comment">
        <span>{text.readingComment}</span>
        <textarea
          rows={2}
          maxLength={pageBudgets.commentCharacters.limit}
          value={commentOf(item).value}
          onInput={({ currentTarget }) => comment(item, currentTarget.value)}
        />
      </label>
    </div>
  );
}

/** Agree and disagree where there is an answer of two classes to agree with, else the classes themselves. */
function Choices({ item }: { readonly item: WorkItem }): JSX.Element {
  const text = words.value;
  const state = item.state.value;
  const reading = readingOf(item).value;
  const classes = model.value?.classes ?? [];
  const answered = state.kind === 'done' ? state.answer.label : null;
  const other = answered !== null && classes.length === 2 ? classes.find((name) => name !== answered) : undefined;
  const choices: readonly { readonly label: string | null; readonly word: string; readonly more: string }[] = [
    ...(other === undefined
      ? classes.map((label) => ({ label, word: text.className(label), more: '' }))
      : [
          { label: answered, word: text.readingAgree, more: text.className(answered ?? '') },
          { label: other, word: text.readingDisagree, more: text.className(other) },
        ]),
    { label: null, word: text.readingUnsure, more: '' },
  ];
  return (
    <div class="reading-choices" role="group" aria-label={text.readingAsk}>
      {choices.map(({ label, word, more }) => {
        const isChosen = reading !== null && reading.label === label;
        return (
          <button
            key={label ?? ''}
            type="button"
            class="button button-small toggle"
            aria-pressed={isChosen}
            {...(more !== '' && { title: more })}
            onClick={() => read(item, isChosen ? undefined : label)}
          >
            {word}
            {more !== '' && <span class="unseen">: {more}</span>}
          </button>
        );
      })}
    </div>
  );
}

export function describeReading(item: WorkItem): string {
  const text = words.value;
  const reading = readingOf(item).value;
  if (reading === null) return '';
  if (reading.label === null) return text.readingSaidUnsure;
  const name = text.className(reading.label);
  const same = agrees(item.state.value, reading);
  return same === null ? text.readingSaid(name) : same ? text.readingAgreed(name) : text.readingDisagreed(name);
}

/** Of the whole list. */
export function ReadingsSummary(): JSX.Element {
  const text = words.value;
  const { total, read: made, disagreed, told } = readingCounts.value;
  return (
    <section class="reading readings" aria-label={text.readings}>
      <label class="check">
        <input
          type="checkbox"
          checked={blindMode.value === 'on'}
          onChange={({ currentTarget }) => setBlindMode(currentTarget.checked)}
        />
        {text.readingBlind}
      </label>
      {made > 0 && (
        <p class="reading-counts">
          <span>{text.readingCounts(made, total, disagreed)}</span>
          <button
            type="button"
            class="button button-small"
            title={text.readingsExportHint}
            disabled={told === 0}
            onClick={exportReadings}
          >
            <Icon name="download" />
            {text.readingsExport}
          </button>
        </p>
      )}
    </section>
  );
}
