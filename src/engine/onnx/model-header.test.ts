import { execFileSync } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/builder.ts';
import { encodeModel } from './encode.ts';
import { readModelHeader } from './model-header.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'model-header-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(bytes: Uint8Array): Promise<string> {
  const name = path.join(folder, 'model.onnx');
  await writeFile(name, bytes);
  return name;
}

function model(metadata: Record<string, string>): Uint8Array {
  const g = new GraphBuilder('g');
  g.output(g.node('Relu', [g.input('x', 'float32', [2])]), 'y');
  return encodeModel(g.build(), { metadata, producerVersion: '1.2' });
}

const refused = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'E_MODEL_FILE', message: expect.stringMatching(message) });

describe('readModelHeader', () => {
  it('reads metadata behind the graph', async () => {
    const name = await file(model({ a: '1', b: '"ß"' }));
    expect(await readModelHeader(name)).toMatchObject({
      irVersion: 8,
      producer: 'pneumoscope',
      producerVersion: '1.2',
      metadata: { a: '1', b: '"ß"' },
    });
  });

  it('reads metadata before a graph of a gigabyte without reading the graph', async () => {
    const size = 2 ** 30;
    const head = new BinaryWriter();
    head.tag(1, WireType.Varint).int64(8);
    head
      .tag(14, WireType.LengthDelimited)
      .fork()
      .tag(1, WireType.LengthDelimited)
      .string('k')
      .tag(2, WireType.LengthDelimited)
      .string('v')
      .join();
    // A graph of one tensor, whose content is all but a few bytes of it: each length takes five bytes.
    head.tag(7, WireType.LengthDelimited).uint32(size + 12);
    head.tag(5, WireType.LengthDelimited).uint32(size + 6);
    head.tag(9, WireType.LengthDelimited).uint32(size);
    const bytes = head.finish();
    const name = await file(bytes);
    const handle = await open(name, 'r+');
    await handle.truncate(bytes.length + size);
    await handle.close();
    expect(await readModelHeader(name)).toMatchObject({ metadata: { k: 'v' }, size: bytes.length + size });
    await rm(name);
  });

  it.each<[string, readonly number[]]>([
    ['a constant of the graph', [7, 5]],
    ['an attribute of a node', [7, 1, 5, 5]],
    ["the attribute of a node within a node's graph", [7, 1, 5, 6, 1, 5, 5]],
    ['one of several tensors of an attribute', [7, 1, 5, 10]],
    ['the values of a sparse tensor', [7, 15, 1]],
    ['a function', [25, 7, 5, 5]],
  ])('refuses weights in other files, which no digest covers: %s', async (_where, way) => {
    for (const field of ['external_data', 'data_location']) {
      const head = new BinaryWriter();
      head.tag(1, WireType.Varint).int64(8);
      if (way[0] !== 7) head.tag(7, WireType.LengthDelimited).bytes(new Uint8Array(0));
      for (const number of way) head.tag(number, WireType.LengthDelimited).fork();
      head.tag(8, WireType.LengthDelimited).string('weights'.repeat(20_000));
      if (field === 'external_data') head.tag(13, WireType.LengthDelimited).string('x');
      else head.tag(14, WireType.Varint).int32(1);
      for (const _ of way) head.join();
      await expect(readModelHeader(await file(head.finish()))).rejects.toEqual(
        refused(/weights lie in other files, which its digest does not cover/),
      );
    }
  });

  it('says in one sentence what is wrong with a file', async () => {
    const good = model({ a: '1' });
    for (let length = 1; length < good.length; length++) {
      const outcome = await readModelHeader(await file(good.subarray(0, length))).then(
        ({ metadata }) => JSON.stringify(metadata),
        (error: unknown) => (error as Error).message,
      );
      expect(outcome).toMatch(/^\{\}$|model\.onnx is not a complete \.onnx model file \([^\n]+\); name a model\.onnx/);
    }
    await expect(readModelHeader(await file(new Uint8Array(0)))).rejects.toEqual(refused(/it is empty/));
    await expect(readModelHeader(await file(new Uint8Array(5000).fill(0x89)))).rejects.toEqual(
      refused(/not a complete/),
    );
    await expect(readModelHeader(await file(Buffer.concat([good, good])))).rejects.toEqual(
      refused(/more than one graph|twice/),
    );
    await expect(readModelHeader(await file(Buffer.alloc(200_000, Uint8Array.of(0x08, 0x01))))).rejects.toEqual(
      refused(/more than 10000 fields/),
    );
    await expect(readModelHeader(path.join(folder, 'none.onnx'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(readModelHeader(folder)).rejects.toEqual(refused(/is a folder/));
  });

  it.skipIf(process.platform === 'win32')('does not wait for a pipe', async () => {
    const pipe = path.join(folder, 'pipe.onnx');
    execFileSync('mkfifo', [pipe]);
    await expect(readModelHeader(pipe)).rejects.toEqual(refused(/is a pipe/));
  });

  it('does not read hostile metadata of hundreds of megabytes', async () => {
    const size = 300 * 2 ** 20;
    const bytes = new BinaryWriter()
      .tag(1, WireType.Varint)
      .int64(8)
      .tag(14, WireType.LengthDelimited)
      .uint32(size)
      .finish();
    const name = await file(bytes);
    const handle = await open(name, 'r+');
    await handle.truncate(bytes.length + size);
    await handle.close();
    await expect(readModelHeader(name)).rejects.toEqual(refused(/metadata is too large/));
    await rm(name);
  });
});
