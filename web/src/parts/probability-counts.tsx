/** How the probabilities of ill and healthy people lie, with the threshold between them. The figures beside say the same in numbers. */
import type { JSX } from 'preact';
import { words } from '../preferences.ts';
import { model } from '../service-state.ts';
import type { Counts } from '../what-if.ts';

const bars = 40;
const [width, height] = [400, 96];
const middle = height / 2;

export function ProbabilityCounts({ counts, step }: { readonly counts: Counts; readonly step: number }): JSX.Element {
  const text = words.value;
  const steps = counts.positives.length;
  const [above, below] = [gather(counts.positives), gather(counts.negatives)];
  const most = Math.max(...above, ...below, 1);
  // The root: the few images in the middle, about which it is, would else not be seen beside the many at the ends.
  const tall = (count: number): number => Math.sqrt(count / most) * (middle - 2);
  const line = (step / steps) * width;
  const [negative = '', positive = ''] = (model.value?.classes ?? []).map(text.className);
  return (
    <div class="counts" aria-hidden="true">
      <span class="counts-name counts-positive">{positive}</span>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none">
        {above.map((count, index) => (
          <rect
            key={`above ${index}`}
            class="counts-positive"
            x={(index * width) / bars + 0.5}
            width={width / bars - 1}
            y={middle - tall(count)}
            height={tall(count)}
          />
        ))}
        {below.map((count, index) => (
          <rect
            key={`below ${index}`}
            class="counts-negative"
            x={(index * width) / bars + 0.5}
            width={width / bars - 1}
            y={middle}
            height={tall(count)}
          />
        ))}
        <line class="counts-threshold" x1={line} x2={line} y1={0} y2={height} />
      </svg>
      <span class="counts-name counts-negative">{negative}</span>
    </div>
  );
}

/** Two hundred steps are more than a screen shows. */
function gather(counts: readonly number[]): number[] {
  const size = counts.length / bars;
  return Array.from({ length: bars }, (_, index) =>
    counts.slice(Math.round(index * size), Math.round((index + 1) * size)).reduce((sum, count) => sum + count, 0),
  );
}
