import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/builder.ts';
import { decodeModel } from './decode.ts';
import { encodeModel } from './encode.ts';
import { readModelHeader } from './model-header.ts';
import { replaceMetadata } from './replace-metadata.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'replace-metadata-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(bytes: Uint8Array): Promise<string> {
  const name = path.join(folder, 'model.onnx');
  await writeFile(name, bytes);
  return name;
}

async function collect(name: string, metadata: Record<string, string>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  // Copied, since the memory of a piece is used again.
  for await (const piece of replaceMetadata(name, metadata)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

function model(metadata: Record<string, string>, weights = 3): Uint8Array {
  const g = new GraphBuilder('g');
  const data = Float32Array.from({ length: weights }, (_, index) => index / 7);
  g.output(g.node('Add', [g.input('x', 'float32', [weights]), g.constant('float32', [weights], data)]), 'y');
  return encodeModel(g.build(), { metadata, producerVersion: '1.2', documentation: 'a model' });
}

const refused = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'E_MODEL_FILE', message: expect.stringMatching(message) as string });

describe('replaceMetadata', () => {
  it('gives the bytes that encoding the same graph with those metadata gives', async () => {
    const name = await file(model({ a: '1', other: 'x' }));
    expect(await collect(name, { a: '2', b: 'ß', other: 'x' })).toEqual(
      Buffer.from(model({ a: '2', b: 'ß', other: 'x' })),
    );
    expect(await collect(name, {})).toEqual(Buffer.from(model({})));
    expect(await readFile(name)).toEqual(Buffer.from(model({ a: '1', other: 'x' })));
  });

  it('copies weights of several pieces', async () => {
    const weights = 700_000;
    const name = await file(model({ a: '1' }, weights));
    const bytes = await collect(name, { a: '2' });
    expect(bytes.equals(model({ a: '2' }, weights))).toBe(true);
    expect(decodeModel(bytes).metadata).toEqual({ a: '2' });
  });

  it('takes out metadata that stand before the graph, and keeps what it does not know', async () => {
    const graph = Buffer.from(model({}));
    const entry = new BinaryWriter()
      .tag(14, WireType.LengthDelimited)
      .fork()
      .tag(1, WireType.LengthDelimited)
      .string('a')
      .join()
      .finish();
    const unknown = new BinaryWriter().tag(99, WireType.Bit64).fixed64(7).tag(98, WireType.Varint).int64(-1).finish();
    const name = await file(Buffer.concat([entry, unknown, graph]));
    const bytes = await collect(name, { b: '2' });
    expect(bytes.subarray(0, unknown.length)).toEqual(Buffer.from(unknown));
    expect(bytes.subarray(unknown.length)).toEqual(Buffer.from(model({ b: '2' })));
    await writeFile(name, bytes);
    expect((await readModelHeader(name)).metadata).toEqual({ b: '2' });
  });

  it('gives nothing of a file that is damaged', async () => {
    const good = model({ a: '1' });
    await expect(collect(await file(good.subarray(0, good.length - 1)), {})).rejects.toEqual(refused(/end is missing/));
    await expect(collect(await file(Buffer.from('no model')), {})).rejects.toEqual(refused(/not a complete/));
    await expect(collect(path.join(folder, 'none.onnx'), {})).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(collect(await file(good), { a: 'x'.repeat(9 * 2 ** 20) })).rejects.toEqual(
      refused(/metadata .* need/),
    );
  });

  it('notices a file that is cut short while it is copied', async () => {
    const name = await file(model({ a: '1' }, 700_000));
    const pieces = replaceMetadata(name, {});
    await pieces.next();
    const handle = await open(name, 'r+');
    await handle.truncate(100);
    await handle.close();
    await expect(
      (async () => {
        for await (const piece of pieces) expect(piece.length).toBeGreaterThan(0);
      })(),
    ).rejects.toEqual(refused(/end is missing/));
  });
});
