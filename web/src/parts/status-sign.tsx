/** A status as a shape of its own, so that it does not hang on colour. */
import type { JSX } from 'preact';
import type { Status } from '../item.ts';

const shapes: Readonly<Record<Status, JSX.Element>> = {
  sealed: (
    <>
      <path class="line" d="M1.500 8c3.500-5 9.500-5 13 0-3.500 5-9.500 5-13 0z" />
      <path class="line" d="M3 13L13 3" />
    </>
  ),
  positive: <path class="full" d="M8 1.800L15 14H1z" />,
  uncertain: (
    <>
      <path class="line" d="M8 1.500L14.500 8 8 14.500 1.500 8z" />
      <path class="full" d="M8 1.500L14.500 8 8 14.500z" />
    </>
  ),
  refused: (
    <>
      <circle class="line" cx="8" cy="8" r="6.200" />
      <path class="line" d="M3.700 12.300l8.600-8.600" />
    </>
  ),
  failed: (
    <>
      <rect class="line" x="1.800" y="1.800" width="12.400" height="12.400" rx="1" />
      <path class="line" d="M5.200 5.200l5.600 5.600M10.800 5.200l-5.600 5.600" />
    </>
  ),
  named: <rect class="full" x="2.500" y="2.500" width="11" height="11" rx="1" />,
  negative: <circle class="line" cx="8" cy="8" r="5.800" />,
  sending: <path class="line turning" d="M8 2a6 6 0 1 1-6 6" />,
  waiting: (
    <>
      <circle class="full" cx="3" cy="8" r="1.400" />
      <circle class="full" cx="8" cy="8" r="1.400" />
      <circle class="full" cx="13" cy="8" r="1.400" />
    </>
  ),
};

export function StatusSign({ status }: { readonly status: Status }): JSX.Element {
  // Another status is another element: Firefox goes on turning one that was being sent.
  return (
    <svg key={status} class={`sign sign-${status}`} viewBox="0 0 16 16" aria-hidden="true">
      {shapes[status]}
    </svg>
  );
}
