/** The graph of one training step: forward, loss, and the gradient of every parameter. */
import { backward } from '../autodiff/backward.ts';
import { lowerForGradients } from '../autodiff/lower.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { pruneGraph } from '../graph/prune.ts';
import type { Graph, Value } from '../graph/types.ts';
import { verifyGraph } from '../graph/verify.ts';
import type { Loss } from './losses.ts';
import { buildForward } from './network.ts';
import type { NetworkDescription, Parameter } from './network.ts';

export interface TrainingGraph {
  /**
   * Inputs: images [N, C, H, W], labels [N], parameters, states, noise.
   * Outputs: loss [], logits [N, units], `<parameter>_grad`, `<state>_next`.
   */
  readonly graph: Graph;
  readonly parameters: readonly Parameter[];
  readonly states: readonly Parameter[];
  readonly noise: readonly { readonly name: string; readonly perImage: number }[];
}

export function gradientName(parameter: string): string {
  return `${parameter}_grad`;
}

export function nextStateName(state: string): string {
  return `${state}_next`;
}

/** @throws PneumoscopeError E_GRAPH when a parameter does not influence the loss, or the graph breaks a rule */
export function buildTrainingGraph(network: NetworkDescription, loss: Loss): TrainingGraph {
  const forward = buildForward(network, 'training');
  const labels = forward.g.input('labels', 'float32', ['N']);
  forward.g.output(loss(forward.g, forward.logits, labels), 'loss');
  forward.g.output(forward.logits, 'logits');
  for (const { state, next } of forward.updates) forward.g.output(next, nextStateName(state.name));
  const lowered = lowerForGradients(forward.g.build());
  const g = GraphBuilder.extend(lowered);
  for (const output of lowered.outputs) g.output(output);
  const targets = forward.parameters.map(({ name }) => g.inputs.find((input) => input.name === name) as Value);
  const gradients = backward(g, g.outputs[0] as Value, targets);
  for (const { name } of forward.parameters) {
    const gradient = gradients.get(name);
    if (!gradient) throw new PneumoscopeError('E_GRAPH', `Parameter ${name} does not influence the loss`);
    g.output(gradient, gradientName(name));
  }
  const graph = pruneGraph(g.build());
  verifyGraph(graph);
  return {
    graph,
    parameters: forward.parameters,
    states: forward.states,
    noise: forward.noise.map(({ value, perImage }) => ({ name: value.name, perImage })),
  };
}
