import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import type { PneumoscopeError } from '../../base/errors.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph, Value } from '../graph/types.ts';
import { binaryCrossentropy } from '../nn/losses.ts';
import { batchNormalization, conv2d, dense, dropout, flatten, maxPooling2d, sequence } from '../nn/layers.ts';
import { buildOptimizerGraph, createOptimizer } from '../nn/optimizers.ts';
import { buildTrainingGraph } from '../nn/training-graph.ts';
import { decodeModel } from './decode.ts';
import { encodeModel, encodeModelParts } from './encode.ts';

const damaged = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'E_MODEL_FILE', message: expect.stringMatching(message) });

const network = {
  name: 'small',
  inputShape: [1, 8, 8] as const,
  layers: sequence([
    conv2d(4, 3, { padding: 'same', activation: 'silu' }),
    batchNormalization(),
    maxPooling2d(2),
    conv2d(4, 3, { groups: 4, strides: 2 }),
    flatten(),
    dropout(0.5),
    dense(1),
  ]),
};
const adam = { name: 'adam', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: true } as const;

/** Operators with their attributes and how their inputs are wired, whatever the values are called and wherever outputs get names. */
function structure(graph: Graph): unknown {
  const sources = new Map<string, string>();
  for (const { value, data } of graph.constants) {
    sources.set(value.name, `${value.type} [${value.shape.join()}] ${[...data].join()}`);
  }
  for (const { name, type, shape } of graph.inputs) sources.set(name, `${name} ${type} [${shape.join()}]`);
  const wire = (value: Value | undefined): string | undefined => value && (sources.get(value.name) ?? value.name);
  const nodes: unknown[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(wire);
    if (node.op === 'Identity') {
      sources.set(node.outputs[0]?.name ?? '', inputs[0] ?? '');
      continue;
    }
    node.outputs.forEach((value, output) => sources.set(value.name, `${nodes.length}:${output}`));
    const attributes = Object.entries(node.attributes).map(([name, value]) => {
      return [name, typeof value === 'object' && 'nodes' in value ? structure(value) : value];
    });
    nodes.push({ op: node.op, attributes, inputs, shapes: node.outputs.map(({ shape }) => shape) });
  }
  return {
    nodes,
    outputs: graph.outputs.map((value) => ({
      ...value,
      name: graph.name === 'optimizer_chunk' ? '' : value.name,
      from: wire(value),
    })),
  };
}

