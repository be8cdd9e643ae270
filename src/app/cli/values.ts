/** Parsers for the values of flags: each either gives a value that is in range or says in a sentence what was expected. */
import { PneumoscopeError } from '../../base/errors.ts';
import { suggest } from '../../base/nearest.ts';
import { describeAllowed } from '../../base/schema-words.ts';
import { joinWords } from '../../base/text.ts';

type Parser<T> = (text: string) => T;

function refuse(flag: string, expected: string, text: string, hint = ''): never {
  throw new PneumoscopeError('E_USAGE', `${flag} must be ${expected}, but '${text}' was given${hint}`);
}

/** A whole number within min..max. */
export function wholeNumber(flag: string, range: { readonly min: number; readonly max?: number }): Parser<number> {
  const { min, max = Number.MAX_SAFE_INTEGER } = range;
  const expected = describeAllowed({ type: 'integer', minimum: min, maximum: max });
  return (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
    return value >= min && value <= max ? value : refuse(flag, expected, text);
  };
}

/** A share of a whole: 0 is allowed, 1 is not. */
export function fraction(flag: string): Parser<number> {
  return decimal(flag, 'a fraction from 0 to less than 1, such as 0.15', (value) => value >= 0 && value < 1);
}

/** A share that is wanted: 1 is allowed, 0 is not. */
export function shareAboveZero(flag: string): Parser<number> {
  return decimal(flag, 'a share above 0 and at most 1, such as 0.98', (value) => value > 0 && value <= 1);
}

/** Any number above 0. */
export function positiveNumber(flag: string): Parser<number> {
  return decimal(flag, 'a number above 0, such as 5', (value) => value > 0 && value < Infinity);
}

export function numberFromZero(flag: string): Parser<number> {
  return decimal(flag, 'a number of at least 0, such as 5', (value) => value < Infinity);
}

/** Any number within min..max. */
export function numberWithin(
  flag: string,
  { min, max }: { readonly min: number; readonly max: number },
): Parser<number> {
  return decimal(
    flag,
    describeAllowed({ type: 'number', minimum: min, maximum: max }),
    (value) => value >= min && value <= max,
  );
}

/** Numbers above 0 with commas between them. */
export function positiveNumbers(flag: string): Parser<readonly number[]> {
  return (text) => text.split(',').map((part) => positiveNumber(flag)(part.trim()));
}

function decimal(flag: string, expected: string, accept: (value: number) => boolean): Parser<number> {
  return (text) => {
    // Without a sign or with a plus.
    const value = /^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
    return accept(value) ? value : refuse(flag, expected, text);
  };
}

/** A share that is neither nothing nor all. */
export function openFraction(flag: string, example: string): Parser<number> {
  return decimal(flag, `greater than 0 and less than 1, such as ${example}`, (value) => value > 0 && value < 1);
}

/** One of some words; a slip of the keyboard gets the word that was meant. */
export function oneOf<const T extends string>(flag: string, words: readonly T[]): Parser<T> {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    return word ?? refuse(flag, joinWords(words, 'or'), text, suggest(text, words));
  };
}

/** The name of a file or folder: what looks like a flag was one whose value was forgotten. */
export function path(flag: string): Parser<string> {
  return (text) => (text === '' || /^--\w/.test(text) ? refuse(flag, 'the path of a file or folder', text) : text);
}

/** A SHA-256 digest in hexadecimal digits, in lower case. */
export function sha256(flag: string): Parser<string> {
  return (text) =>
    /^[\da-f]{64}$/i.test(text) ? text.toLowerCase() : refuse(flag, 'a SHA-256 digest of 64 hexadecimal digits', text);
}

/** An address that a file can be downloaded from. */
export function webAddress(flag: string): Parser<string> {
  return (text) => {
    const protocol = URL.canParse(text) ? new URL(text).protocol : '';
    return protocol === 'https:' || protocol === 'http:' ? text : refuse(flag, 'an https address', text);
  };
}
