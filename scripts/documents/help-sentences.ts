/** The sentences of the command line's help: what each command and flag says it does, and the paragraphs below them. */
import type { Command } from 'commander';
import { splitSentences, type Sentence } from './sentences.ts';

/** @param program a tree of commands; `line` of a sentence is that of the paragraph in the help */
export function findHelpSentences(
  program: Command,
): readonly { readonly name: string; readonly sentences: readonly Sentence[] }[] {
  const own = {
    name: `help of ${nameOf(program)}`,
    sentences: [...describe(program), ...findParagraphs(program)],
  };
  return [own, ...program.commands.flatMap(findHelpSentences)];
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function describe(command: Command): readonly Sentence[] {
  const fragments = [
    ...command.description().split('\n\n'),
    ...command.registeredArguments.map(({ description }) => description),
    ...command.options.map(({ description }) => description),
  ];
  return fragments.flatMap((fragment) => splitSentences(fragment, 1));
}

/** Of the text below the flags. Indented lines are examples and tables, a paragraph that ends in a colon is their title. */
function findParagraphs(command: Command): readonly Sentence[] {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  const start = help.split(command.helpInformation())[0]?.length ?? 0;
  const text = help.slice(start + command.helpInformation().length);
  const found: Sentence[] = [];
  let line = help.slice(0, help.length - text.length).split('\n').length;
  for (const block of text.split('\n\n')) {
    const prose = block
      .split('\n')
      .filter((each) => !each.startsWith('  '))
      .join(' ')
      .trim();
    if (!prose.endsWith(':')) found.push(...splitSentences(prose, line));
    line += block.split('\n').length + 1;
  }
  return found;
}
