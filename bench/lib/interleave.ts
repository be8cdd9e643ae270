/**
 * Measures contestants in turn, A B A B ..., because a shared machine is slower in one minute than in the next:
 * whatever slows it then slows all of them, and the ratio within a round stays true.
 */
import { medianRatio, summarize, type Summary } from './statistics.ts';

export interface Contestant {
  readonly name: string;
  /** Does the work once and returns the measure, seconds by custom; it times itself, so that set-up is not counted. */
  readonly measure: () => number | Promise<number>;
}

export interface InterleaveOptions {
  readonly rounds: number;
  /** rounds before the measured ones, thrown away; default 1 */
  readonly warmup?: number;
  readonly onRound?: (round: number, name: string, value: number) => void;
}

export interface Interleaved {
  /** one sample a round, in the order of the rounds */
  readonly samples: ReadonlyMap<string, readonly number[]>;
  summary(name: string): Summary;
  /** The median over the rounds of `numerator / denominator`. For seconds: how many times faster the denominator is. */
  ratio(numerator: string, denominator: string): number;
}

/** @throws RangeError for less than one round or two contestants of one name */
export async function interleave(
  contestants: readonly Contestant[],
  { rounds, warmup = 1, onRound }: InterleaveOptions,
): Promise<Interleaved> {
  if (rounds < 1) throw new RangeError(`at least one round is needed, not ${rounds}`);
  const samples = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  if (samples.size !== contestants.length) throw new RangeError('two contestants have the same name');
  for (let round = -warmup; round < rounds; round++) {
    // Every other round runs backwards, so that nobody always comes right after the same neighbour.
    const order = round % 2 === 0 ? contestants : contestants.toReversed();
    for (const { name, measure } of order) {
      const value = await measure();
      if (round < 0) continue;
      samples.get(name)?.push(value);
      onRound?.(round, name, value);
    }
  }
  const of = (name: string): readonly number[] => {
    const found = samples.get(name);
    if (found === undefined) throw new RangeError(`no contestant is named ${name}`);
    return found;
  };
  return {
    samples,
    summary: (name) => summarize(of(name)),
    ratio: (numerator, denominator) => medianRatio(of(numerator), of(denominator)),
  };
}

/** Seconds that `work` takes. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
