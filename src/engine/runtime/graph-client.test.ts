import { describe, expect, it } from 'vitest';
import { tensor } from '../../../test/operator-check.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/types.ts';
import { GraphClient, type GraphSettings } from './graph-client.ts';

/** y = x w, with w fed; and z = x w + 1. */
function buildGraphs(): { readonly product: Graph; readonly shifted: Graph } {
  const build = (shift: number): Graph => {
    const g = new GraphBuilder('g');
    const product = g.mul(g.input('x', 'float32', ['N', 3]), g.input('w', 'float32', [3]));
    g.output(g.add(product, g.scalar(shift)), 'y');
    return g.build();
  };
  return { product: build(0), shifted: build(1) };
}

const start = (settings: Partial<GraphSettings> = {}): Promise<GraphClient> =>
  GraphClient.start({
    file: 'model.onnx',
    graphs: { ...buildGraphs() },
    shared: { w: tensor([3], [1, 10, 100]) },
    device: 'cpu',
    threads: 1,
    ...settings,
  });

const ask = async (client: GraphClient, graph: string): Promise<number[]> => {
  const { y } = await client.run(graph, { x: tensor([1, 3], [1, 2, 3]) }, { y: [1, 3] });
  return [...(y ?? [])];
};

describe('GraphClient', () => {
  it('runs several graphs on the same tensors, in the order in which it is asked', async () => {
    const client = await start();
    expect(client.outputNames('product')).toContain('y');
    expect(await Promise.all([ask(client, 'product'), ask(client, 'shifted')])).toEqual([
      [1, 20, 300],
      [2, 21, 301],
    ]);
    await client.close();
    await client.close();
  });

  it('permutes a shared tensor for all graphs, the same way for the same seed', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    for (const client of [one, other]) await client.shuffle('w', 5);
    const shuffled = await ask(one, 'product');
    expect(await ask(other, 'product')).toEqual(shuffled);
    expect((await ask(one, 'shifted')).map((value) => value - 1)).toEqual(shuffled);
    expect(shuffled.map((value, index) => value / (index + 1)).toSorted((a, b) => a - b)).toEqual([1, 10, 100]);
    expect(shuffled).not.toEqual([1, 20, 300]);
    await Promise.all([one.close(), other.close()]);
  });

  it('says in a sentence what the runtime refuses, and goes on', async () => {
    const client = await start();
    await expect(client.run('product', { x: tensor([1, 2], [1, 2]) }, { y: [1, 3] })).rejects.toMatchObject({
      code: 'E_MODEL_FILE',
      message: expect.stringMatching(/^model\.onnx is damaged: .*Input x/) as string,
    });
    expect(await ask(client, 'product')).toEqual([1, 20, 300]);
    await client.close();
    await expect(ask(client, 'product')).rejects.toThrow('the model was closed');
  });

  it('does not start on a device that is not there', async () => {
    await expect(start({ device: 'cuda' })).rejects.toMatchObject({ code: 'E_DEVICE' });
  });
});
