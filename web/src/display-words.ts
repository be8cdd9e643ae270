/** The service's words on how an image became grey, taken apart, so that each language can say them. */

export type ShownAs =
  | { readonly kind: 'window'; readonly number: string; readonly center: string; readonly width: string }
  | { readonly kind: 'given'; readonly center: string; readonly width: string }
  | { readonly kind: 'table'; readonly number: string }
  | { readonly kind: 'range' }
  | { readonly kind: 'stored' }
  /** as the service says it */
  | { readonly kind: 'other'; readonly sentence: string };

export function readDisplay(sentence: string): ShownAs {
  const [, kind = '', number = '', numbers = ''] = /^(window|VOI LUT) ?(\d*)[^:]*:? ?(.*)$/.exec(sentence) ?? [];
  const [, center, width] = /^(-?[\d.e+-]+), (-?[\d.e+-]+)/.exec(numbers) ?? [];
  if (kind === 'VOI LUT') return { kind: 'table', number };
  if (center !== undefined && width !== undefined) {
    return number === '' ? { kind: 'given', center, width } : { kind: 'window', number, center, width };
  }
  if (sentence.includes('as stored')) return { kind: 'stored' };
  if (sentence.includes('least to greatest')) return { kind: 'range' };
  return { kind: 'other', sentence };
}
