/** Text in the character sets of DICOM: Specific Character Set (0008,0005), PS3.3 C.12.1.1.2 and PS3.5 6.1. */
import { decodeBytes, repertoires, type Repertoire } from './repertoires.ts';

export interface CharacterSet {
  /** what bytes below 128 mean at first */
  readonly lower: Repertoire;
  /** what bytes from 128 mean at first; undefined: nothing says it */
  readonly upper: Repertoire | undefined;
  /** whether escape sequences of ISO 2022 may change these */
  readonly hasEscapes: boolean;
}

const escape = 0x1b;
/** Line feed, form feed, carriage return and tabulator. */
const controls = new Set([0x09, 0x0a, 0x0c, 0x0d]);
const backslash = 0x5c;
const nameDelimiters = new Set([0x5e, 0x3d]);

/** Behind the escape byte: which half it changes, and to what. */
const escapeSequences = new Map<string, readonly [half: 'lower' | 'upper', to: Repertoire]>([
  ['(B', ['lower', repertoires.ascii]],
  ['(J', ['lower', repertoires.romaji]],
  ['$B', ['lower', repertoires.jisX0208]],
  ['$(D', ['lower', repertoires.jisX0212]],
  [')I', ['upper', repertoires.katakana]],
  ['$)C', ['upper', repertoires.ksX1001]],
  ['$)A', ['upper', repertoires.gb2312]],
  ['-A', ['upper', repertoires.latin1]],
  ['-B', ['upper', repertoires.latin2]],
  ['-C', ['upper', repertoires.latin3]],
  ['-D', ['upper', repertoires.latin4]],
  ['-L', ['upper', repertoires.cyrillic]],
  ['-G', ['upper', repertoires.arabic]],
  ['-F', ['upper', repertoires.greek]],
  ['-H', ['upper', repertoires.hebrew]],
  ['-M', ['upper', repertoires.latin5]],
  ['-b', ['upper', repertoires.latin9]],
  ['-T', ['upper', repertoires.thai]],
]);

/** By the number of ISO_IR and of ISO 2022 IR. */
const upperByNumber = new Map<string, Repertoire>([
  ['100', repertoires.latin1],
  ['101', repertoires.latin2],
  ['109', repertoires.latin3],
  ['110', repertoires.latin4],
  ['144', repertoires.cyrillic],
  ['127', repertoires.arabic],
  ['126', repertoires.greek],
  ['138', repertoires.hebrew],
  ['148', repertoires.latin5],
  ['203', repertoires.latin9],
  ['166', repertoires.thai],
  ['13', repertoires.katakana],
  ['149', repertoires.ksX1001],
  ['58', repertoires.gb2312],
]);

const wholeSets = new Map<string, Repertoire>([
  ['192', repertoires.utf8],
  ['GB18030', repertoires.gb18030],
  ['GBK', repertoires.gbk],
]);

/** Nothing is said, or what is said is not known: UTF-8 where the bytes are that, else Latin-1. */
export const defaultCharacterSet: CharacterSet = { lower: repertoires.ascii, upper: undefined, hasEscapes: false };

/** @param terms the values of (0008,0005); spellings such as `ISO IR 100` are taken too */
export function findCharacterSet(terms: readonly string[]): CharacterSet {
  const names = terms.map((term) => /IR[ _-]*(\d+)/i.exec(term)?.[1] ?? term.replace(/^ISO 2022 /i, '').toUpperCase());
  const whole = wholeSets.get(names[0] ?? '');
  if (whole !== undefined) return { lower: whole, upper: whole, hasEscapes: false };
  const [first] = names;
  // Where the first value says nothing of the upper half, a file that forgot an escape sequence means the next that does.
  const known = names.map((name) => upperByNumber.get(name)).find((repertoire) => repertoire !== undefined);
  const upper = upperByNumber.get(first ?? '') ?? known;
  const hasEscapes = terms.length > 1 || /2022/.test(terms[0] ?? '');
  return { lower: first === '13' ? repertoires.romaji : repertoires.ascii, upper, hasEscapes };
}

/**
 * Never throws: what is no character becomes U+FFFD.
 *
 * @param isName a person's name, whose parts begin anew in the first repertoires
 */
export function decodeText(bytes: Uint8Array, set: CharacterSet, isName: boolean): string {
  const isWhole = set.lower === set.upper;
  if (isWhole || (!set.hasEscapes && !bytes.includes(escape))) return decodeBytes(bytes, set.upper);
  return decodeEscaped(bytes, set, isName);
}

function decodeEscaped(bytes: Uint8Array, set: CharacterSet, isName: boolean): string {
  let text = '';
  let { lower, upper } = set;
  let run: { readonly repertoire: Repertoire | undefined; readonly start: number } = { repertoire: lower, start: 0 };
  const finish = (end: number, repertoire: Repertoire | undefined, start = end): void => {
    if (end > run.start) text += decodeBytes(bytes.subarray(run.start, end), run.repertoire);
    run = { repertoire, start };
  };
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] as number;
    const sequence = byte === escape ? findEscape(bytes, at + 1) : undefined;
    if (sequence !== undefined) {
      const [half, repertoire] = escapeSequences.get(sequence) as readonly ['lower' | 'upper', Repertoire];
      if (half === 'lower') lower = repertoire;
      else upper = repertoire;
      finish(at, lower, at + 1 + sequence.length);
      at += 1 + sequence.length;
      continue;
    }
    // No character of two bytes begins so: a line has ended without the escape sequence that is due.
    if (byte <= 0x20 && lower.bytes === 2) ({ lower, upper } = set);
    const repertoire = byte < 0x80 ? lower : upper;
    if (repertoire !== run.repertoire) finish(at, repertoire);
    const isDelimiter = byte === backslash || controls.has(byte) || (isName && nameDelimiters.has(byte));
    if (isDelimiter && lower.bytes === 1) ({ lower, upper } = set);
    at += repertoire?.bytes ?? 1;
  }
  finish(bytes.length, undefined);
  return text;
}

function findEscape(bytes: Uint8Array, at: number): string | undefined {
  const ahead = String.fromCharCode(...bytes.subarray(at, at + 3));
  return [3, 2].map((length) => ahead.slice(0, length)).find((sequence) => escapeSequences.has(sequence));
}
