/** The engine's side of the benchmark: matrix product, training steps and inference, each ready to be timed. */
import { GraphBuilder } from '../src/engine/graph/builder.ts';
import { buildInferenceGraph, initialise } from '../src/engine/nn/network.ts';
import type { OptimizerSettings } from '../src/engine/nn/optimizer-settings.ts';
import { RandomGenerator } from '../src/base/random.ts';
import { views } from '../src/engine/runtime/layout.ts';
import { Session } from '../src/engine/runtime/session.ts';
import type { Tensor } from '../src/engine/runtime/tensor.ts';
import { TrainingSession } from '../src/engine/runtime/training-session.ts';
import { describeNetwork } from '../src/study/train/networks.ts';
import { buildTraining } from '../src/engine/fit/training-program.ts';

export type ArticleNetwork = 'baseline' | 'improved';

/** The article's. */
export const optimizers: Readonly<Record<ArticleNetwork, OptimizerSettings>> = {
  baseline: { name: 'rmsprop', learningRate: 1e-4, rho: 0.9, epsilon: 1e-7, epsilonPlacement: 'outside' },
  improved: { name: 'adam', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: true },
};

/** Something that can be run again and again, and freed. */
export interface Workload {
  readonly run: () => Promise<void>;
  readonly release: () => Promise<void>;
}

function randomFloats(length: number): Float32Array {
  const random = new RandomGenerator(1, length);
  return new Float32Array(length).map(() => random.next());
}

/** The float32 product of two square matrices: 2 size³ floating-point operations. */
export async function matrixProduct(size: number, threads: number): Promise<Workload> {
  const g = new GraphBuilder('matrix_product');
  const shape = [size, size];
  g.output(g.matMul(g.input('a', 'float32', shape), g.input('b', 'float32', shape)), 'c');
  const session = await Session.create(g.build(), { threads });
  const tensor = (): Tensor => ({ type: 'float32', shape, data: randomFloats(size * size) });
  const [feeds, fetches] = [{ a: tensor(), b: tensor() }, { c: tensor() }];
  return { run: () => session.run(feeds, fetches), release: () => session.release() };
}

/** A whole training step on this thread: forward, backward, optimiser. */
export async function trainingStep(
  name: ArticleNetwork,
  size: number,
  batch: number,
  threads: number,
): Promise<Workload> {
  const optimizer = optimizers[name];
  const training = buildTraining(describeNetwork(name, 1, size), { optimizer, classCount: 2, device: 'cpu', threads });
  const session = await TrainingSession.create(training.program);
  const weights = views(session.buffers['weights'] ?? new Float32Array(), training.program.parameters);
  training.parameters.forEach((parameter, index) => {
    initialise(parameter, 1, index, weights[parameter.name]?.data as Float32Array);
  });
  const images = randomFloats(batch * size * size);
  const labels = new Float32Array(batch).map((_, index) => index % 2);
  let step = 0;
  return {
    run: async () => {
      step++;
      // A tiny rate: random labels must not drive the weights into a region where denormals slow the arithmetic.
      await session.step(images, labels, { rate: training.optimizer.rate(optimizer.learningRate * 1e-3, step) });
    },
    release: () => session.release(),
  };
}

/** Inference with the weights inside the graph, as from a model file. */
export async function inference(name: ArticleNetwork, size: number, batch: number, threads: number): Promise<Workload> {
  const graph = buildInferenceGraph(describeNetwork(name, 1, size));
  const weights = graph.inputs.slice(1).map((value, index) => {
    const shape = value.shape as readonly number[];
    const data = new Float32Array(shape.reduce((total, length) => total * length, 1));
    const random = new RandomGenerator(2, index);
    for (let i = 0; i < data.length; i++) data[i] = random.uniform(-0.03, 0.03);
    return { value, data };
  });
  const session = await Session.create(
    { ...graph, inputs: graph.inputs.slice(0, 1), constants: [...graph.constants, ...weights] },
    { threads, blockedLayout: true },
  );
  const images: Tensor = { type: 'float32', shape: [batch, 1, size, size], data: randomFloats(batch * size * size) };
  const logits: Tensor = { type: 'float32', shape: [batch, 1], data: new Float32Array(batch) };
  return { run: () => session.run({ images }, { logits }), release: () => session.release() };
}
