/**
 * Where a command's words go: its result to standard output, everything about its work to standard error. With --json standard output
 * holds one JSON document and nothing else; with --quiet nothing is said but the result, warnings and errors.
 */
import picocolors from 'picocolors';
import { PneumoscopeError } from '../../base/errors.ts';
import { endSentence, replaceControls, showControlsInLines } from '../../base/text.ts';
import { ProgressLine, type ProgressState } from './progress.ts';

/** The flags that every command has. */
export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

type Colors = ReturnType<typeof picocolors.createColors>;

export class Output {
  readonly #json: boolean;
  readonly #silent: boolean;
  readonly #progress: ProgressLine;
  readonly #errorColors = colorsFor(process.stderr);

  constructor(options: OutputOptions) {
    this.#json = options.json === true;
    this.#silent = this.#json || options.quiet === true;
    this.#progress = new ProgressLine(process.stderr, { paintBar: this.#errorColors.cyan });
  }

  /** The command's result: the value as JSON, or the text. */
  result(value: unknown, renderText: () => string): void {
    this.#progress.clear();
    process.stdout.write(`${this.#json ? renderJson(value) : showControlsInLines(renderText())}\n`);
  }

  /** Something worth knowing about the work. */
  note(text: string): void {
    if (!this.#silent) this.#writeError(showControlsInLines(text));
  }

  /** Something that the user should look at, although the work goes on. @param sentence with or without its final stop */
  warn(sentence: string): void {
    this.#writeError(`${this.#errorColors.yellow('warning')} ${showControlsInLines(endSentence(sentence))}`);
  }

  progress(state: ProgressState): void {
    if (!this.#silent) this.#progress.update(state);
  }

  /** Ends the live line; needed where no result follows. */
  close(): void {
    this.#progress.clear();
  }

  #writeError(text: string): void {
    this.#progress.clear();
    process.stderr.write(`${text}\n`);
  }
}

/**
 * Colours for a terminal only, and never where NO_COLOR is set to anything (no-color.org).
 *
 * @param stream where the text goes
 */
export function colorsFor(stream: { readonly isTTY?: boolean }): Colors {
  const wanted = stream.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  return picocolors.createColors(wanted);
}

/**
 * JSON for people and programs: indented, and refused where it would silently turn NaN or Infinity into null. Characters that a terminal
 * obeys are escaped, also those that JSON would let through; what is parsed from it stays the same.
 *
 * @throws PneumoscopeError E_NOT_FINITE, naming the field
 */
export function renderJson(value: unknown): string {
  const text = JSON.stringify(
    value,
    (key, field: unknown) => {
      if (typeof field === 'number' && !Number.isFinite(field)) {
        throw new PneumoscopeError('E_NOT_FINITE', `The result's field '${key}' is ${field}, which JSON cannot hold`);
      }
      return field;
    },
    2,
  );
  return text
    .split('\n')
    .map((line) => replaceControls(line, (code) => `\\u${code.toString(16).padStart(4, '0')}`))
    .join('\n');
}
