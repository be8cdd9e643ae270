/** A network and its settings -> the graphs and memory layout that a training's thread needs, and its first weights. */
import { createBinaryCrossentropy, createCategoricalCrossentropy } from '../nn/losses.ts';
import type { LossSettings } from '../nn/losses.ts';
import { buildForward, buildInferenceGraph, initialise } from '../nn/network.ts';
import type { NetworkDescription, Parameter } from '../nn/network.ts';
import { averageSlot, buildOptimizerGraph, chunkSize, createOptimizer, slotsOf } from '../nn/optimizers.ts';
import type { OptimizerSettings } from '../nn/optimizer-settings.ts';
import type { Optimizer } from '../nn/optimizers.ts';
import { buildTrainingGraph } from '../nn/training-graph.ts';
import { lowerForGradients } from '../autodiff/lower.ts';
import { refuse } from '../../base/errors.ts';
import { RandomGenerator } from '../../base/random.ts';
import type { Device } from '../runtime/tensor.ts';
import type { NoiseInput, TrainingClient } from '../runtime/training-client.ts';
import { layOut } from '../runtime/layout.ts';
import type { Region } from '../runtime/layout.ts';
import type { TrainingProgram } from '../runtime/training-session.ts';

export interface BuiltTraining {
  readonly program: TrainingProgram;
  readonly optimizer: Optimizer;
  readonly parameters: readonly Parameter[];
  readonly states: readonly Parameter[];
  /** Random inputs of a step with their shape behind the batch. */
  readonly noise: readonly { readonly name: string; readonly features: readonly number[] }[];
}

export interface ProgramSettings {
  readonly optimizer: OptimizerSettings;
  readonly loss?: LossSettings | undefined;
  /** The largest norm of a gradient; default: any. */
  readonly clipNorm?: number | undefined;
  /** Whether the weights are averaged over the steps; default false. */
  readonly average?: boolean | undefined;
  /** Two classes have one unit, more have one each. */
  readonly classCount: number;
  readonly device: Device;
  readonly threads: number;
}

/** Floats between the starts of two states; nothing walks over them in chunks. */
const stateGranularity = 16;
const noiseStream = 3;

export function unitsFor(classCount: number): number {
  return classCount === 2 ? 1 : classCount;
}

/** The reverse of {@link unitsFor}. @throws PneumoscopeError E_USAGE for a network that ends in two units */
export function countClasses(network: NetworkDescription): number {
  const units = Number(buildForward(network, 'inference').logits.shape[1]);
  if (units === 1) return 2;
  if (units > 2) return units;
  refuse(
    'E_USAGE',
    `Network ${network.name} ends in ${units} units; two classes take one unit, three and more take one each`,
  );
}

/** @param network ends in {@link unitsFor} logits */
export function buildTraining(network: NetworkDescription, settings: ProgramSettings): BuiltTraining {
  const { classCount, device, threads, clipNorm, average = false } = settings;
  const createLoss = classCount === 2 ? createBinaryCrossentropy : createCategoricalCrossentropy;
  const { graph, parameters, states, noise } = buildTrainingGraph(network, createLoss(settings.loss));
  const optimizer = createOptimizer(settings.optimizer);
  const parameterLayout = layOut(parameters, chunkSize);
  const program: TrainingProgram = {
    training: graph,
    optimizer: buildOptimizerGraph(optimizer, parameterLayout.length / chunkSize, { clipNorm, average }),
    inference: lowerForGradients(buildInferenceGraph(network)),
    parameters: parameterLayout,
    states: layOut(states, stateGranularity),
    slots: slotsOf(optimizer, { average }),
    averageSlot: average ? averageSlot : null,
    // As is usual: biases, and the scales and shifts of normalisations, keep their size.
    decayed: parameters.map(({ name }) => name).filter((name) => name.endsWith('/kernel')),
    chunkSize,
    imageShape: network.inputShape,
    units: unitsFor(classCount),
    device,
    threads,
  };
  const shapes = new Map(graph.inputs.map(({ name, shape }) => [name, shape.slice(1) as readonly number[]]));
  return {
    program,
    optimizer,
    parameters,
    states,
    noise: noise.map(({ name }) => ({ name, features: shapes.get(name) ?? [] })),
  };
}

/** The names of the buffers of a training's state. */
export function bufferNames({ program }: BuiltTraining, withBest: boolean): readonly string[] {
  const averages = program.averageSlot === null ? [] : ['averageStates'];
  return ['weights', 'states', ...program.slots, ...averages, ...(withBest ? ['bestWeights', 'bestStates'] : [])];
}

/** In bytes, the best weights included where they are kept. */
export function stateSize({ program }: BuiltTraining, withBest: boolean): number {
  const { parameters, states, slots, averageSlot } = program;
  const best = withBest ? 1 : 0;
  const averages = averageSlot === null ? 0 : 1;
  return 4 * (parameters.length * (1 + slots.length + best) + states.length * (1 + averages + best));
}

/** Draws the first weights and states, a function of the seed alone. */
export async function initialiseTraining(client: TrainingClient, training: BuiltTraining, seed: number): Promise<void> {
  const { program, parameters, states } = training;
  const fill = async (
    buffer: string,
    tensors: readonly Parameter[],
    regions: readonly Region[],
    first: number,
  ): Promise<void> => {
    for (const [index, tensor] of tensors.entries()) {
      const values = new Float32Array(tensor.shape.reduce((total, size) => total * size, 1));
      initialise(tensor, seed, first + index, values);
      await client.write(buffer, (regions[index] as Region).offset, values);
    }
  };
  await fill('weights', parameters, program.parameters.regions, 0);
  await fill('states', states, program.states.regions, parameters.length);
}

/** The random inputs of one step, a function of the seed and the step alone. */
export function drawNoise({ noise }: BuiltTraining, seed: number, step: number, count: number): NoiseInput[] {
  return noise.map(({ name, features }, index) => {
    const random = new RandomGenerator(seed, noiseStream, step, index);
    const data = new Float32Array(features.reduce((total, size) => total * size, count));
    for (let i = 0; i < data.length; i++) data[i] = random.next();
    return { name, shape: [count, ...features], data };
  });
}
