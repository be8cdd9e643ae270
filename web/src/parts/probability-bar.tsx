/** A probability from 0 to 1 with the threshold as a notch and the uncertain band around it. The number stands beside it, so the bar says nothing aloud. */
import type { JSX } from 'preact';
import type { Status } from '../item.ts';
import { model } from '../service-state.ts';

interface Props {
  readonly probability: number | null;
  readonly threshold: number | null;
  readonly status: Status;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;

export function ProbabilityBar({ probability, threshold, status }: Props): JSX.Element {
  const band = model.value?.uncertain ?? null;
  return (
    <span class={`bar bar-${status}`} aria-hidden="true">
      {band !== null && threshold !== null && (
        <span class="bar-band" style={{ left: percent(band.low), width: percent(band.high - band.low) }} />
      )}
      {probability !== null && <span class="bar-fill" style={{ width: percent(probability) }} />}
      {threshold !== null && <span class="bar-notch" style={{ left: percent(threshold) }} />}
    </span>
  );
}
