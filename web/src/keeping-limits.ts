/** How much of lists a browser keeps, and for how long. docs/serving.md tells the same. */
export const keepingLimits = {
  /** milliseconds after the last use of a list; then it is forgotten, also by a page that is open */
  unused: 12 * 3_600_000,
  /** of all images of a list */
  bytes: 4 * 2 ** 30,
  /** images in one transaction: the page breathes between two */
  imagesAtOnce: 16,
} as const;
