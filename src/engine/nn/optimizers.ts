/**
 * Optimisers as graphs. All parameters lie behind one another in one flat buffer, and so do the gradients and each
 * moment; the graph walks over them in chunks that fit into the processor's cache (a Scan without carried state), so
 * that main memory is read and written once per tensor however many elementwise operations the formula has.
 * Every tensor may be updated in place: each old value is last read by the node that writes the new one.
 */
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph, Value } from '../graph/types.ts';
import type { OptimizerSettings, SettingsOf } from './optimizer-settings.ts';

/** One chunk: 64 Ki floats, 256 KiB. */
export const chunkSize = 65_536;

export interface Optimizer {
  /** Names of the moment buffers; all start at zero. */
  readonly slots: readonly string[];
  /** The factor fed as `rate` at a step counted from 1. */
  readonly rate: (learningRate: number, step: number) => number;
  /** The share fed as `decay` at that learning rate; absent: no weights decay, and there is no such input. */
  readonly decay?: (learningRate: number) => number;
  /** One chunk: adds the nodes and returns the new weights and slots in order. */
  readonly update: (g: GraphBuilder, values: UpdateValues) => readonly Value[];
}

/** Of one chunk, apart from the two scalars. */
export interface UpdateValues {
  readonly rate: Value;
  readonly gradient: Value;
  readonly weights: Value;
  readonly slots: readonly Value[];
  /** What each weight loses of itself before the step, as a share; only where the optimiser has a decay. */
  readonly decay?: Value | undefined;
}

export function createOptimizer(settings: OptimizerSettings): Optimizer {
  switch (settings.name) {
    case 'sgd':
      return sgd(settings);
    case 'rmsprop':
      return rmsprop(settings);
    case 'adam':
      return adam(settings);
    case 'adamw':
      return adamw(settings);
  }
}

/** v = momentum v - rate g;  w += v  (Keras). */
function sgd({ momentum }: SettingsOf<'sgd'>): Optimizer {
  return {
    slots: momentum === 0 ? [] : ['velocity'],
    rate: (learningRate) => learningRate,
    update: (g, { rate, gradient, weights, slots: [velocity] }) => {
      const change = g.mul(gradient, rate);
      if (!velocity) return [g.sub(weights, change)];
      const next = g.sub(g.mul(velocity, g.scalar(momentum)), change);
      return [g.add(weights, next), next];
    },
  };
}

/** v = rho v + (1-rho) g²;  w -= rate g / (sqrt(v) + epsilon), or / sqrt(v + epsilon). */
function rmsprop({ rho, epsilon, epsilonPlacement }: SettingsOf<'rmsprop'>): Optimizer {
  return {
    slots: ['velocity'],
    rate: (learningRate) => learningRate,
    update: (g, { rate, gradient, weights, slots: [velocity] }) => {
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
function adam({ beta1, beta2, epsilon, amsgrad }: SettingsOf<'adam'>): Optimizer {
  return {
    slots: amsgrad ? ['m', 'v', 'vhat'] : ['m', 'v'],
    rate: (learningRate, step) => (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step),
    update: (g, { rate, gradient, weights, slots }) => {
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
 * Loshchilov and Hutter, 2019, as PyTorch has it but for Keras's place of epsilon: Adam's step, and before it, apart from the moments,
 * w -= learningRate weightDecay w.
 */
function adamw({ weightDecay, ...settings }: SettingsOf<'adamw'>): Optimizer {
  const { slots, rate, update } = adam({ ...settings, name: 'adam', amsgrad: false });
  return {
    slots,
    rate,
    decay: (learningRate) => learningRate * weightDecay,
    update: (g, { decay, ...values }) => {
      const weights = g.mul(values.weights, g.sub(g.scalar(1), decay as Value));
      return update(g, { ...values, weights });
    },
  };
}

/** What holds for any optimiser. */
export interface UpdateSettings {
  /** The gradient is scaled down where its norm over all parameters is above this; default: never. */
  readonly clipNorm?: number | undefined;
  /** Keep an average of the weights, see {@link averageSlot}. */
  readonly average?: boolean | undefined;
}

/** The slot that holds the average of the weights: a = k a + (1 - k) w after each step, with k fed as `keep`. */
export const averageSlot = 'average';

/** All buffers of an optimiser besides the weights, the average last. */
export function slotsOf(optimizer: Optimizer, { average = false }: UpdateSettings = {}): readonly string[] {
  return average ? [...optimizer.slots, averageSlot] : optimizer.slots;
}

/**
 * @param chunks number of chunks of {@link chunkSize} floats in each flat buffer
 * @returns inputs `rate` [], `gradient`, `weights` and the slots [chunks, chunkSize], where they are needed `decay` [] and `decays`
 * [chunks, chunkSize] (1 for a weight that decays, else 0), and `keep` []; outputs `weights_next`, `<slot>_next`
 */
export function buildOptimizerGraph(optimizer: Optimizer, chunks: number, settings: UpdateSettings = {}): Graph {
  const { clipNorm, average = false } = settings;
  const g = new GraphBuilder('optimizer');
  const rate = g.input('rate', 'float32', []);
  const decay = optimizer.decay && g.input('decay', 'float32', []);
  const keep = average ? g.input('keep', 'float32', []) : undefined;
  const slots = slotsOf(optimizer, settings);
  const names = ['gradient', 'weights', ...slots, ...(decay ? ['decays'] : [])];
  const inputs = names.map((name) => g.input(name, 'float32', [chunks, chunkSize]));
  const factor = clipNorm === undefined ? undefined : clippingFactor(g, inputs[0] as Value, clipNorm);

  const body = new GraphBuilder('optimizer_chunk', 'chunk_');
  const values = new Map(names.map((name) => [name, body.input(`${name}_chunk`, 'float32', [chunkSize])]));
  const gradient = values.get('gradient') as Value;
  const mask = values.get('decays');
  const updated = optimizer.update(body, {
    rate,
    gradient: factor ? body.mul(gradient, factor) : gradient,
    weights: values.get('weights') as Value,
    slots: optimizer.slots.map((name) => values.get(name) as Value),
    decay: decay && mask && body.mul(mask, decay),
  });
  for (const value of updated) body.output(value);
  if (keep) {
    const [weights, before] = [updated[0] as Value, values.get(averageSlot) as Value];
    body.output(body.add(weights, body.mul(keep, body.sub(before, weights))));
  }
  const outputs = g.nodeWithOutputs(
    'Scan',
    inputs,
    { body: body.build(), num_scan_inputs: names.length },
    1 + slots.length,
  );
  ['weights', ...slots].forEach((name, index) => {
    g.output(outputs[index] as Value, `${name}_next`);
  });
  return g.build();
}

/** min(1, limit / norm), 1 for no gradient at all (Pascanu et al., 2013; PyTorch's clip_grad_norm_). */
function clippingFactor(g: GraphBuilder, gradient: Value, limit: number): Value {
  const norm = g.node('Sqrt', [g.reduceSum(g.mul(gradient, gradient), [0, 1], false)]);
  return g.node('Min', [g.div(g.scalar(limit), g.add(norm, g.scalar(1e-6))), g.scalar(1)]);
}
