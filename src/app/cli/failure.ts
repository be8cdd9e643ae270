/** What the command line says about an error, and with which code it ends. */
import { CommanderError, type Command } from 'commander';
import { errorCodes, type ErrorCode, PneumoscopeError } from '../../base/errors.ts';
import { wordDiskTrouble } from '../../base/files/disk-error.ts';
import { endSentence } from '../../base/text.ts';

/** Beside those of the error codes (src/base/errors.ts). */
export const exitCodes = {
  success: 0,
  failure: 1,
  /** A defect of this program: EX_SOFTWARE of sysexits.h. */
  internal: 70,
} as const;

export interface Failure {
  readonly code: ErrorCode | 'E_INTERNAL';
  /** One line, and a line of two spaces and more for each thing it lists. */
  readonly message: string;
  readonly exitCode: number;
  /** Only of a defect. */
  readonly stack?: string;
}

/**
 * @param args the arguments that were given, to name the command whose help applies
 * @returns undefined if nothing failed: help or the version was asked for
 */
export function describeFailure(thrown: unknown, program: Command, args: readonly string[]): Failure | undefined {
  const error = wordDiskTrouble(thrown);
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return undefined;
    return usageFailure(wordUsageError(error), program, args);
  }
  if (error instanceof PneumoscopeError) {
    const [sentence = '', ...listed] = error.message.split(/\n(?= {2}\S)/);
    const message = endSentence([oneLine(sentence), ...listed.map((line) => `  ${oneLine(line)}`)].join('\n'));
    if (error.code === 'E_USAGE') return usageFailure(message, program, args);
    return { code: error.code, message, exitCode: errorCodes[error.code].exitCode };
  }
  const stack = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  const message = `This is a defect of pneumoscope, please report it: ${oneLine(error instanceof Error ? error.message : String(error))}`;
  return { code: 'E_INTERNAL', message, exitCode: exitCodes.internal, stack };
}

function usageFailure(sentence: string, program: Command, args: readonly string[]): Failure {
  const message = `${endSentence(sentence)} See '${nameCommand(program, args)} --help'.`;
  return { code: 'E_USAGE', message, exitCode: errorCodes.E_USAGE.exitCode };
}

/** The parser's own words on one line and in the form of ours. */
function wordUsageError(error: CommanderError): string {
  // A group of commands that was given none shows its help instead of a message.
  if (error.code === 'commander.help') return 'A command is missing.';
  const text = oneLine(error.message.replace(/^error: /, '').replace('(Did you mean', '(did you mean'));
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function nameCommand(program: Command, args: readonly string[]): string {
  const names = [program.name()];
  let command: Command = program;
  for (const arg of args) {
    const next = command.commands.find((candidate) => candidate.name() === arg);
    if (next === undefined) break;
    names.push(next.name());
    command = next;
  }
  return names.join(' ');
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}
