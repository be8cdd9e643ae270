/** Every graph we build passes; every way of breaking one is caught with a sentence that names the place. */
import { describe, expect, it } from 'vitest';
import { descriptions, recordedNetworks } from '../../../test/recorded-networks.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { baseline } from '../../study/train/networks/baseline.ts';
import { improved } from '../../study/train/networks/improved.ts';
import { binaryCrossentropy, categoricalCrossentropy } from '../nn/losses.ts';
import { buildInferenceGraph } from '../nn/network.ts';
import type { Layer, NetworkDescription } from '../nn/network.ts';
import { buildOptimizerGraph, createOptimizer } from '../nn/optimizers.ts';
import { buildTrainingGraph } from '../nn/training-graph.ts';
import { GraphBuilder } from './builder.ts';
import type { Constant, Graph, Node, Value } from './types.ts';
import { verifyGraph } from './verify.ts';

function smallGraph(): Graph {
  const g = new GraphBuilder('small');
  const x = g.input('x', 'float32', ['N', 2, 4, 4]);
  const w = g.constant('float32', [3, 2, 3, 3], new Float32Array(54), 'w');
  const y = g.node('Conv', [x, w], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
  g.output(g.reduceSum(g.node('Relu', [y]), [2, 3], false), 'sum');
  return g.build();
}

function optimizerGraph(): Graph {
  return buildOptimizerGraph(createOptimizer({ name: 'sgd', learningRate: 0.1, momentum: 0.9 }), 2);
}

function withNode(graph: Graph, name: string, change: (node: Node) => Partial<Node>): Graph {
  return { ...graph, nodes: graph.nodes.map((node) => (node.name === name ? { ...node, ...change(node) } : node)) };
}

function withBody(graph: Graph, change: (body: Graph) => Graph): Graph {
  return withNode(graph, 'Scan_0', ({ attributes }) => ({
    attributes: { ...attributes, body: change(attributes['body'] as Graph) },
  }));
}

describe('verifyGraph passes', () => {
  const networks: readonly NetworkDescription[] = [
    { name: 'baseline', inputShape: [1, 256, 256], layers: baseline(1) },
    { name: 'improved', inputShape: [1, 256, 256], layers: improved(1) },
    { name: 'improved, three classes', inputShape: [3, 64, 96], layers: improved(3) },
    ...recordedNetworks.map(({ name, inputShape }) => ({ name, inputShape, layers: descriptions[name] as Layer })),
  ];
  it.each(networks)('$name, training and inference', (network) => {
    const inference = buildInferenceGraph(network);
    expect(() => verifyGraph(inference)).not.toThrow();
    const loss = inference.outputs[0]?.shape[1] === 1 ? binaryCrossentropy : categoricalCrossentropy;
    expect(() => verifyGraph(buildTrainingGraph(network, loss).graph)).not.toThrow();
  });

  it('the optimisers, whose body is a graph of its own that looks outside', () => {
    expect(() => verifyGraph(optimizerGraph())).not.toThrow();
    const adam = createOptimizer({
      name: 'adam',
      learningRate: 1,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-7,
      amsgrad: true,
    });
    expect(() => verifyGraph(buildOptimizerGraph(adam, 3))).not.toThrow();
  });
});

describe('verifyGraph catches', () => {
  const stray: Value = { name: 'stray', type: 'float32', shape: ['N', 3, 4, 4] };
  const cases: readonly (readonly [string, () => Graph, string])[] = [
    [
      'an input that nothing defines',
      () => withNode(smallGraph(), 'Relu_0', () => ({ inputs: [stray] })),
      'Graph small breaks a rule: node Relu_0 (Relu): its input stray is defined by nothing',
    ],
    [
      'nodes out of order',
      () => ({ ...smallGraph(), nodes: smallGraph().nodes.toReversed() }),
      'its input ReduceSum_0:0 comes from node ReduceSum_0, which does not stand before it: the nodes are not in topological order',
    ],
    [
      'a cycle',
      () => withNode(smallGraph(), 'Relu_0', (node) => ({ inputs: node.outputs })),
      'node Relu_0 (Relu): its input Relu_0:0 comes from node Relu_0, which does not stand before it',
    ],
    [
      'a value defined twice',
      () =>
        withNode(smallGraph(), 'Relu_0', ({ outputs }) => ({
          outputs: outputs.map((output) => ({ ...output, name: 'x' })),
        })),
      'the name x is defined twice, the second time by node Relu_0',
    ],
    [
      'two nodes of one name',
      () => withNode(smallGraph(), 'Relu_0', () => ({ name: 'Conv_0' })),
      'two nodes have the name Conv_0',
    ],
    [
      'an unknown operator',
      () => withNode(smallGraph(), 'Relu_0', () => ({ op: 'LeakyRelu' })),
      'node Relu_0 (LeakyRelu): operator LeakyRelu is not one of those a graph may hold here',
    ],
    [
      'an operator named like a property of every object',
      () => withNode(smallGraph(), 'Relu_0', () => ({ op: 'toString' })),
      'operator toString is not one of those',
    ],
    [
      'too many inputs',
      () => withNode(smallGraph(), 'Relu_0', ({ inputs }) => ({ inputs: [...inputs, ...inputs] })),
      'node Relu_0 (Relu): it has 2 inputs; Relu takes 1',
    ],
    [
      'too few inputs',
      () => withNode(smallGraph(), 'Conv_0', ({ inputs }) => ({ inputs: inputs.slice(0, 1) })),
      'node Conv_0 (Conv): it has 1 inputs; Conv takes 2 to 3',
    ],
    [
      'a required input left out',
      () => withNode(smallGraph(), 'Conv_0', ({ inputs }) => ({ inputs: [inputs[0], undefined] })),
      'node Conv_0 (Conv): its input 1 is left out, which Conv needs',
    ],
    [
      'too many outputs',
      () => withNode(smallGraph(), 'Relu_0', ({ outputs }) => ({ outputs: [...outputs, stray] })),
      'node Relu_0 (Relu): it has 2 outputs; Relu gives 1',
    ],
    [
      'an unknown attribute',
      () => withNode(smallGraph(), 'Conv_0', ({ attributes }) => ({ attributes: { ...attributes, padding: [1, 1] } })),
      'node Conv_0 (Conv): Conv has no attribute padding; it has kernel_shape, strides, pads, dilations, group',
    ],
    [
      'a fraction that is not wrapped',
      () =>
        withNode(smallGraph(), 'Conv_0', ({ attributes }) => ({ attributes: { ...attributes, strides: [1.5, 1] } })),
      'attribute strides is [1.5, 1], not a list of integers',
    ],
    [
      'a number where a list belongs',
      () => withNode(smallGraph(), 'Conv_0', ({ attributes }) => ({ attributes: { ...attributes, strides: 2 } })),
      'node Conv_0 (Conv): attribute strides is 2, not a list of integers',
    ],
    [
      'a bare number where a fraction belongs',
      () => withNode(smallGraph(), 'Relu_0', () => ({ op: 'HardSigmoid', attributes: { alpha: 1 } })),
      'node Relu_0 (HardSigmoid): attribute alpha is 1, not a number wrapped with float()',
    ],
    [
      'a recorded shape that the operator does not give',
      () =>
        withNode(smallGraph(), 'Relu_0', ({ outputs }) => ({
          outputs: outputs.map((output) => ({ ...output, shape: ['N', 3, 4, 5] })),
        })),
      'output Relu_0:0 is recorded as float32 [N, 3, 4, 5], but Relu gives float32 [N, 3, 4, 4]',
    ],
    [
      'a recorded type that the operator does not give',
      () =>
        withNode(smallGraph(), 'Relu_0', ({ outputs }) => ({
          outputs: outputs.map((output) => ({ ...output, type: 'bool' as const })),
        })),
      'is recorded as bool [N, 3, 4, 4], but Relu gives float32',
    ],
    [
      'an input taken for another shape than it has',
      () =>
        withNode(smallGraph(), 'Relu_0', ({ inputs }) => ({
          inputs: inputs.map((input) => input && { ...input, shape: ['M', 3, 4, 4] }),
        })),
      'it takes Conv_0:0 for float32 [M, 3, 4, 4], but that is float32 [N, 3, 4, 4]',
    ],
    [
      'shapes that do not fit the operator',
      () => withNode(smallGraph(), 'Conv_0', ({ attributes }) => ({ attributes: { ...attributes, group: 2 } })),
      'node Conv_0 (Conv): Conv cannot take x [N, 2, 4, 4], w [3, 2, 3, 3]: the filters take 2 x 2 channels',
    ],
    [
      'a graph without an output',
      () => ({ ...smallGraph(), outputs: [] }),
      'Graph small breaks a rule: it has no output',
    ],
    ['an output that nothing produces', () => ({ ...smallGraph(), outputs: [stray] }), 'nothing produces output stray'],
    [
      'an output named twice',
      () => ({ ...smallGraph(), outputs: [...smallGraph().outputs, ...smallGraph().outputs] }),
      'output sum stands twice',
    ],
    [
      'an output of another type than recorded',
      () => ({ ...smallGraph(), outputs: smallGraph().outputs.map((output) => ({ ...output, shape: ['N', 4] })) }),
      'output sum is recorded as float32 [N, 4], but it is float32 [N, 3]',
    ],
    [
      'a constant of the wrong length',
      () => withConstant(smallGraph(), ({ value }) => ({ value, data: new Float32Array(53) })),
      'constant w has 53 elements, but its shape is [3, 2, 3, 3]',
    ],
    [
      'a constant of the wrong element type',
      () => withConstant(smallGraph(), ({ value }) => ({ value, data: new Float64Array(54) })),
      'constant w is float32, but its data are a Float64Array',
    ],
    [
      'an impossible dimension',
      () => ({ ...smallGraph(), inputs: smallGraph().inputs.map((input) => ({ ...input, shape: [-1, 2, 4, 4] })) }),
      'value x has the impossible shape [-1, 2, 4, 4]',
    ],
    [
      'a value without a name',
      () => ({ ...smallGraph(), inputs: smallGraph().inputs.map((input) => ({ ...input, name: '' })) }),
      'a value of input has no name',
    ],
    [
      'a Scan without a body',
      () => withNode(optimizerGraph(), 'Scan_0', () => ({ attributes: { num_scan_inputs: 3 } })),
      'node Scan_0 (Scan): its body is not a graph',
    ],
    [
      'a body with another number of inputs',
      () => withBody(optimizerGraph(), (body) => ({ ...body, inputs: body.inputs.slice(1) })),
      'its body has 2 inputs for 3 that are scanned',
    ],
    [
      'a body whose inputs have another shape',
      () =>
        withBody(optimizerGraph(), (body) => ({
          ...body,
          inputs: body.inputs.map((input) => ({ ...input, shape: [7] })),
        })),
      'its body takes gradient_chunk for float32 [7], but one step of gradient is float32 [65536]',
    ],
    [
      'a broken node inside a body',
      () =>
        withBody(optimizerGraph(), (body) =>
          withNode(body, 'chunk_Mul_0', ({ inputs }) => ({ inputs: [inputs[0], stray] })),
        ),
      'Graph optimizer_chunk breaks a rule: node chunk_Mul_0 (Mul): its input stray is defined by nothing',
    ],
    [
      'a body that hides a name of the graph around it',
      () =>
        withBody(optimizerGraph(), (body) =>
          withNode(body, 'chunk_Mul_0', ({ outputs }) => ({
            outputs: outputs.map((output) => ({ ...output, name: 'rate' })),
          })),
        ),
      'Graph optimizer_chunk breaks a rule: the name rate is defined twice',
    ],
  ];
  it.each(cases)('%s', (_name, graph, message) => {
    const error = caught(() => verifyGraph(graph()));
    expect(error).toBeInstanceOf(PneumoscopeError);
    expect((error as PneumoscopeError).code).toBe('E_GRAPH');
    expect((error as PneumoscopeError).message).toContain(message);
  });
});

function withConstant(graph: Graph, change: (constant: Constant) => Constant): Graph {
  return {
    ...graph,
    constants: graph.constants.map((constant) => (constant.value.name === 'w' ? change(constant) : constant)),
  };
}

function caught(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
