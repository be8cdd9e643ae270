/** Runs a graph once in a test: allocates every output, feeds what the graph takes. */
import type { Dimension, Graph } from '../src/engine/graph/types.ts';
import { Session } from '../src/engine/runtime/session.ts';
import type { SessionOptions } from '../src/engine/runtime/session.ts';
import type { Tensor, Tensors } from '../src/engine/runtime/tensor.ts';
import { tensor } from './operator-check.ts';

/**
 * @param feeds tensors by name; those that are no input of the graph are left out
 * @param batchSize what 'N' stands for
 * @returns every output's numbers by name
 */
export async function runGraph(
  graph: Graph,
  feeds: Tensors,
  batchSize = 1,
  options: SessionOptions = { threads: 1 },
): Promise<Readonly<Record<string, Float32Array>>> {
  const session = await Session.create(graph, options);
  try {
    const size = (dimension: Dimension): number => (typeof dimension === 'number' ? dimension : batchSize);
    const fetches = Object.fromEntries(
      graph.outputs.map(({ name, shape }): [string, Tensor] => [name, tensor(shape.map(size))]),
    );
    const used = graph.inputs.map(({ name }): [string, Tensor] => {
      const fed = feeds[name];
      if (!fed) throw new Error(`nothing is fed to input ${name}`);
      return [name, fed];
    });
    await session.run(Object.fromEntries(used), fetches);
    return Object.fromEntries(Object.entries(fetches).map(([name, { data }]) => [name, data as Float32Array]));
  } finally {
    await session.release();
  }
}
