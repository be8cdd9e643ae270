/**
 * The bytes of a small graph that has one of everything, against a recorded file that a reader written apart from this
 * project's encoder took to pieces (test/fixtures/operators/read_onnx.py).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/builder.ts';
import { float } from '../graph/types.ts';
import type { Graph, Value } from '../graph/types.ts';
import { encodeModel } from './encode.ts';

const options = {
  metadata: { labels: '["NORMAL","PNEUMONIA"]', größe: 'ü' },
  producerVersion: '1.2.3',
  documentation: 'One of everything.',
};

/** Every kind of attribute, a body, symbols, every element type, an input left out, a sequence as output. */
function smallGraph(): Graph {
  const g = new GraphBuilder('everything');
  const x = g.input('x', 'float32', ['N', 2]);
  const rows = g.input('rows', 'float32', [3, 2]);
  const clipped = g.node('Clip', [x, undefined, g.scalar(0.5)]);
  const softmax = g.node('Softmax', [clipped], { axis: -1 });
  const gate = g.node('HardSigmoid', [softmax], { alpha: float(0.25), beta: float(-1.5) });
  const turned = g.transpose(gate, [1, 0]);
  const padded = g.node('Pad', [turned, g.integers([0, 0, 1, 0])], { mode: 'constant' });
  g.output(padded, 'padded');
  const body = new GraphBuilder('body');
  body.output(
    body.mul(body.input('row', 'float32', [2]), body.constant('float32', [2], Float32Array.of(1, -2), 'factors')),
  );
  const [scanned] = g.nodeWithOutputs('Scan', [rows], { body: body.build(), num_scan_inputs: 1 }, 1);
  g.output(scanned as Value, 'scanned');
  g.constant('float64', [1], Float64Array.of(1.5), 'double');
  g.constant('float16', [1], Uint16Array.of(0x3e00), 'half');
  g.constant('int32', [2], Int32Array.of(-1, 70_000), 'integers32');
  g.constant('int64', [1], BigInt64Array.of(-(2n ** 40n)), 'integers64');
  g.constant('uint8', [3], Uint8Array.of(0, 128, 255), 'bytes');
  g.constant('bool', [2], Uint8Array.of(1, 0), 'booleans');
  const graph = g.build();
  return {
    ...graph,
    outputs: [...graph.outputs, { name: 'sequence', type: 'float32', shape: ['2*N'], sequence: true }],
  };
}

const file = new URL('../../../test/fixtures/operators/encode.json', import.meta.url);

describe('encodeModel', () => {
  const bytes = encodeModel(smallGraph(), options);
  const out = process.env['ENCODE_OUT'];
  if (out !== undefined) writeFileSync(out, bytes);
  const golden = JSON.parse(readFileSync(file, 'utf8')) as { readonly bytes: string; readonly parsed: Parsed };

  interface Parsed {
    readonly [name: string]: unknown;
    readonly graph: {
      readonly node: readonly {
        readonly op_type: string;
        readonly input: readonly string[];
        readonly attribute?: readonly unknown[];
      }[];
      readonly initializer: readonly {
        readonly name: string;
        readonly data_type: number;
        readonly dims?: readonly number[];
        readonly raw_data: string;
      }[];
      readonly input: readonly unknown[];
      readonly output: readonly unknown[];
    };
  }

  it('writes the recorded bytes', () => {
    expect(Buffer.from(bytes).toString('base64')).toBe(golden.bytes);
  });

  const { graph } = golden.parsed;
  const attributesOf = (op: string): readonly unknown[] =>
    graph.node.find(({ op_type }) => op_type === op)?.attribute ?? [];

  it('writes the head: version, producer, operator set, metadata', () => {
    const { graph: _graph, ...head } = golden.parsed;
    expect(head).toEqual({
      ir_version: 8,
      producer_name: 'pneumoscope',
      producer_version: '1.2.3',
      doc_string: 'One of everything.',
      opset_import: [{ domain: '', version: 18 }],
      metadata_props: [
        { key: 'labels', value: '["NORMAL","PNEUMONIA"]' },
        { key: 'größe', value: 'ü' },
      ],
    });
  });

  it('writes attributes of every kind with their type', () => {
    expect(attributesOf('Softmax')).toEqual([{ name: 'axis', i: -1, type: 2 }]);
    expect(attributesOf('HardSigmoid')).toEqual([
      { name: 'alpha', f: 0.25, type: 1 },
      { name: 'beta', f: -1.5, type: 1 },
    ]);
    expect(attributesOf('Transpose')).toEqual([{ name: 'perm', ints: [1, 0], type: 7 }]);
    expect(attributesOf('Pad')).toEqual([{ name: 'mode', s: 'constant', type: 3 }]);
    expect(attributesOf('Scan')).toEqual([
      {
        name: 'body',
        g: expect.objectContaining({
          name: 'body',
          node: [expect.objectContaining({ op_type: 'Mul', input: ['row', 'factors'] })],
        }),
        type: 5,
      },
      { name: 'num_scan_inputs', i: 1, type: 2 },
    ]);
  });

  it('writes an input left out as an empty name', () => {
    expect(graph.node.find(({ op_type }) => op_type === 'Clip')?.input).toEqual(['x', '', 'constant_0']);
  });

  it('writes constants of every element type as little-endian bytes', () => {
    const held = Object.fromEntries(
      graph.initializer.map(({ name, data_type, dims, raw_data }) => [name, [data_type, dims, raw_data]]),
    );
    expect(held).toMatchObject({
      constant_0: [1, undefined, '0000003f'],
      constant_1: [7, [4], '0000000000000000000000000000000001000000000000000000000000000000'],
      double: [11, [1], '000000000000f83f'],
      half: [10, [1], '003e'],
      integers32: [6, [2], 'ffffffff70110100'],
      integers64: [7, [1], '0000000000ffffff'],
      bytes: [2, [3], '0080ff'],
      booleans: [9, [2], '0100'],
    });
  });

  it('writes symbols, and a sequence as an output', () => {
    const tensorType = (elements: number, ...dim: readonly unknown[]): unknown => ({
      tensor_type: { elem_type: elements, shape: { dim } },
    });
    expect(graph.input).toEqual([
      { name: 'x', type: tensorType(1, { dim_param: 'N' }, { dim_value: 2 }) },
      { name: 'rows', type: tensorType(1, { dim_value: 3 }, { dim_value: 2 }) },
    ]);
    expect(graph.output.at(-1)).toEqual({
      name: 'sequence',
      type: { sequence_type: { elem_type: tensorType(1, { dim_param: '2*N' }) } },
    });
  });

  it('refuses a fraction that is not wrapped', () => {
    const g = new GraphBuilder('fraction');
    const x = g.input('x', 'float32', [1]);
    g.output(g.node('HardSigmoid', [x], { alpha: 0.5 as never }));
    expect(() => encodeModel(g.build())).toThrow('Attribute alpha is 0.5; write a fraction as float(0.5)');
  });

  it('writes a constant that is a part of a larger buffer', () => {
    const g = new GraphBuilder('view');
    const whole = Float32Array.of(9, 1, 2, 9);
    g.output(g.add(g.input('x', 'float32', [2]), g.constant('float32', [2], whole.subarray(1, 3), 'part')), 'y');
    const plain = new GraphBuilder('view');
    plain.output(
      plain.add(plain.input('x', 'float32', [2]), plain.constant('float32', [2], Float32Array.of(1, 2), 'part')),
      'y',
    );
    expect(encodeModel(g.build())).toEqual(encodeModel(plain.build()));
  });
});
