import { describe, expect, it } from 'vitest';
import { MemoryGate } from './memory-gate.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('work that needs memory', () => {
  it('begins in its order while there is room, and one alone always does', async () => {
    const gate = new MemoryGate(100);
    const begun: string[] = [];
    const ends = new Map<string, PromiseWithResolvers<void>>();
    const enter = (name: string, bytes: number): Promise<string> => {
      const end = Promise.withResolvers<void>();
      ends.set(name, end);
      return gate.run(bytes, async () => {
        begun.push(name);
        await end.promise;
        return name;
      });
    };
    const all = [enter('a', 60), enter('b', 50), enter('c', 30), enter('huge', 500), enter('d', 1)];
    await turn();
    // c would fit, but b was first.
    expect(begun).toEqual(['a']);
    ends.get('a')?.resolve();
    await turn();
    expect(begun).toEqual(['a', 'b', 'c']);
    ends.get('b')?.resolve();
    await turn();
    expect(begun).toEqual(['a', 'b', 'c']);
    ends.get('c')?.resolve();
    await turn();
    expect(begun).toEqual(['a', 'b', 'c', 'huge']);
    ends.get('huge')?.resolve();
    await turn();
    expect(begun).toEqual(['a', 'b', 'c', 'huge', 'd']);
    ends.get('d')?.resolve();
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'huge', 'd']);
  });

  it('gives its memory back when it fails', async () => {
    const gate = new MemoryGate(100);
    const failing = gate.run(100, () => Promise.reject(new Error('damaged')));
    const next = gate.run(100, async () => 'done');
    await expect(failing).rejects.toThrow('damaged');
    expect(await next).toBe('done');
  });
});
