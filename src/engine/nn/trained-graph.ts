/** A network and its weights -> one graph that any ONNX runtime can run. */
import { refuse } from '../../base/errors.ts';
import type { Constant, Graph, TensorData } from '../graph/types.ts';
import { buildForward, type NetworkDescription } from './network.ts';

/** Contents of parameters and states by name, as `views()` of a training's buffers gives them. */
export type NetworkTensors = Readonly<Record<string, { readonly data: TensorData }>>;

/** What turns logits into probabilities: a sigmoid behind one unit, a softmax behind several. */
export type OutputActivation = 'sigmoid' | 'softmax';

export interface TrainedGraph {
  /** Input `images` [N, C, H, W], float32; outputs `logits` and `probability`, [N, units] */
  readonly graph: Graph;
  readonly units: number;
  readonly output: OutputActivation;
}

/**
 * The inference graph with its weights inside, and the probabilities behind the logits.
 *
 * @param tensors all parameters and states of the network; they are not copied
 * @throws PneumoscopeError E_SHAPE_MISMATCH when one is missing or has another size
 */
export function buildTrainedGraph(network: NetworkDescription, tensors: NetworkTensors): TrainedGraph {
  const { g, images, logits } = buildForward(network, 'inference');
  const units = Number(logits.shape[1]);
  const output = units === 1 ? 'sigmoid' : 'softmax';
  g.output(logits, 'logits');
  g.output(
    output === 'sigmoid' ? g.node('Sigmoid', [logits]) : g.node('Softmax', [logits], { axis: -1 }),
    'probability',
  );
  const graph = g.build();
  const weights = graph.inputs
    .filter((input) => input !== images)
    .map((value): Constant => {
      const data = tensors[value.name]?.data;
      const size = value.shape.reduce<number>((total, dimension) => total * Number(dimension), 1);
      if (data?.length !== size) {
        refuse(
          'E_SHAPE_MISMATCH',
          `Parameter ${value.name} needs ${size} values, but ${data?.length ?? 'none'} were given`,
        );
      }
      return { value, data };
    });
  return { graph: { ...graph, inputs: [images], constants: [...graph.constants, ...weights] }, units, output };
}
