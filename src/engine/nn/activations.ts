/** Activation functions by their names in Keras. */
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/types.ts';

export const activations = {
  linear: (_g: GraphBuilder, x: Value): Value => x,
  relu: (g: GraphBuilder, x: Value): Value => g.node('Relu', [x]),
  relu6: (g: GraphBuilder, x: Value): Value => g.node('Clip', [x, g.scalar(0), g.scalar(6)]),
  sigmoid: (g: GraphBuilder, x: Value): Value => g.node('Sigmoid', [x]),
  tanh: (g: GraphBuilder, x: Value): Value => g.node('Tanh', [x]),
  softmax: (g: GraphBuilder, x: Value): Value => g.node('Softmax', [x], { axis: -1 }),
  /** SiLU, also called swish: x sigmoid(x). */
  silu: (g: GraphBuilder, x: Value): Value => g.mul(x, g.node('Sigmoid', [x])),
  hardSwish: (g: GraphBuilder, x: Value): Value => g.node('HardSwish', [x]),
} as const;

export type Activation = keyof typeof activations;
