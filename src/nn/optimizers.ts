/**
 * Optimisers as graphs. All parameters lie behind one another in one flat buffer, and so do the gradients and each
 * moment; the graph walks over them in chunks that fit into the processor's cache (a Scan without carried state), so
 * that main memory is read and written once per tensor however many elementwise operations the formula has.
 * Every tensor may be updated in place: each old value is last read by the node that writes the new one.
 */
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph, Value } from '../graph/types.ts';

/** One chunk: 64 Ki floats, 256 KiB. */
export const chunkSize = 65_536;

export type OptimizerSettings = SgdSettings | RmspropSettings | AdamSettings;

export interface SgdSettings {
  readonly name: 'sgd';
  readonly learningRate: number;
  readonly momentum: number;
}

export interface RmspropSettings {
  readonly name: 'rmsprop';
  readonly learningRate: number;
  readonly rho: number;
  readonly epsilon: number;
  /** Outside the root as in Keras up to 2.10, or inside as later. */
  readonly epsilonPlacement: 'outside' | 'inside';
}

export interface AdamSettings {
  readonly name: 'adam';
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;
}

export interface Optimizer {
  /** Names of the moment buffers; all start at zero. */
  readonly slots: readonly string[];
  /** The factor fed as `rate` at a step counted from 1. */
  readonly rate: (learningRate: number, step: number) => number;
  /** One chunk: adds the nodes and returns the new weights and slots in order. */
  readonly update: (
    g: GraphBuilder,
    rate: Value,
    gradient: Value,
    weights: Value,
    slots: readonly Value[],
  ) => readonly Value[];
}

export function createOptimizer(settings: OptimizerSettings): Optimizer {
  switch (settings.name) {
    case 'sgd':
      return sgd(settings);
    case 'rmsprop':
      return rmsprop(settings);
    case 'adam':
      return adam(settings);
  }
}

/** v = momentum v - rate g;  w += v  (Keras). */
function sgd({ momentum }: SgdSettings): Optimizer {
  return {
    slots: momentum === 0 ? [] : ['velocity'],
    rate: (learningRate) => learningRate,
    update: (g, rate, gradient, weights, [velocity]) => {
      const change = g.mul(gradient, rate);
      if (!velocity) return [g.sub(weights, change)];
      const next = g.sub(g.mul(velocity, g.scalar(momentum)), change);
      return [g.add(weights, next), next];
    },
  };
}

/** v = rho v + (1-rho) g²;  w -= rate g / (sqrt(v) + epsilon), or / sqrt(v + epsilon). */
function rmsprop({ rho, epsilon, epsilonPlacement }: RmspropSettings): Optimizer {
  return {
    slots: ['velocity'],
    rate: (learningRate) => learningRate,
    update: (g, rate, gradient, weights, [velocity]) => {
      const fresh = g.mul(g.mul(gradient, gradient), g.scalar(1 - rho));
      const next = g.add(g.mul(velocity as Value, g.scalar(rho)), fresh);
      const root =
        epsilonPlacement === 'outside'
          ? g.add(g.node('Sqrt', [next]), g.scalar(epsilon))
          : g.node('Sqrt', [g.add(next, g.scalar(epsilon))]);
      return [g.sub(weights, g.div(g.mul(gradient, rate), root)), next];
    },
  };
}

/**
 * Kingma and Ba, 2015, in Keras's form («epsilon hat»), with AMSGrad (Reddi et al., 2018) on the raw second moment:
 *   m += (g - m)(1 - beta1);  v += (g² - v)(1 - beta2);  vhat = max(vhat, v);  w -= rate m / (sqrt(vhat) + epsilon)
 *   rate = learningRate sqrt(1 - beta2^t) / (1 - beta1^t)
 */
function adam({ beta1, beta2, epsilon, amsgrad }: AdamSettings): Optimizer {
  return {
    slots: amsgrad ? ['m', 'v', 'vhat'] : ['m', 'v'],
    rate: (learningRate, step) => (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step),
    update: (g, rate, gradient, weights, slots) => {
      const [m, v, vhat] = slots as readonly [Value, Value, Value?];
      const nextM = g.add(m, g.mul(g.sub(gradient, m), g.scalar(1 - beta1)));
      const nextV = g.add(v, g.mul(g.sub(g.mul(gradient, gradient), v), g.scalar(1 - beta2)));
      const second = vhat ? g.node('Max', [vhat, nextV]) : nextV;
      const root = g.add(g.node('Sqrt', [second]), g.scalar(epsilon));
      const next = g.sub(weights, g.div(g.mul(nextM, rate), root));
      return [next, nextM, nextV, ...(vhat ? [second] : [])];
    },
  };
}

/**
 * @param chunks number of chunks of {@link chunkSize} floats in each flat buffer
 * @returns inputs `rate` [], `gradient`, `weights` and the slots [chunks, chunkSize]; outputs `weights_next`, `<slot>_next`
 */
export function buildOptimizerGraph(optimizer: Optimizer, chunks: number): Graph {
  const g = new GraphBuilder('optimizer');
  const rate = g.input('rate', 'float32', []);
  const names = ['gradient', 'weights', ...optimizer.slots];
  const inputs = names.map((name) => g.input(name, 'float32', [chunks, chunkSize]));
  const body = new GraphBuilder('optimizer_chunk');
  const [gradient, weights, ...slots] = names.map((name) => body.input(`${name}_chunk`, 'float32', [chunkSize]));
  for (const value of optimizer.update(body, rate, gradient as Value, weights as Value, slots)) body.output(value);
  const outputs = g.nodeWithOutputs(
    'Scan',
    inputs,
    { body: body.build(), num_scan_inputs: names.length },
    names.length - 1,
  );
  ['weights', ...optimizer.slots].forEach((name, index) => {
    g.output(outputs[index] as Value, `${name}_next`);
  });
  return g.build();
}
