/** The side of a child process that gets damaged inputs: see mutated-inputs.ts. */
import { PneumoscopeError } from '../../src/base/errors.ts';
import { RandomGenerator } from '../../src/base/random.ts';
import type { CaseOutcome } from './mutated-inputs.ts';

type Told = Omit<CaseOutcome, 'index'>;

/**
 * Answers one case after the other until the parent ends.
 *
 * @param purpose tells the random numbers of this part from those of the others
 * @param work gets the case's own random numbers; what it throws is a refusal if it is one sentence with a code, else a defect
 */
export function answerCases(purpose: number, work: (random: RandomGenerator) => Promise<Told>): void {
  const seed = Number(process.argv[2]);
  process.on('message', (index: number) => {
    void work(new RandomGenerator(seed, purpose, index))
      .catch((error: unknown) => describeRefusal(error))
      .then((told) => process.send?.({ index, ...told } satisfies CaseOutcome));
  });
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}

/** The folder that is this process's own. */
export function ownFolder(): string {
  return process.argv[3] as string;
}

export function describeRefusal(error: unknown): Told {
  if (!(error instanceof PneumoscopeError)) {
    return { kind: 'defect', words: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  return judgeSentence(error.code, error.message);
}

/** A sentence for people: on one line, without a stack, and not endless. */
export function judgeSentence(code: string, sentence: string): Told {
  if (sentence === '' || /\n(?! {2}\S)|\n {4}at /.test(sentence))
    return { kind: 'defect', words: `no sentence: ${sentence}` };
  if (sentence.length > 2000) return { kind: 'defect', words: `a sentence of ${sentence.length} characters` };
  return { kind: 'refusal', words: code };
}
