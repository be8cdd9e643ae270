/** What a session promises about memory, errors, devices and repeatability. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tensor } from '../../../test/operator-check.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/types.ts';
import { RandomGenerator } from '../../base/random.ts';
import { Session } from './session.ts';
import type { Device, Tensors } from './tensor.ts';

function sumGraph(): Graph {
  const g = new GraphBuilder('sum');
  g.output(g.add(g.input('x', 'float32', ['N', 2]), g.input('y', 'float32', ['N', 2])), 'z');
  return g.build();
}

async function withSession<T>(graph: Graph, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await Session.create(graph, { threads: 1 });
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}

describe('the memory of a run', () => {
  it("is the caller's: results are written into the arrays given", async () => {
    await withSession(sumGraph(), async (session) => {
      const whole = new Float32Array(6).fill(9);
      const z = { type: 'float32', shape: [2, 2], data: whole.subarray(1, 5) } as const;
      await session.run({ x: tensor([2, 2], [1, 2, 3, 4]), y: tensor([2, 2], [10, 20, 30, 40]) }, { z });
      expect([...whole]).toEqual([9, 11, 22, 33, 44, 9]);
    });
  });

  it('follows the arrays as they change, also for a tensor that was fed before', async () => {
    await withSession(sumGraph(), async (session) => {
      const [x, y, z] = [tensor([1, 2], [1, 2]), tensor([1, 2], [1, 1]), tensor([1, 2])];
      await session.run({ x, y }, { z });
      x.data.set([5, 6]);
      await session.run({ x, y }, { z });
      expect([...z.data]).toEqual([6, 7]);
    });
  });

  it("may be an input's own: an elementwise graph updates in place", async () => {
    await withSession(sumGraph(), async (session) => {
      const [x, y] = [tensor([1, 2], [1, 2]), tensor([1, 2], [10, 100])];
      for (let i = 0; i < 3; i++) await session.run({ x, y }, { z: x });
      expect([...x.data]).toEqual([31, 302]);
    });
  });

  it('is not copied into new arrays', async () => {
    const size = 4_194_304;
    const g = new GraphBuilder('large');
    g.output(g.add(g.input('x', 'float32', [size]), g.scalar(1)), 'z');
    await withSession(g.build(), async (session) => {
      const [x, z] = [tensor([size]), tensor([size])];
      await session.run({ x }, { z });
      const before = process.memoryUsage().arrayBuffers;
      for (let i = 0; i < 4; i++) await session.run({ x }, { z: i % 2 === 0 ? z : x });
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(size);
      expect([x.data[0], x.data[size - 1]]).toEqual([2, 2]);
    });
  });

  it('writes only the outputs that are wanted', async () => {
    const g = new GraphBuilder('two');
    const x = g.input('x', 'float32', [2]);
    g.output(g.add(x, x), 'twice');
    g.output(g.mul(x, x), 'square');
    await withSession(g.build(), async (session) => {
      const square = tensor([2]);
      await session.run({ x: tensor([2], [3, 4]) }, { square });
      expect([...square.data]).toEqual([9, 16]);
    });
  });
});

describe('a run with the wrong tensors', () => {
  const x = tensor([1, 2], [1, 2]);
  const y = tensor([1, 2], [3, 4]);
  const z = tensor([1, 2]);
  it.each<[string, Tensors, Tensors, string, string]>([
    ['an input that is not fed', { x }, { z }, 'E_GRAPH', 'Input y of the graph was not fed'],
    ['an output that does not exist', { x, y }, { w: z }, 'E_GRAPH', 'The graph has no output w'],
    [
      'another rank',
      { x, y: tensor([2]) },
      { z },
      'E_SHAPE_MISMATCH',
      'Input y is float32 [N, 2], but received float32 [2]',
    ],
    [
      'another size',
      { x, y: tensor([1, 3]) },
      { z },
      'E_SHAPE_MISMATCH',
      'Input y is float32 [N, 2], but received float32 [1, 3]',
    ],
    [
      'two batch sizes',
      { x, y: tensor([2, 2]) },
      { z: tensor([2, 2]) },
      'E_SHAPE_MISMATCH',
      'Input y is float32 [N, 2], but received float32 [2, 2], while N is 1 in x',
    ],
    [
      'an output of another size',
      { x, y },
      { z: tensor([2, 2]) },
      'E_SHAPE_MISMATCH',
      'Output z is float32 [N, 2], but received float32 [2, 2], while N is 1 in x',
    ],
    [
      'another element type',
      { x, y: { type: 'int64', shape: [1, 2], data: new BigInt64Array(2) } },
      { z },
      'E_SHAPE_MISMATCH',
      'Input y is float32 [N, 2], but received int64 [1, 2]',
    ],
    [
      'data that do not fill the shape',
      { x, y: { type: 'float32', shape: [1, 2], data: new Float32Array(3) } },
      { z },
      'E_SHAPE_MISMATCH',
      'received float32 [1, 2] with 3 elements',
    ],
  ])('%s: says so, and the next run works', async (_name, feeds, fetches, code, message) => {
    await withSession(sumGraph(), async (session) => {
      const error = await session.run(feeds, fetches).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(PneumoscopeError);
      expect((error as PneumoscopeError).code).toBe(code);
      expect((error as PneumoscopeError).message).toContain(message);
      await session.run({ x, y }, { z });
      expect([...z.data]).toEqual([4, 6]);
    });
  });

  it('that only the runtime can refuse: the error comes through, and the next run works', async () => {
    const g = new GraphBuilder('late');
    const pairs = g.reshape(g.input('x', 'float32', ['2*N']), [-1, 2]);
    g.output(g.add(pairs, g.reshape(g.input('y', 'float32', ['N']), [-1, 1])), 'z');
    await withSession(g.build(), async (session) => {
      const bad = session.run({ x: tensor([6]), y: tensor([2]) }, { z: tensor([2, 2]) });
      await expect(bad).rejects.toThrow(/Add/);
      const good = tensor([2, 2]);
      await session.run({ x: tensor([4], [1, 2, 3, 4]), y: tensor([2], [10, 20]) }, { z: good });
      expect([...good.data]).toEqual([11, 12, 23, 24]);
    });
  });
});

describe('the same session settings', () => {
  it.each([1, 2])('give the same bits in three sessions with %i threads', async (threads) => {
    const random = new RandomGenerator(5);
    const noise = (shape: readonly number[]): ReturnType<typeof tensor> => {
      const result = tensor(shape);
      for (let i = 0; i < result.data.length; i++) result.data[i] = random.normal();
      return result;
    };
    const g = new GraphBuilder('bits');
    const x = g.input('x', 'float32', ['N', 8, 24, 24]);
    const w = g.input('w', 'float32', [16, 8, 3, 3]);
    const y = g.node('Conv', [x, w], { kernel_shape: [3, 3] });
    g.output(g.reduceSum(g.matMul(g.reshape(y, [-1, 16, 484]), g.reshape(y, [-1, 484, 16])), [0], false), 'z');
    const feeds = { x: noise([6, 8, 24, 24]), w: noise([16, 8, 3, 3]) };
    const results: Buffer[] = [];
    for (let i = 0; i < 3; i++) {
      const session = await Session.create(g.build(), { threads });
      const z = tensor([16, 16]);
      await session.run(feeds, { z });
      await session.release();
      results.push(Buffer.from(z.data.buffer));
    }
    expect(results.every((result) => result.equals(results[0] as Buffer))).toBe(true);
    expect(results[0]?.some((byte) => byte !== 0)).toBe(true);
  });
});

describe('devices', () => {
  it('that do not exist are an error in one sentence', async () => {
    const error = await Session.create(sumGraph(), { device: 'abacus' as Device }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(PneumoscopeError);
    expect((error as PneumoscopeError).code).toBe('E_DEVICE');
    expect((error as PneumoscopeError).message).toMatch(
      /^Device abacus is not available on this machine \(.+\); use --device cpu$/,
    );
  });
});

describe('a profile', () => {
  it('is written when the session is released', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pneumoscope-profile-'));
    const session = await Session.create(sumGraph(), { profilePrefix: join(folder, 'trace') });
    await session.run({ x: tensor([1, 2]), y: tensor([1, 2]) }, { z: tensor([1, 2]) });
    await session.release();
    expect((await readdir(folder)).filter((file) => /^trace.*\.json$/.test(file))).toHaveLength(1);
    await rm(folder, { recursive: true });
  });
});
