/**
 * The randomised-weights test (Adebayo et al., 2018): the weights of a network are shuffled, layer by layer from the answer down, and the maps
 * are made anew. What the network learned is gone then, so a map that still looks the same shows something else, such as the image's edges.
 */
import { throwIfInterrupted, type TaskOptions } from '../data/task.ts';
import { rankCorrelation } from './rank-correlation.ts';

/** What is tested: a way of making maps, and the weights that it should depend on. */
export interface RandomisableMaps {
  /** Nearest to the answer first. */
  readonly layers: readonly string[];
  /** One map for each image, before it is enlarged. */
  computeMaps(): Promise<readonly Float32Array[]>;
  /** Permutes the weights within each tensor of the layer; they keep their distribution and lose their places. */
  shuffle(layer: string, seed: number): Promise<void>;
}

export interface RandomisationOptions extends TaskOptions {
  /** Times that all weights are shuffled, the first one layer by layer; 3 unless given. */
  readonly draws?: number | undefined;
  /** 0 unless given. */
  readonly seed?: number | undefined;
}

export interface RandomisationStage {
  /** The layer that was shuffled, after those of the stages before. */
  readonly layer: string;
  /** Spearman, of the maps before and after, mean over the images; null where every map is the same everywhere. */
  readonly correlation: number | null;
  /** Of each image; null: nothing to rank, since a map is the same everywhere. */
  readonly correlations: readonly (number | null)[];
}

export type RandomisationVerdict = 'depends on the weights' | 'does not depend on the weights' | 'undecided';

export interface RandomisationTest {
  readonly images: number;
  readonly seed: number;
  /** Of the first draw. */
  readonly cascade: readonly RandomisationStage[];
  /** With all weights shuffled: of each draw, mean over the images. */
  readonly draws: readonly (number | null)[];
  /** Mean of the draws; null where there is none. */
  readonly correlation: number | null;
  /** From which on the verdict is that the maps do not depend on the weights. */
  readonly threshold: number;
  readonly verdict: RandomisationVerdict;
  /** The verdict with its reason, for a reader. */
  readonly statement: string;
}

/** Its square is about a half: above it most of the order of hot and cold places is the image's own, whatever the model learned. */
const threshold = 0.7;

/** @throws PneumoscopeError E_INTERRUPTED */
export async function testRandomisedWeights(
  maps: RandomisableMaps,
  options: RandomisationOptions = {},
): Promise<RandomisationTest> {
  const { draws = 3, seed = 0, signal, onProgress } = options;
  const total = maps.layers.length + draws;
  let done = 0;
  const report = (): void => onProgress?.({ label: 'Shuffling weights', done: ++done, total, unit: 'rounds' });
  const original = await maps.computeMaps();
  report();
  const compare = async (layer: string): Promise<RandomisationStage> => {
    const shuffled = await maps.computeMaps();
    report();
    const correlations = original.map((map, index) => rankCorrelation(map, shuffled[index] as Float32Array));
    return { layer, correlation: mean(correlations), correlations };
  };
  const cascade: RandomisationStage[] = [];
  for (const layer of maps.layers) {
    throwIfInterrupted(signal);
    await maps.shuffle(layer, seed);
    cascade.push(await compare(layer));
  }
  const results = [cascade.at(-1)?.correlation ?? null];
  for (let draw = 1; draw < draws; draw++) {
    for (const layer of maps.layers) {
      throwIfInterrupted(signal);
      await maps.shuffle(layer, seed + draw);
    }
    results.push((await compare('all')).correlation);
  }
  const correlation = mean(results);
  const blank = original.filter((map) => map.every((value) => value === map[0])).length;
  return {
    images: original.length,
    seed,
    cascade,
    draws: results,
    correlation,
    threshold,
    ...judge(correlation, original.length, blank),
  };
}

function judge(
  correlation: number | null,
  images: number,
  blank: number,
): Pick<RandomisationTest, 'verdict' | 'statement'> {
  const what = `of ${images} ${images === 1 ? 'image' : 'images'}`;
  if (blank === images) {
    return {
      verdict: 'undecided',
      statement: `The maps ${what} are the same everywhere, so there is nothing to compare; take images in which the model finds something.`,
    };
  }
  if (correlation === null) {
    return {
      verdict: 'depends on the weights',
      statement: `With shuffled weights the maps ${what} become blank: they depend on what the model learned.`,
    };
  }
  const figure = `rank correlation ${correlation.toFixed(2)} between the maps ${what} before and after all weights were shuffled`;
  if (correlation >= threshold) {
    return {
      verdict: 'does not depend on the weights',
      statement: `${figure}, at least ${threshold}: the maps hardly change when all that the model learned is gone, so they say nothing about the model; do not use them.`,
    };
  }
  return {
    verdict: 'depends on the weights',
    statement: `${figure}, below ${threshold}: the maps change with what the model learned. This is needed, and does not show that they are right.`,
  };
}

/** Of those that there are. */
function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
