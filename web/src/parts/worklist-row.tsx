import type { JSX } from 'preact';
import { isSettled, probabilityOf, statusOf, type WorkItem } from '../item.ts';
import { words } from '../preferences.ts';
import { describeReason } from '../trouble-words.ts';
import { ProbabilityBar } from './probability-bar.tsx';
import { StatusSign } from './status-sign.tsx';
import { Thumbnail } from './thumbnail.tsx';

interface Props {
  readonly item: WorkItem;
  readonly index: number;
  readonly total: number;
  readonly top: number;
  readonly isCurrent: boolean;
  /** the letter of its pane, while two are compared */
  readonly letter: string | null;
  readonly onChoose: (event: MouseEvent) => void;
}

/** Letters at the end of a name that are never cut off: there the numbers stand that tell files apart. */
const tail = 12;

export const rowId = (id: number): string => `row-${id}`;

/** Follows the state of its image by itself: an answer draws one row, not the list. */
export function WorklistRow({ item, index, total, top, isCurrent, letter, onChoose }: Props): JSX.Element {
  const { name } = item;
  const state = item.state.value;
  const text = words.value;
  const status = statusOf(state);
  const answer = state.kind === 'done' ? state.answer : null;
  const probability = probabilityOf(state);
  const reason = describeReason(text, item);
  const slash = name.lastIndexOf('/') + 1;
  const isUnusual = answer?.status === 'answered' && answer.guard?.verdict === 'flagged';
  return (
    <div
      class="row"
      data-status={status}
      role="option"
      id={rowId(item.id)}
      aria-selected={isCurrent}
      aria-posinset={index + 1}
      aria-setsize={total}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onChoose}
    >
      <Thumbnail file={item.file} isSettled={isSettled(state)} />
      <span class="unseen">{name}</span>
      <span class="row-name" title={name} aria-hidden="true">
        {slash > 0 && <span class="row-folder">{name.slice(0, slash)}</span>}
        <span class="row-file">{name.slice(slash, -tail)}</span>
        <span class="row-end">{name.slice(Math.max(slash, name.length - tail))}</span>
      </span>
      <span class="row-figure">
        {probability !== null && text.percent(probability)}
        {letter !== null && (
          <span class="row-letter">
            <span class="unseen">{text.comparedMark} </span>
            {letter}
          </span>
        )}
      </span>
      <span class="row-status">
        <StatusSign status={status} />
        <span class={`row-word word-${status}`}>{text.status[status]}</span>
        {status === 'named' && <span class="row-note">{text.className(answer?.label ?? '')}</span>}
        {isUnusual && (
          <span class="row-note row-unusual" title={text.hardly}>
            {text.hardlyShort}
          </span>
        )}
        {reason !== null && (
          <span class="row-note" title={reason}>
            {reason}
          </span>
        )}
      </span>
      {probability !== null && (
        <ProbabilityBar probability={probability} threshold={answer?.threshold ?? null} status={status} />
      )}
    </div>
  );
}
