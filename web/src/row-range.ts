/** Which rows of a long list exist: those in sight and a few around them. */

export interface RowRange {
  readonly first: number;
  /** exclusive */
  readonly end: number;
}

export function visibleRows(scrollTop: number, height: number, rowHeight: number, count: number, around = 6): RowRange {
  if (rowHeight <= 0) return { first: 0, end: Math.min(count, around) };
  const first = Math.min(Math.max(0, Math.floor(scrollTop / rowHeight) - around), Math.max(0, count - 1));
  const end = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + around);
  return { first, end: Math.max(first, end) };
}

/** Where to scroll so that a row is in sight; what it was where it already is. */
export function scrollToShow(index: number, scrollTop: number, height: number, rowHeight: number): number {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + height) return top + rowHeight - height;
  return scrollTop;
}
