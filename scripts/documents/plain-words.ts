/** Words that a newcomer stumbles over, and what to write instead. `npm run words` lists them, and a test refuses them. */

export interface PlainWord {
  readonly pattern: RegExp;
  readonly say: string;
}

export const plainWords: readonly PlainWord[] = [
  { pattern: /\bwanted\b/gi, say: 'target, required' },
  { pattern: /\btold\b/gi, say: 'described, explained, distinguished' },
  { pattern: /\bat once\b/gi, say: 'immediately, at the same time' },
  { pattern: /\bfor want of\b/gi, say: 'because there is no' },
  { pattern: /\ball the same\b/gi, say: 'still' },
  { pattern: /\bbut for\b/gi, say: 'except for' },
  { pattern: /\bwhoever\b/gi, say: 'anyone who, if you' },
  { pattern: /\bhence\b/gi, say: 'so' },
  { pattern: /\bthereby\b/gi, say: 'this' },
  { pattern: /\blest\b/gi, say: 'so that ... not' },
  { pattern: /\b(?:go|goes|gone|went) on\b/gi, say: 'continue' },
];
