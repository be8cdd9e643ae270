/**
 * What a network is: one description, from which the graphs for training and for inference are derived.
 * A description is a layer: a function that, given a context, emits nodes. It computes nothing.
 */
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph, Value } from '../graph/types.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { RandomGenerator } from '../../base/random.ts';
import type { Fans, Initializer } from './initializers.ts';

/** A tensor that training changes by its gradient. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly fans: Fans;
  readonly initializer: Initializer;
}

/** Emits the nodes of a layer; x and the result are NCHW, or [N, features] after flattening. */
export type Layer = (context: LayerContext, x: Value) => Value;

export type Mode = 'training' | 'inference';

/** What a layer may ask for while it emits its nodes. */
export interface LayerContext {
  readonly g: GraphBuilder;
  readonly mode: Mode;
  /** A name no other layer has: the kind with a number, as in Keras (conv2d, conv2d_1 ...). */
  readonly layerName: (kind: string) => string;
  readonly parameter: (name: string, shape: readonly number[], fans: Fans, initializer: Initializer) => Value;
  /** A tensor that training changes by other means than a gradient, such as a running mean. */
  readonly state: (name: string, shape: readonly number[], initializer: Initializer) => Value;
  /** The new content of a state after a training step. */
  readonly updateState: (state: Value, next: Value) => void;
  /** Uniform numbers in [0, 1), drawn anew for each training step; the shape may be symbolic in the batch size. */
  readonly noise: (name: string, features: readonly number[]) => Value;
}

export interface StateUpdate {
  readonly state: Value;
  readonly next: Value;
}

/** A forward graph under construction, with all that its layers asked for. */
export interface ForwardPass {
  readonly g: GraphBuilder;
  readonly images: Value;
  /** The last layer's output before its activation, [N, units]. */
  readonly logits: Value;
  readonly parameters: readonly Parameter[];
  readonly parameterValues: readonly Value[];
  readonly states: readonly Parameter[];
  readonly updates: readonly StateUpdate[];
  /** Inputs of noise with the number of values per image. */
  readonly noise: readonly { readonly value: Value; readonly perImage: number }[];
}

export interface NetworkDescription {
  readonly name: string;
  /** Channels, height, width of an image. */
  readonly inputShape: readonly [number, number, number];
  readonly layers: Layer;
}

/** Runs the description once and collects the forward graph. Images enter as `images` [N, C, H, W], float32. */
export function buildForward(network: NetworkDescription, mode: Mode): ForwardPass {
  const g = new GraphBuilder(network.name);
  const images = g.input('images', 'float32', ['N', ...network.inputShape]);
  const parameters: Parameter[] = [];
  const parameterValues: Value[] = [];
  const states: Parameter[] = [];
  const updates: StateUpdate[] = [];
  const noise: { value: Value; perImage: number }[] = [];
  const kinds = new Map<string, number>();
  const context: LayerContext = {
    g,
    mode,
    layerName: (kind) => {
      const count = kinds.get(kind) ?? 0;
      kinds.set(kind, count + 1);
      return count === 0 ? kind : `${kind}_${count}`;
    },
    parameter: (name, shape, fans, initializer) => {
      const value = g.input(name, 'float32', shape);
      parameters.push({ name, shape, fans, initializer });
      parameterValues.push(value);
      return value;
    },
    state: (name, shape, initializer) => {
      states.push({ name, shape, fans: { fanIn: 1, fanOut: 1 }, initializer });
      return g.input(name, 'float32', shape);
    },
    updateState: (state, next) => updates.push({ state, next }),
    noise: (name, features) => {
      const value = g.input(name, 'float32', ['N', ...features]);
      noise.push({ value, perImage: features.reduce((total, size) => total * size, 1) });
      return value;
    },
  };
  const logits = network.layers(context, images);
  if (logits.shape.length !== 2) {
    throw new PneumoscopeError(
      'E_SHAPE_MISMATCH',
      `Network ${network.name} ends in ${logits.shape.length} axes; it must end in [N, units]`,
    );
  }
  return { g, images, logits, parameters, parameterValues, states, updates, noise };
}

/** The forward graph alone: inputs `images`, parameters and states; output `logits`. */
export function buildInferenceGraph(network: NetworkDescription): Graph {
  const { g, logits } = buildForward(network, 'inference');
  g.output(logits, 'logits');
  return g.build();
}

/** Draws the initial content of parameter number `index`, reproducibly from the seed. */
export function initialise(parameter: Parameter, seed: number, index: number, values: Float32Array): void {
  parameter.initializer(values, parameter.fans, new RandomGenerator(seed, 0, index));
}

export function countParameters(parameters: readonly Parameter[]): number {
  return parameters.reduce((total, { shape }) => total + shape.reduce((size, dimension) => size * dimension, 1), 0);
}
