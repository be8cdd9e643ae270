/** How wide a text of the charts is: without a canvas Vega guesses far too much, which drops labels and pads the picture. */

/** Advance widths of Arimo (those of Helvetica) for the characters from U+0020 to U+007E, in thousandths of the font size. */
// prettier-ignore
const advanceWidths = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
  667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
  556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
] as const;

/** Bold letters of this font are wider by about this factor. */
const boldFactor = 1.08;

/** In pixels; characters outside ASCII count as wide as a lower-case letter, those of East Asia as a whole square. */
export function estimateTextWidth(text: string, fontSize: number, bold = false): number {
  let thousandths = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    thousandths += advanceWidths[code - 32] ?? (code >= 0x2e80 ? 1000 : 556);
  }
  return (thousandths / 1000) * fontSize * (bold ? boldFactor : 1);
}

interface TextItem {
  readonly text?: string | number | null;
  readonly fontSize?: number | null;
  readonly fontWeight?: string | number | null;
}

/** In the form in which Vega asks, which gives no text if it is the item's own. */
export function measureTextItem(item: TextItem, text?: string | number | null): number {
  const words = text ?? item.text ?? '';
  const bold = item.fontWeight === 'bold' || Number(item.fontWeight) >= 600;
  return estimateTextWidth(String(words), item.fontSize ?? 11, bold);
}
