/** How much of a list of findings a result holds: the counts beside it are exact, and files of findings have all of it. */

/** Entries of a list. */
export const listedAtMost = 1000;

/** The first {@link listedAtMost}. */
export function takeFirst<T>(entries: Iterable<T>): T[] {
  const first: T[] = [];
  for (const entry of entries) {
    first.push(entry);
    if (first.length === listedAtMost) break;
  }
  return first;
}
