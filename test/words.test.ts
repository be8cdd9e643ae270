/** That the sentences of the documents and of the help are short and plain: `npm run words` shows where they are not. */
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { findDocuments, measureDocument, measureHelp, measureSentences, meanLimit } from '../scripts/measure-words.ts';
import { findHelpSentences } from '../scripts/documents/help-sentences.ts';
import { findSentences } from '../scripts/documents/sentences.ts';

const measures = [...findDocuments().map(measureDocument), ...measureHelp()];

describe.each(measures)('$name', (measure) => {
  it(`has sentences of at most ${meanLimit} words on average`, () => {
    expect(measure.sentences).toBeGreaterThan(0);
    expect(measure.mean).toBeLessThanOrEqual(meanLimit);
  });

  it('uses none of the words that have a plainer one', () => {
    expect(measure.notPlain).toEqual([]);
  });
});

describe('the sentences of a Markdown text', () => {
  it('are those of paragraphs, lists and quotations, each with its line', () => {
    const text = [
      '# A heading',
      '',
      'One two. Three `code of one word`',
      'four.',
      '',
      '- Five six',
      '- Seven:',
      '',
      '> Eight.',
    ];
    expect(findSentences(text.join('\n'))).toEqual([
      { line: 3, text: 'One two.', words: 2 },
      { line: 3, text: 'Three Code four.', words: 3 },
      { line: 6, text: 'Five six', words: 2 },
      { line: 7, text: 'Seven:', words: 1 },
      { line: 9, text: 'Eight.', words: 1 },
    ]);
  });

  it('leave out code, tables, pictures and where links lead', () => {
    const text =
      '```sh\nnpm ci\n```\n\n| a | b |\n| - | - |\n| c | d |\n\n![A picture](a.png)\n\nSee it. [docs/a.md](docs/a/b/c.md) shows it.\n';
    expect(findSentences(text).map((sentence) => [sentence.text, sentence.words])).toEqual([
      ['See it.', 2],
      ['Docs/a.md shows it.', 3],
    ]);
  });

  it('do not end at a figure or a short form inside a sentence', () => {
    const [only, ...others] = findSentences('It reaches 97.8 % (95.9 to 98.3 %) with v1.2 of it.');
    expect(others).toEqual([]);
    expect(only?.words).toBe(10);
  });

  it('are listed where they are long or not plain', () => {
    const long = `It ${'very '.repeat(30)}long is.`;
    const measure = measureSentences('x.md', findSentences(`The wanted one.\n\n${long}`));
    expect(measure).toMatchObject({ name: 'x.md', sentences: 2, words: 36, mean: 18 });
    expect(measure.long.map(({ line, words }) => ({ line, words }))).toEqual([{ line: 3, words: 33 }]);
    expect(measure.notPlain).toEqual([{ line: 1, found: 'wanted', say: 'target, required' }]);
  });
});

it('the sentences of the help are what commands and flags say, and the paragraphs below, without examples', () => {
  const program = new Command('tool').description('Does this. Does that.').option('--fast', 'hurry up');
  program.command('child').description('help it').addHelpText('after', '\nIt helps.\n\nExamples:\n  $ tool child');
  const found = findHelpSentences(program).map(({ name, sentences }) => [name, sentences.map(({ text }) => text)]);
  expect(found).toEqual([
    ['help of tool', ['Does this.', 'Does that.', 'hurry up']],
    ['help of tool child', ['help it', 'It helps.']],
  ]);
});
