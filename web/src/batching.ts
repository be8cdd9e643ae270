/** Which images go into one request. */

export interface BatchLimits {
  readonly files: number;
  readonly bytes: number;
}

/** What a form adds to an image: boundary, headers, a neutral name; generously. */
export const formOverhead = 512;

/** Whether an image could be sent by itself. */
export function fits(size: number, { bytes }: Pick<BatchLimits, 'bytes'>): boolean {
  return size + 2 * formOverhead <= bytes;
}

/**
 * How many of the first images go together; at least one, even where that one is too large.
 *
 * @param mustGoAlone whether an image is to be sent by itself, because a request with it failed
 */
export function countBatch<Item extends { readonly file: { readonly size: number } }>(
  waiting: readonly Item[],
  limits: BatchLimits,
  mustGoAlone: (item: Item) => boolean = () => false,
): number {
  let bytes = formOverhead;
  let count = 0;
  for (const item of waiting) {
    bytes += item.file.size + formOverhead;
    const isFull = count >= limits.files || bytes > limits.bytes || mustGoAlone(item);
    if (isFull) break;
    count += 1;
  }
  return Math.min(Math.max(1, count), waiting.length);
}
