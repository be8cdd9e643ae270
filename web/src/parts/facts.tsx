import type { JSX } from 'preact';

export type FactRows = readonly (readonly [term: string, value: JSX.Element | string])[];

/** Terms and what is known of each. */
export function Facts({ rows }: { readonly rows: FactRows }): JSX.Element {
  return (
    <dl class="facts">
      {rows.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
