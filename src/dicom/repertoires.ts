/** The repertoires that character sets of DICOM are made of, and the encodings of the platform that hold them. */
import { TextDecoder } from 'node:util';
import { tryDecode } from '../base/files/decode-text.ts';

export interface Repertoire {
  /** name of an encoding for TextDecoder */
  readonly encoding: string;
  /** of a character */
  readonly bytes: 1 | 2;
  /** the bytes stand in the lower half, where that encoding has them in the upper */
  readonly isLowered: boolean;
  /** what that encoding has before each character */
  readonly prefix: number | undefined;
}

const single = (encoding: string): Repertoire => ({ encoding, bytes: 1, isLowered: false, prefix: undefined });
const double = (encoding: string): Repertoire => ({ encoding, bytes: 2, isLowered: false, prefix: undefined });

export const repertoires = {
  ascii: single('windows-1252'),
  latin1: single('windows-1252'),
  latin2: single('iso-8859-2'),
  latin3: single('iso-8859-3'),
  latin4: single('iso-8859-4'),
  latin5: single('windows-1254'),
  latin9: single('iso-8859-15'),
  cyrillic: single('iso-8859-5'),
  arabic: single('iso-8859-6'),
  greek: single('iso-8859-7'),
  hebrew: single('iso-8859-8'),
  thai: single('windows-874'),
  /** JIS X 0201; a yen sign separates values there, and so is read as the backslash that it stands for */
  romaji: single('shift_jis'),
  katakana: single('shift_jis'),
  jisX0208: { encoding: 'euc-jp', bytes: 2, isLowered: true, prefix: undefined },
  jisX0212: { encoding: 'euc-jp', bytes: 2, isLowered: true, prefix: 0x8f },
  ksX1001: double('euc-kr'),
  gb2312: double('gbk'),
  gb18030: double('gb18030'),
  gbk: double('gbk'),
  utf8: single('utf-8'),
} as const satisfies Readonly<Record<string, Repertoire>>;

const decoders = new Map<string, TextDecoder>();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** @param repertoire undefined: UTF-8 where the bytes are that, else Latin-1 */
export function decodeBytes(bytes: Uint8Array, repertoire: Repertoire | undefined): string {
  if (repertoire === undefined) return tryDecode(strictUtf8, bytes) ?? openDecoder('windows-1252').decode(bytes);
  return openDecoder(repertoire.encoding).decode(repertoire.isLowered ? raise(bytes, repertoire.prefix) : bytes);
}

/** A Node that was built with few encodings has not all of these. */
function openDecoder(encoding: string): TextDecoder {
  const known = decoders.get(encoding);
  if (known !== undefined) return known;
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding);
  } catch {
    decoder = new TextDecoder('latin1');
  }
  decoders.set(encoding, decoder);
  return decoder;
}

function raise(bytes: Uint8Array, prefix: number | undefined): Uint8Array {
  if (prefix === undefined) return bytes.map((byte) => byte | 0x80);
  const raised = new Uint8Array(Math.ceil(bytes.length / 2) * 3);
  for (let from = 0, to = 0; from < bytes.length; from += 2, to += 3) {
    raised.set([prefix, (bytes[from] ?? 0) | 0x80, (bytes[from + 1] ?? 0) | 0x80], to);
  }
  return raised;
}
