/** How much a JSON text holds, before it is parsed: to parse brackets of a few bytes each takes memory twenty times as long as the text. */

export interface JsonLimits {
  /** Lists and objects within each other. */
  readonly depth: number;
  /** Lists and objects. */
  readonly lists: number;
  /** Names of the values of objects. */
  readonly names: number;
  /** Values in lists and objects. */
  readonly values: number;
}

const [quote, comma, colon, backslash] = [0x22, 0x2c, 0x3a, 0x5c];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Walks a text once and keeps nothing of it. Whether it is JSON at all is for the parser to say.
 *
 * @returns the first limit that the text exceeds; undefined: none
 */
export function findJsonExcess(text: Uint8Array, limits: JsonLimits): keyof JsonLimits | undefined {
  let [depth, lists, names, values] = [0, 0, 0, 1];
  for (let at = 0, end = text.length; at < end; at++) {
    switch (text[at]) {
      case quote:
        at = findEndOfString(text, at);
        break;
      case comma:
        if (++values > limits.values) return 'values';
        break;
      case colon:
        if (++names > limits.names) return 'names';
        break;
      case openList:
      case openObject:
        if (++depth > limits.depth) return 'depth';
        if (++lists > limits.lists) return 'lists';
        break;
      case closeList:
      case closeObject:
        depth--;
        break;
      default:
    }
  }
  return undefined;
}

/** @param start the index of the opening quote @returns that of the closing one, or of the end */
function findEndOfString(text: Uint8Array, start: number): number {
  let at = start + 1;
  for (const end = text.length; at < end; at++) {
    if (text[at] === backslash) at++;
    else if (text[at] === quote) break;
  }
  return at;
}