describe('decodeModel', () => {
  it('gives back a training graph: operators, attributes, wiring, constants, shapes', () => {
    const { graph } = buildTrainingGraph(network, binaryCrossentropy);
    const decoded = decodeModel(encodeModel(graph, { metadata: { a: '1', ä: '{"b": "ü"}' } }));
    expect(decoded.metadata).toEqual({ a: '1', ä: '{"b": "ü"}' });
    expect(structure(decoded.graph)).toEqual(structure(graph));
  });

  it('gives back a graph with another graph inside', () => {
    const graph = buildOptimizerGraph(createOptimizer(adam), 3);
    const decoded = decodeModel(encodeModel(graph)).graph;
    expect(structure(decoded)).toEqual(structure(graph));
  });

  it('reads the typed fields of tensors that other writers use', () => {
    const g = new GraphBuilder('g');
    const x = g.input('x', 'float32', [2]);
    g.output(g.add(x, x), 'y');
    const tensor = new BinaryWriter();
    tensor.tag(1, WireType.LengthDelimited).fork().int64(2).join();
    tensor.tag(2, WireType.Varint).int32(1);
    tensor.tag(4, WireType.LengthDelimited).fork().float(1.5).float(-2).join();
    tensor.tag(8, WireType.LengthDelimited).string('c');
    const merged = insertConstant(encodeModel(g.build()), tensor.finish());
    expect(decodeModel(merged).graph.constants[0]).toEqual({
      value: { name: 'c', type: 'float32', shape: [2] },
      data: Float32Array.of(1.5, -2),
    });
  });

  it('refuses every truncation with one sentence, and never crashes on a changed byte', () => {
    const bytes = encodeModel(buildTrainingGraph(network, binaryCrossentropy).graph);
    for (let length = 0; length < bytes.length; length += 1 + Math.floor(bytes.length / 300)) {
      expect(() => decodeModel(bytes.subarray(0, length), 'cut.onnx'), String(length)).toThrow(
        damaged(/^cut\.onnx is damaged [^\n]*$/),
      );
    }
    const failures: string[] = [];
    for (let at = 0; at < bytes.length; at += 1 + Math.floor(bytes.length / 500)) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ 0xff;
      try {
        decodeModel(changed);
      } catch (error) {
        failures.push((error as PneumoscopeError).code);
      }
    }
    expect(failures.length).toBeGreaterThan(100);
    expect(new Set(failures)).toEqual(new Set(['E_MODEL_FILE']));
  });

  it.each([
    ['huge length', Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f), /premature|EOF|invalid/],
    ['wrong wire type of the graph', Uint8Array.of(0x38, 0x01), /wire type 0/],
    ['field number zero', Uint8Array.of(0x00, 0x00), /illegal tag/],
    ['endless varint', new Uint8Array(20).fill(0xff), /illegal tag|invalid varint|premature/],
    ['no graph', Uint8Array.of(0x08, 0x08), /no graph/],
    ['text', new TextEncoder().encode('<html><body>404</body></html>'), /./],
  ])('refuses %s', (_what, bytes, reason) => {
    expect(() => decodeModel(bytes)).toThrow(damaged(reason));
  });

  it('refuses operators, attributes and tensors that this project does not write', () => {
    const g = new GraphBuilder('g');
    const x = g.input('x', 'float32', [2]);
    g.output(g.node('Relu', [x]), 'y');
    const graph = g.build();
    const [relu] = graph.nodes;
    const withNode = (change: object): Uint8Array =>
      encodeModel({ ...graph, nodes: [{ ...relu, ...change } as never, ...graph.nodes.slice(1)] });
    expect(() => decodeModel(withNode({ op: 'LSTM' }))).toThrow(damaged(/LSTM/));
    expect(() => decodeModel(withNode({ attributes: { beta: 3 } }))).toThrow(damaged(/unknown attribute beta/));
    expect(() => decodeModel(withNode({ inputs: [{ ...x, name: 'z' }] }))).toThrow(damaged(/reads z/));
    const external = new BinaryWriter();
    external
      .tag(2, WireType.Varint)
      .int32(1)
      .tag(8, WireType.LengthDelimited)
      .string('w')
      .tag(14, WireType.Varint)
      .int32(1);
    expect(() => decodeModel(insertConstant(encodeModel(graph), external.finish()))).toThrow(damaged(/another file/));
    const short = new BinaryWriter();
    short
      .tag(1, WireType.Varint)
      .int64(5)
      .tag(2, WireType.Varint)
      .int32(1)
      .tag(9, WireType.LengthDelimited)
      .bytes(new Uint8Array(8));
    expect(() => decodeModel(insertConstant(encodeModel(graph), short.finish()))).toThrow(damaged(/2 values.*needs 5/));
  });
});

describe('encodeModelParts', () => {
  it('is the file in pieces, large constants as views of the graph', () => {
    const g = new GraphBuilder('g');
    const data = new Float32Array(1000).map((_, index) => index);
    g.output(g.add(g.input('x', 'float32', [1000]), g.constant('float32', [1000], data, 'c')), 'y');
    const parts = encodeModelParts(g.build(), { producerVersion: '1', documentation: 'd' });
    expect(parts.some((part) => part.buffer === data.buffer)).toBe(true);
    const bytes = concat(...parts);
    expect(bytes).toEqual(encodeModel(g.build(), { producerVersion: '1', documentation: 'd' }));
    expect(decodeModel(bytes).graph.constants[0]?.data).toEqual(data);
  });
});

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** The model with one more initialiser at the end of its graph. */
function insertConstant(model: Uint8Array, tensor: Uint8Array): Uint8Array {
  const writer = new BinaryWriter();
  const at = model.indexOf(0x3a, 15);
  let length = 0;
  let shift = 0;
  let position = at + 1;
  for (let more = true; more; shift += 7) {
    const byte = model[position++] as number;
    length |= (byte & 0x7f) << shift;
    more = byte >= 0x80;
  }
  const body = new BinaryWriter()
    .raw(model.subarray(position, position + length))
    .tag(5, WireType.LengthDelimited)
    .bytes(tensor)
    .finish();
  return writer
    .raw(model.subarray(0, at))
    .tag(7, WireType.LengthDelimited)
    .bytes(body)
    .raw(model.subarray(position + length))
    .finish();
}
