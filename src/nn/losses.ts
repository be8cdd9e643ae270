/** Losses from logits, averaged over the batch. */
import type { GraphBuilder } from '../graph/builder.ts';
import { knownDimension } from '../graph/shape.ts';
import type { Value } from '../graph/types.ts';

/** labels: class indices as float32 [N]; logits [N, units]; the result is a scalar. */
export type Loss = (g: GraphBuilder, logits: Value, labels: Value) => Value;

/** mean(softplus(z) - y z), the stable form of -y log p - (1-y) log(1-p) with p = sigmoid(z). */
export const binaryCrossentropy: Loss = (g, logits, labels) => {
  const target = g.reshape(labels, [-1, 1]);
  const each = g.sub(g.node('Softplus', [logits]), g.mul(target, logits));
  return g.reduceMean(each, [0, 1], false);
};

/** mean(-log softmax(z)[y]). */
export const categoricalCrossentropy: Loss = (g, logits, labels) => {
  const classes = knownDimension(logits.shape, 1, 'Cross-entropy');
  const indices = g.constant(
    'float32',
    [1, classes],
    Float32Array.from({ length: classes }, (_, index) => index),
  );
  const oneHot = g.toFloat(g.node('Equal', [g.reshape(labels, [-1, 1]), indices]));
  const picked = g.reduceSum(g.mul(g.node('LogSoftmax', [logits], { axis: -1 }), oneHot), [1], false);
  return g.neg(g.reduceMean(picked, [0], false));
};
