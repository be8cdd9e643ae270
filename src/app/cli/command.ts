/** What commands share: the flags about their words and about their models, and a frame that leaves the terminal clean. */
import type { Command } from 'commander';
import { joinWords } from '../../base/text.ts';
import { devices, mostThreads, type Device } from '../../engine/runtime/tensor.ts';
import { withInterrupt, type InterruptOptions } from './interrupt.ts';
import { Output, type OutputOptions } from './output.ts';
import { oneOf, wholeNumber } from './values.ts';

/** Adds --json and --quiet. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('--json', 'print the result, or the error, as one JSON document')
    .option('--quiet', 'print only the result, warnings and errors');
}

/** The flags of all commands that show images to a model. */
export interface ModelOptions {
  readonly threads?: number;
  readonly device: Device;
  readonly skipUnreadable?: boolean;
}

/** Adds --threads, --device and --skip-unreadable. */
export function addModelOptions(command: Command): Command {
  return addDeviceOptions(command).option('--skip-unreadable', 'leave out files that cannot be read, and report them');
}

/** Adds --threads and --device. */
export function addDeviceOptions(command: Command): Command {
  return command
    .option(
      '--threads <number>',
      'threads of the network; default: the number of cores',
      wholeNumber('--threads', { min: 1, max: mostThreads }),
    )
    .option('--device <name>', joinWords(devices, 'or'), oneOf('--device', devices), 'cpu');
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
 * @param howToGoOn what a user who interrupts the work is told, without a final stop
 */
export async function runCommand(
  options: OutputOptions,
  howToGoOn: string,
  work: (context: CommandContext) => Promise<void>,
  interrupt: InterruptOptions = {},
): Promise<void> {
  const output = new Output(options);
  try {
    await withInterrupt(howToGoOn, (signal) => work({ output, signal }), interrupt);
  } finally {
    output.close();
  }
}
