/**
 * A live progress line on standard error: redrawn in place on a terminal, a plain line every ten seconds anywhere else (a log file,
 * a pipe, a dumb terminal).
 */
import { formatBytes, formatCount, formatDuration, textWidth } from '../../base/text.ts';

export interface ProgressState {
  /** What is being done: 'Unpacking'. A new label starts a new measurement of the rate. */
  readonly label: string;
  readonly done: number;
  /** Left out if it is not known. */
  readonly total?: number;
  /** What is counted: bytes, or the name of anything else. */
  readonly unit: string;
  /** A word behind the numbers, such as the running loss. */
  readonly detail?: string;
}

/** What a {@link ProgressLine} needs of a stream. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const redrawEvery = 0.1;
const plainLineEvery = 10;
/** The rate is that of the last so many seconds, so that it follows a machine that becomes slower or faster. */
const rateWindow = 15;
const clearLine = '\r\u001B[2K';
const widestBar = 24;
const narrowestBar = 8;

export class ProgressLine {
  readonly #stream: ProgressStream;
  readonly #live: boolean;
  readonly #paintBar: (bar: string) => string;
  readonly #now: () => number;
  #samples: { readonly time: number; readonly done: number }[] = [];
  #label: string | undefined;
  #lastWrite = -Infinity;
  #shown = false;

  /**
   * @param options.live whether the line is redrawn in place
   * @param options.paintBar puts colour on the bar
   * @param options.now seconds on any clock that only goes forward
   */
  constructor(
    stream: ProgressStream,
    options: {
      readonly live?: boolean;
      readonly paintBar?: (bar: string) => string;
      readonly now?: () => number;
    } = {},
  ) {
    this.#stream = stream;
    this.#live = options.live ?? (stream.isTTY === true && process.env['TERM'] !== 'dumb');
    this.#paintBar = options.paintBar ?? ((bar) => bar);
    this.#now = options.now ?? (() => performance.now() / 1000);
  }

  update(state: ProgressState): void {
    const time = this.#now();
    if (state.label !== this.#label || state.done < (this.#samples.at(-1)?.done ?? 0)) {
      this.#label = state.label;
      this.#samples = [{ time, done: state.done }];
      this.#lastWrite = this.#live ? -Infinity : time;
    }
    if (time - this.#lastWrite < (this.#live ? redrawEvery : plainLineEvery)) return;
    this.#lastWrite = time;
    this.#samples.push({ time, done: state.done });
    while (this.#samples.length > 2 && time - (this.#samples[1]?.time ?? time) > rateWindow) this.#samples.shift();

    const rate = this.#computeRate();
    if (this.#live) {
      // The last column stays free: a full line makes some terminals wrap. Some say that they have 0 columns.
      const width = (this.#stream.columns || 80) - 1;
      this.#stream.write(clearLine + renderLiveLine(state, rate, width, this.#paintBar));
      this.#shown = true;
    } else {
      this.#stream.write(`${renderPlainLine(state, rate)}\n`);
    }
  }

  /** Takes the line away, so that something else can be written; the next update draws it again. */
  clear(): void {
    if (this.#shown) this.#stream.write(clearLine);
    this.#shown = false;
  }

  #computeRate(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.time - first.time < 0.5 || last.done === first.done)
      return undefined;
    return (last.done - first.done) / (last.time - first.time);
  }
}

/** At most `width` columns: the bar shrinks and then vanishes, and what is still too long is cut off. */
export function renderLiveLine(
  state: ProgressState,
  rate: number | undefined,
  width: number,
  paintBar: (bar: string) => string = (bar) => bar,
): string {
  const words = [renderCount(state), ...renderPace(state, rate)].join('  ');
  const room = width - textWidth(state.label) - textWidth(words) - 4;
  if (state.total === undefined || room < narrowestBar) return cut(`${state.label}  ${words}`, width);
  const size = Math.min(room, widestBar);
  const filled = Math.floor(size * shareDone(state.done, state.total));
  return `${state.label}  ${paintBar('█'.repeat(filled))}${'░'.repeat(size - filled)}  ${words}`;
}

/** For a log: no bar, nothing that moves. */
export function renderPlainLine(state: ProgressState, rate: number | undefined): string {
  return `${state.label}: ${[renderCount(state), ...renderPace(state, rate)].join(', ')}`;
}

function renderCount({ done, total, unit }: ProgressState): string {
  const format = unit === 'bytes' ? formatBytes : formatCount;
  const noun = unit === 'bytes' ? '' : ` ${unit}`;
  if (total === undefined) return format(done) + noun;
  return `${format(done)}/${format(total)}${noun} ${Math.floor(shareDone(done, total) * 100)} %`;
}

function renderPace({ done, total, unit, detail }: ProgressState, rate: number | undefined): string[] {
  const parts: string[] = [];
  if (rate !== undefined) {
    parts.push(
      unit === 'bytes' ? `${formatBytes(rate)}/s` : `${rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate))}/s`,
    );
    if (total !== undefined && done < total) parts.push(`${formatDuration(Math.ceil((total - done) / rate))} left`);
  }
  if (detail !== undefined) parts.push(detail);
  return parts;
}

function shareDone(done: number, total: number): number {
  return total <= 0 ? 1 : Math.min(Math.max(done / total, 0), 1);
}

function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let result = '';
  for (const character of text) {
    if (textWidth(result + character) > width - 1) break;
    result += character;
  }
  return width < 1 ? '' : `${result}…`;
}
