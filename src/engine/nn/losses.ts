/** Losses from logits, averaged over the batch. */
import type { GraphBuilder } from '../graph/builder.ts';
import { knownDimension } from '../graph/shape.ts';
import type { Value } from '../graph/types.ts';

/** labels: class indices as float32 [N]; logits [N, units]; the result is a scalar. */
export type Loss = (g: GraphBuilder, logits: Value, labels: Value) => Value;

export interface LossSettings {
  /** Share of each target that is spread evenly over all classes (Szegedy et al., 2016); default 0. */
  readonly labelSmoothing?: number | undefined;
  /** What an image of each class counts; the loss is sum(w l) / N, as in Keras. Default: 1 each. */
  readonly classWeights?: readonly number[] | undefined;
}

/**
 * mean(softplus(z) - t z), the stable form of -t log p - (1-t) log(1-p) with p = sigmoid(z); t is the label y, or y (1 - s) + s / 2
 * under label smoothing.
 */
export function createBinaryCrossentropy({ labelSmoothing = 0, classWeights }: LossSettings = {}): Loss {
  return (g, logits, labels) => {
    const label = g.reshape(labels, [-1, 1]);
    const target =
      labelSmoothing === 0 ? label : g.add(g.mul(label, g.scalar(1 - labelSmoothing)), g.scalar(labelSmoothing / 2));
    const each = g.sub(g.node('Softplus', [logits]), g.mul(target, logits));
    if (classWeights === undefined) return g.reduceMean(each, [0, 1], false);
    const [negative, positive] = classWeights as readonly [number, number];
    const weight = g.add(g.mul(label, g.scalar(positive - negative)), g.scalar(negative));
    return g.reduceMean(g.mul(each, weight), [0, 1], false);
  };
}

/** mean(-sum_c t_c log softmax(z)_c) with the label's one-hot vector as t, smoothed where wanted. */
export function createCategoricalCrossentropy({ labelSmoothing = 0, classWeights }: LossSettings = {}): Loss {
  return (g, logits, labels) => {
    const classes = knownDimension(logits.shape, 1, 'Cross-entropy');
    const row = (values: readonly number[]): Value => g.constant('float32', [1, classes], Float32Array.from(values));
    const indices = row(Array.from({ length: classes }, (_, index) => index));
    const oneHot = g.toFloat(g.node('Equal', [g.reshape(labels, [-1, 1]), indices]));
    const target =
      labelSmoothing === 0
        ? oneHot
        : g.add(g.mul(oneHot, g.scalar(1 - labelSmoothing)), g.scalar(labelSmoothing / classes));
    const each = g.reduceSum(g.mul(g.node('LogSoftmax', [logits], { axis: -1 }), target), [1], false);
    if (classWeights === undefined) return g.neg(g.reduceMean(each, [0], false));
    const weight = g.reduceSum(g.mul(oneHot, row(classWeights)), [1], false);
    return g.neg(g.reduceMean(g.mul(each, weight), [0], false));
  };
}

export const binaryCrossentropy: Loss = createBinaryCrossentropy();
export const categoricalCrossentropy: Loss = createCategoricalCrossentropy();
