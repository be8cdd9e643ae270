/** Figures as words and columns, and sentences: the one place that says how a number is written and where a full stop stands. */

/** What stands where a figure is undefined. */
const notAvailable = 'n/a';

/** A share 0..1 as a percentage: '97.8 %'; null: 'n/a'. Only 0 and 1 read as such: 0.9995 is '>99.9 %', 0.0002 is '<0.1 %'. */
export function formatPercent(share: number | null, digits = 1): string {
  return share === null ? notAvailable : `${formatPercentNumber(share, digits)} %`;
}

/** As {@link formatPercent}, without the sign, for the first of two numbers that share one. */
export function formatPercentNumber(share: number, digits = 1): string {
  return roundBetween(share * 100, digits, 100);
}

/** A plain figure: '0.0637'; null: 'n/a'. Between 0 and 1 only 0 and 1 read as such: 0.99998 is '>0.9999'. */
export function formatFigure(value: number | null, digits = 4): string {
  return value === null ? notAvailable : roundBetween(value, digits, 1);
}

/** Rounded, but no value between 0 and the top becomes one of them: «100.0 %» would say that nothing is ever wrong. */
function roundBetween(value: number, digits: number, top: number): string {
  const text = value.toFixed(digits);
  if (!(value > 0 && value < top)) return text;
  const step = 10 ** -digits;
  if (Number(text) === 0) return `<${step.toFixed(digits)}`;
  return Number(text) === top ? `>${(top - step).toFixed(digits)}` : text;
}

/** A threshold, with as many digits as tell it from 0 and 1 and no more than four otherwise: '0.5', '0.3472', '0.99998'. */
export function formatProbability(probability: number): string {
  for (let digits = 4; digits < 17; digits++) {
    const text = probability.toFixed(digits);
    if (Number(text) !== 0 && Number(text) !== 1) return text.replace(/0+$/, '');
  }
  return String(probability);
}

/** A count with thin groups: '5216' stays, '67 109 441' is grouped. */
export function formatCount(count: number): string {
  return Math.abs(count) < 10_000 ? String(count) : count.toLocaleString('en-US').replaceAll(',', ' ');
}

/** Seconds as a person says them: '0.8 s', '42 s', '3 min 07 s', '1 h 05 min'. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const pad = (value: number): string => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** '512 B', '1.2 GiB': powers of 1024, three digits. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${byteUnits[unit]}`;
}

/** 'a', 'a or b', 'a, b or c'. */
export function joinWords(words: readonly string[], conjunction: 'and' | 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`;
}

export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly align?: 'left' | 'right';
}

/** Columns two blanks apart, a rule below the titles, no blanks at the ends of lines. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(showControls));
  const widths = columns.map(({ title }, index) =>
    shown.reduce((width, row) => Math.max(width, textWidth(row[index] ?? '')), textWidth(title)),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, index) => {
        const cell = cells[index] ?? '';
        const blanks = ' '.repeat((widths[index] as number) - textWidth(cell));
        return align === 'right' ? blanks + cell : cell + blanks;
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [line(columns.map(({ title }) => title)), rule, ...shown.map(line)].join('\n');
}

// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** @param write gives the text for a character's code */
export function replaceControls(text: string, write: (code: number) => string): string {
  return text.replaceAll(controls, (control) => write(control.codePointAt(0) as number));
}

/**
 * A file may be named with line breaks, a terminal's escape codes, or marks that turn the direction of writing round. In a table they would
 * break it, move the cursor, or show another name than there is.
 */
export function showControls(text: string): string {
  return replaceControls(text, (code) =>
    code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`,
  );
}

/** {@link showControls} of a text of several lines: its line breaks stay. */
export function showControlsInLines(text: string): string {
  return text.split('\n').map(showControls).join('\n');
}

/** Names beside values, the names padded to one width. */
export function renderFields(fields: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...fields.map(([name]) => textWidth(name)));
  return fields.map(([name, value]) => `${name}${' '.repeat(width - textWidth(name))}  ${value}`).join('\n');
}

/** Columns a text takes in a terminal: wide East Asian characters take two, marks none. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}|\p{Cf}/u.test(character)) continue;
    width +=
      /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

/** Sentences without their final stops -> one text that has none at its end either; empty ones are left out. */
export function joinSentences(...sentences: readonly string[]): string {
  return sentences.filter((sentence) => sentence !== '').join('. ');
}

/**
 * A lone sentence for people to read, such as an error's message: these carry no final stop, so that they can stand within others.
 * A list below a sentence, whose lines are indented, ends without one.
 */
export function endSentence(sentence: string): string {
  const endsInList = /\n {2}[^\n]*$/.test(sentence);
  return endsInList || /[.!?:]['"»]*$/.test(sentence) ? sentence : `${sentence}.`;
}
