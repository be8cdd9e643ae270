/** JSON that people write: editors of Windows put a byte-order mark before it, which JSON.parse refuses. */

/** @throws SyntaxError */
export function parseJson(text: string): unknown {
  return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
}
