/** A share with its interval, drawn as a bar: how sure it is stands beside how large it is. */
import type { JSX } from 'preact';
import { words } from '../preferences.ts';

interface Props {
  readonly title: string;
  readonly value: number | null;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** such as what it was counted from */
  readonly note?: string | undefined;
}

const place = (share: number): string => `${(100 * share).toFixed(2)}%`;

export function RateRow({ title, value, low, high, note }: Props): JSX.Element {
  const text = words.value;
  const hasInterval = low !== undefined && high !== undefined;
  return (
    <div class="rate">
      <dt>{title}</dt>
      <dd>
        <b class="rate-value">{value === null ? text.undefinedRate : text.percent(value)}</b>
        <span class="rate-reach">
          {hasInterval ? text.interval(text.percent(low), text.percent(high)) : text.noInterval}
        </span>
        <span class="rate-track" aria-hidden="true">
          {hasInterval && <span class="rate-span" style={{ left: place(low), width: place(high - low) }} />}
          {value !== null && <span class="rate-dot" style={{ left: place(value) }} />}
        </span>
        {note !== undefined && <span class="rate-note">{note}</span>}
      </dd>
    </div>
  );
}
