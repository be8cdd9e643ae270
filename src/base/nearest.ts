/** The known name that a mistyped one was probably meant to be. */
import { closest, distance } from 'fastest-levenshtein';

/** No name that anybody means is longer, and the search would take its time. */
const longest = 100;

/** @returns undefined where no known name is near */
export function findNearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || word.length > longest) return undefined;
  const nearest = known.find((name) => name.toLowerCase() === word.toLowerCase()) ?? closest(word, known);
  const slips = distance(word.toLowerCase(), nearest.toLowerCase());
  const isNear = slips <= Math.max(2, nearest.length / 3) && slips < Math.min(word.length, nearest.length);
  return isNear ? nearest : undefined;
}

/** ' (did you mean NAME?)' where a known name is near, else nothing. */
export function suggest(word: string, known: readonly string[]): string {
  const nearest = findNearest(word, known);
  return nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
}
