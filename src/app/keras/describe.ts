/** A list of Keras layers -> a network description, and the table that summary() prints. */
import { PneumoscopeError } from '../../base/errors.ts';
import type { Shape } from '../../engine/graph/types.ts';
import type { Activation } from '../../engine/nn/activations.ts';
import {
  buildForward,
  countParameters,
  type Layer,
  type NetworkDescription,
  type Parameter,
} from '../../engine/nn/network.ts';
import { formatCount, renderTable } from '../../base/text.ts';
import type { KerasLoss } from './compile.ts';
import type { InputShape, KerasLayer } from './layers.ts';

/** One row of the summary. */
export interface LayerSummary {
  /** Such as conv2d_1. */
  readonly name: string;
  readonly className: string;
  /** As Keras writes it: null for the batch, then height, width, channels, or the features. */
  readonly outputShape: readonly (number | null)[];
  /** Trained and other parameters together. */
  readonly parameters: number;
}

export interface ModelSummary {
  readonly layers: readonly LayerSummary[];
  readonly trainable: number;
  /** Running means and variances of batch normalisation. */
  readonly nonTrainable: number;
}

export function findInputShape(layers: readonly KerasLayer[], given: InputShape | undefined): InputShape {
  const inputShape = given ?? layers[0]?.inputShape;
  if (inputShape === undefined) {
    throw new PneumoscopeError(
      'E_USAGE',
      'The first layer of a sequential model needs an inputShape, such as [256, 256, 1]',
    );
  }
  if (inputShape[2] !== 1) {
    throw new PneumoscopeError(
      'E_USAGE',
      `The inputShape [${inputShape.join(', ')}] has ${inputShape[2]} channels, but images are read as grey: 1 channel`,
    );
  }
  return inputShape;
}

/**
 * The network with its last activation as it is (for the summary), or, for a loss that works on logits, without it: the loss brings the
 * sigmoid or softmax itself, which Keras does too.
 */
export function describeModel(
  name: string,
  layers: readonly KerasLayer[],
  [height, width, channels]: InputShape,
  loss?: KerasLoss,
): NetworkDescription {
  const built = layers.map((layer, index) =>
    layer.build(loss !== undefined && index === layers.length - 1 ? 'linear' : layer.activation),
  );
  return { name, inputShape: [channels, height, width], layers: chain(built) };
}

function chain(layers: readonly Layer[], onOutput: (index: number, shape: Shape) => void = () => {}): Layer {
  return (context, x) =>
    layers.reduce((value, layer, index) => {
      const output = layer(context, value);
      onOutput(index, output.shape);
      return output;
    }, x);
}

/** @throws PneumoscopeError E_USAGE when the last layer does not fit the loss */
export function checkLastLayer(layers: readonly KerasLayer[], loss: KerasLoss): void {
  const last = layers.at(-1);
  const wanted: Activation = loss === 'binaryCrossentropy' ? 'sigmoid' : 'softmax';
  if (last?.activation === wanted) return;
  const example =
    loss === 'binaryCrossentropy' ? `dense(1, { activation: 'sigmoid' })` : `dense(classes, { activation: 'softmax' })`;
  throw new PneumoscopeError(
    'E_USAGE',
    `The loss ${loss} needs a model that ends in ${wanted}, such as ${example}; it ends in ${last?.activation ?? 'nothing'}`,
  );
}

export function summarise(name: string, layers: readonly KerasLayer[], inputShape: InputShape): ModelSummary {
  const shapes: Shape[] = [];
  const counts: number[] = [];
  const counted: { parameters: Parameter[]; states: Parameter[] } = { parameters: [], states: [] };
  const total = (): number => countParameters(counted.parameters) + countParameters(counted.states);
  const watched = layers.map((layer): Layer => {
    const build = layer.build(layer.activation);
    return (context, x) => {
      const before = total();
      const output = build(
        {
          ...context,
          parameter: (parameter, shape, fans, initializer) => {
            counted.parameters.push({ name: parameter, shape, fans, initializer });
            return context.parameter(parameter, shape, fans, initializer);
          },
          state: (state, shape, initializer) => {
            counted.states.push({ name: state, shape, fans: { fanIn: 1, fanOut: 1 }, initializer });
            return context.state(state, shape, initializer);
          },
        },
        x,
      );
      counts.push(total() - before);
      return output;
    };
  });
  const [height, width, channels] = inputShape;
  buildForward(
    { name, inputShape: [channels, height, width], layers: chain(watched, (_index, shape) => shapes.push(shape)) },
    'inference',
  );
  const kinds = new Map<string, number>();
  return {
    layers: layers.map(({ kind, className }, index) => {
      const number = kinds.get(kind) ?? 0;
      kinds.set(kind, number + 1);
      return {
        name: number === 0 ? kind : `${kind}_${number}`,
        className,
        outputShape: toKerasShape(shapes[index] as Shape),
        parameters: counts[index] as number,
      };
    }),
    trainable: countParameters(counted.parameters),
    nonTrainable: countParameters(counted.states),
  };
}

/** [N, C, H, W] -> [null, H, W, C] */
function toKerasShape([, ...shape]: Shape): (number | null)[] {
  const [channels, ...sides] = shape.map(Number);
  return sides.length === 0 ? [null, channels as number] : [null, ...sides, channels as number];
}

/** The summary as a table. */
export function renderSummary(name: string, { layers, trainable, nonTrainable }: ModelSummary): string {
  const table = renderTable(
    [{ title: 'Layer (type)' }, { title: 'Output shape' }, { title: 'Parameters', align: 'right' }],
    layers.map(({ name: layer, className, outputShape, parameters }) => [
      `${layer} (${className})`,
      `(${outputShape.map((size) => size ?? 'None').join(', ')})`,
      formatCount(parameters),
    ]),
  );
  return [
    `Model: ${name}`,
    '',
    table,
    '',
    `Total parameters: ${formatCount(trainable + nonTrainable)}`,
    `Trainable: ${formatCount(trainable)}`,
    `Non-trainable: ${formatCount(nonTrainable)}`,
  ].join('\n');
}
