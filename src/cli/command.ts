/** What every command shares: the two flags about its words, and a frame that leaves the terminal clean. */
import type { Command } from 'commander';
import { withInterrupt } from './interrupt.ts';
import { Output, type OutputOptions } from './output.ts';

/** Adds --json and --quiet. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('--json', 'print the result as one JSON document, an error too')
    .option('--quiet', 'print nothing but the result, warnings and errors');
}

/** What a command's work gets. */
export interface CommandContext {
  readonly output: Output;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/**
 * Runs a command's work with its output, interruptible, and takes the progress line away however it ends.
 *
 * @param howToGoOn what a user who interrupts the work is told
 */
export async function runCommand(
  options: OutputOptions,
  howToGoOn: string,
  work: (context: CommandContext) => Promise<void>,
): Promise<void> {
  const output = new Output(options);
  try {
    await withInterrupt(howToGoOn, (signal) => work({ output, signal }));
  } finally {
    output.close();
  }
}
