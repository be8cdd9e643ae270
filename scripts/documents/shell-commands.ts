/** The commands that a document prints: the lines of its `sh` blocks, taken apart as a shell would, as far as the documents go. */
import { lexer, walkTokens, type Tokens } from 'marked';

export interface ShellCommand {
  /** as it is printed */
  readonly text: string;
  readonly words: readonly string[];
}

/** A command a line, or several where `&&` or `|` joins them. Comments are left out, and where output goes. */
export function findShellCommands(markdown: string): readonly ShellCommand[] {
  const found: ShellCommand[] = [];
  void walkTokens(lexer(markdown), (token) => {
    if (token.type !== 'code' || token.lang !== 'sh') return;
    for (const line of (token as Tokens.Code).text.split('\n')) found.push(...splitCommands(line));
  });
  return found;
}

function splitCommands(line: string): readonly ShellCommand[] {
  const commands: string[][] = [[]];
  let isTarget = false;
  for (const [token] of line.matchAll(/'[^']*'|"[^"]*"|&&|\||>|#.*$|[^\s|>]+/g)) {
    if (token.startsWith('#')) break;
    if (token === '&&' || token === '|') commands.push([]);
    else if (token === '>') isTarget = true;
    else if (isTarget) isTarget = false;
    else commands.at(-1)?.push(token.replaceAll(/^['"]|['"]$/g, ''));
  }
  return commands.filter((words) => words.length > 0).map((words) => ({ text: words.join(' '), words }));
}
