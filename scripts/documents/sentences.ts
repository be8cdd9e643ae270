/** The sentences of a Markdown text. Code blocks, tables, headings, pictures and the targets of links are no prose and are left out. */
import { lexer, type Token, type Tokens } from 'marked';

export interface Sentence {
  /** where its paragraph begins, from 1 */
  readonly line: number;
  readonly text: string;
  readonly words: number;
}

/** A capital, so that a sentence that begins with code is seen to begin. */
const codeWord = 'Code';
const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

export function findSentences(markdown: string): readonly Sentence[] {
  const found: Sentence[] = [];
  let line = 1;
  for (const token of lexer(markdown)) {
    collectProse(token, line, found);
    line += countLines(token.raw);
  }
  return found;
}

/** Splits one paragraph of plain text. */
export function splitSentences(paragraph: string, line: number): readonly Sentence[] {
  const text = paragraph.replaceAll(/\s+/g, ' ');
  return Array.from(segmenter.segment(text), ({ segment }) => segment.trim())
    .map((segment) => ({ line, text: segment, words: countWords(segment) }))
    .filter(({ words }) => words > 0);
}

function collectProse(token: Token, line: number, found: Sentence[]): void {
  if (token.type === 'paragraph' || token.type === 'text') {
    found.push(...splitSentences(renderText(token), line));
  } else if (token.type === 'blockquote') {
    collectBlocks((token as Tokens.Blockquote).tokens, line, found);
  } else if (token.type === 'list') {
    let at = line;
    for (const item of (token as Tokens.List).items) {
      collectBlocks(item.tokens, at, found);
      at += countLines(item.raw);
    }
  }
}

function collectBlocks(tokens: readonly Token[], line: number, found: Sentence[]): void {
  let at = line;
  for (const token of tokens) {
    collectProse(token, at, found);
    at += countLines(token.raw);
  }
}

/** What a reader reads of a block: the words of its links, and one word for each piece of code. */
function renderText(token: Token): string {
  if (token.type === 'codespan') return codeWord;
  if (token.type === 'br') return ' ';
  if (token.type === 'image' || token.type === 'html') return '';
  const children = 'tokens' in token ? token.tokens : undefined;
  if (children !== undefined) {
    const text = children.map(renderText).join('');
    // A sentence may begin with the name of a file, which is small: «... ends. [docs/data.md](data.md) shows ...».
    return token.type === 'link' ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  }
  return 'text' in token && typeof token.text === 'string' ? token.text : token.raw;
}

function countWords(text: string): number {
  return text.split(' ').filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}
