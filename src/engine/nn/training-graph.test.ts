/** Whole training graphs against PyTorch: layers one by one, and the article's networks and a modern one in miniature. */
import { describe, expect, it } from 'vitest';
import { requireClose } from '../../../test/operator-check.ts';
import { descriptions, recordedFeeds, recordedLayers, recordedNetworks } from '../../../test/recorded-networks.ts';
import type { RecordedNetwork } from '../../../test/recorded-networks.ts';
import { runGraph } from '../../../test/run-graph.ts';
import { lowerForGradients } from '../autodiff/lower.ts';
import { verifyGraph } from '../graph/verify.ts';
import type { Graph } from '../graph/types.ts';
import { conv2d, dense, flatten, sequence } from './layers.ts';
import { binaryCrossentropy, categoricalCrossentropy } from './losses.ts';
import { buildForward, buildInferenceGraph } from './network.ts';
import type { Layer, NetworkDescription } from './network.ts';
import { buildTrainingGraph, gradientName, nextStateName } from './training-graph.ts';

/** float32 against float64, relative to the tensor's greatest magnitude (or 0.01 where that is less). */
const tolerance = 1e-5;
const least = 0.01;

function describeNetwork({ name, inputShape }: RecordedNetwork): NetworkDescription {
  return { name, inputShape, layers: descriptions[name] as Layer };
}

function lossOf(recorded: RecordedNetwork): typeof binaryCrossentropy {
  return recorded.logits.length === recorded.labels.length ? binaryCrossentropy : categoricalCrossentropy;
}

describe.each([...recordedLayers, ...recordedNetworks])('$name', (recorded) => {
  const network = describeNetwork(recorded);
  const count = recorded.labels.length;

  it('trains with the loss, logits, gradients and running averages of PyTorch', async () => {
    const { graph, parameters, states } = buildTrainingGraph(network, lossOf(recorded));
    verifyGraph(graph);
    expect(parameters.map(({ name }) => name)).toEqual(Object.keys(recorded.parameters));
    expect(states.map(({ name }) => name)).toEqual(Object.keys(recorded.states));
    const outputs = await runGraph(graph, recordedFeeds(recorded), count);
    expect(Math.abs((outputs['loss']?.[0] ?? NaN) - recorded.loss)).toBeLessThan(tolerance);
    requireClose('logits', outputs['logits'] ?? [], recorded.logits, tolerance, least);
    for (const [name, expected] of Object.entries(recorded.gradients)) {
      requireClose(gradientName(name), outputs[gradientName(name)] ?? [], expected, tolerance, least);
    }
    for (const [name, expected] of Object.entries(recorded.nextStates)) {
      requireClose(nextStateName(name), outputs[nextStateName(name)] ?? [], expected, tolerance, least);
    }
  });

  it('gives the same logits lowered as not lowered', async () => {
    const forward = buildForward(network, 'training');
    forward.g.output(forward.logits, 'logits');
    const plain: Graph = forward.g.build();
    const lowered = lowerForGradients(plain);
    verifyGraph(plain);
    verifyGraph(lowered);
    const feeds = recordedFeeds(recorded);
    const expected = await runGraph(plain, feeds, count);
    requireClose('plain logits', expected['logits'] ?? [], recorded.logits, tolerance, least);
    const got = await runGraph(lowered, feeds, count);
    expect(requireClose('lowered logits', got['logits'] ?? [], expected['logits'] ?? [], tolerance, least)).toBe(
      recorded.logits.length,
    );
    expect(lowered.nodes.some(({ op }) => op === 'MaxPool')).toBe(false);
  });

  it.runIf(Object.keys({ ...recorded.states, ...recorded.noise }).length === 0)('infers the same logits', async () => {
    const graph = buildInferenceGraph(network);
    verifyGraph(graph);
    const { logits } = await runGraph(graph, recordedFeeds(recorded), count);
    expect(requireClose('logits', logits ?? [], recorded.logits, tolerance, least)).toBe(recorded.logits.length);
  });
});

describe('buildTrainingGraph', () => {
  it('names the parameter that does not influence the loss', () => {
    const deaf: Layer = (context, x) => {
      context.parameter('deaf/kernel', [2], { fanIn: 1, fanOut: 1 }, () => {});
      return dense(1)(context, flatten()(context, x));
    };
    const network: NetworkDescription = { name: 'deaf', inputShape: [1, 2, 2], layers: deaf };
    expect(() => buildTrainingGraph(network, binaryCrossentropy)).toThrow(
      'Parameter deaf/kernel does not influence the loss',
    );
  });

  it('says where a network does not end in logits', () => {
    const network: NetworkDescription = { name: 'headless', inputShape: [1, 4, 4], layers: sequence([conv2d(2, 3)]) };
    expect(() => buildTrainingGraph(network, binaryCrossentropy)).toThrow(
      'Network headless ends in 4 axes; it must end in [N, units]',
    );
  });

  it('is the same graph every time', () => {
    const [recorded] = recordedNetworks as readonly [RecordedNetwork];
    const build = (): Graph => buildTrainingGraph(describeNetwork(recorded), binaryCrossentropy).graph;
    expect(build()).toEqual(build());
  });
});
