/**
 * The randomised-weights test (Adebayo et al., 2018): the weights of a network are shuffled, layer by layer from the answer down, and the maps
 * are made anew. What the network learned is gone then, so a map that still looks the same shows something else, such as the image's edges.
 */
import { throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { rankCorrelation } from './rank-correlation.ts';

/** What is tested: a way of making maps, and the weights that it should depend on. */
export interface RandomisableMaps {
  /** Nearest to the answer first. */
  readonly layers: readonly string[];
  /** One map for each image, before it is enlarged, with what speaks against the class. */
  computeMaps(): Promise<readonly Float32Array[]>;
  /** Permutes the weights within each tensor of the layer; they keep their distribution and lose their places. */
  shuffle(layer: string, seed: number): Promise<void>;
}

export interface RandomisationOptions extends TaskOptions {
  /** Times that all weights are shuffled; 3 unless given. */
  readonly draws?: number | undefined;
  /** Whether the first time the maps are made after each layer; true unless given. */
  readonly cascade?: boolean | undefined;
  /** 0 unless given. */
  readonly seed?: number | undefined;
}

export interface RandomisationStage {
  /** The layer that was shuffled, after those of the stages before. */
  readonly layer: string;
  /**
   * 0..1: how alike the maps before and after order the places, the mean over the images of Spearman's correlation without its sign: an
   * inverted map shows the same structure. Null where every map is the same everywhere.
   */
  readonly similarity: number | null;
  /** Spearman's correlation, of each image; null: nothing to rank, since a map is the same everywhere. */
  readonly correlations: readonly (number | null)[];
}

export type RandomisationVerdict = 'depends on the weights' | 'does not depend on the weights' | 'undecided';

export interface RandomisationTest {
  readonly images: number;
  readonly seed: number;
  /** Of the first draw; empty where it was not wanted. */
  readonly cascade: readonly RandomisationStage[];
  /** The similarity with all weights shuffled, of each draw. */
  readonly draws: readonly (number | null)[];
  /** Mean of the draws; null where there is none. */
  readonly similarity: number | null;
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
  const { draws = 3, cascade: layerByLayer = true, seed = 0, signal, onProgress } = options;
  const total = draws + (layerByLayer ? maps.layers.length : 1);
  let done = 0;
  const report = (): void => onProgress?.({ label: 'Shuffling weights', done: ++done, total, unit: 'rounds' });
  const original = await maps.computeMaps();
  report();
  const compare = async (layer: string): Promise<RandomisationStage> => {
    const shuffled = await maps.computeMaps();
    report();
    const correlations = original.map((map, index) => rankCorrelation(map, shuffled[index] as Float32Array));
    const sizes = correlations.map((correlation) => (correlation === null ? null : Math.abs(correlation)));
    return { layer, similarity: mean(sizes), correlations };
  };
  const cascade: RandomisationStage[] = [];
  const results: (number | null)[] = [];
  for (let draw = 0; draw < draws; draw++) {
    let last: RandomisationStage | undefined;
    for (const layer of maps.layers) {
      throwIfInterrupted(signal);
      await maps.shuffle(layer, seed + draw);
      if (draw > 0 || !layerByLayer) continue;
      last = await compare(layer);
      cascade.push(last);
    }
    last ??= await compare('all');
    results.push(last.similarity);
  }
  const similarity = mean(results);
  const blank = original.filter((map) => map.every((value) => value === map[0])).length;
  return {
    images: original.length,
    seed,
    cascade,
    draws: results,
    similarity,
    threshold,
    ...judge(similarity, original.length, blank),
  };
}

function judge(
  similarity: number | null,
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
  if (similarity === null) {
    return {
      verdict: 'depends on the weights',
      statement: `With shuffled weights the maps ${what} become blank: they depend on what the model learned.`,
    };
  }
  const figure = `Similarity (rank correlation without its sign) ${similarity.toFixed(2)} between the maps ${what} before and after all weights were shuffled`;
  if (similarity >= threshold) {
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
