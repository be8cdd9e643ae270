/** The form of a file's name, found without knowing any label. */

/**
 * A run of digits becomes `#`. A run of letters stays when a good share of the names hold it, such as `person`, and becomes its shape
 * otherwise: `a`, `A`, or `Aa` where capitals and small letters mix. Everything else stays: `person10_virus_3.jpeg` is `person#_virus_#.jpeg`
 * in a folder of such names, and `a#_a_#.a` alone among others.
 *
 * @param names without folders
 * @param leastShare of the names that a word must stand in to stay, default 1 %; three names in any case
 */
export function nameSignatures(names: readonly string[], leastShare = 0.01): string[] {
  const counts = new Map<string, number>();
  for (const name of names) {
    for (const word of new Set(name.match(/\p{L}+/gu) ?? [])) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const least = Math.max(3, leastShare * names.length);
  return names.map((name) => {
    return name
      .replaceAll(/\p{L}+/gu, (word) => ((counts.get(word) ?? 0) >= least ? word : shapeOf(word)))
      .replaceAll(/\p{Nd}+/gu, '#');
  });
}

function shapeOf(word: string): string {
  if (word === word.toLowerCase()) return 'a';
  return word === word.toUpperCase() ? 'A' : 'Aa';
}
