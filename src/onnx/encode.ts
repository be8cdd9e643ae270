/**
 * Graph -> the bytes of an .onnx file (a ModelProto of onnx.proto3, IR version 8).
 * Field numbers are those of onnx.proto3; the wire format is left to the protobuf library.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { PneumoscopeError } from '../errors.ts';
import { opsetVersion } from '../graph/types.ts';
import type { AttributeValue, Constant, Graph, Node, Value } from '../graph/types.ts';
import { dataTypes } from './data-types.ts';

const irVersion = 8;

export interface EncodeOptions {
  /** Written as metadata_props: the JSON texts that make a graph a model (labels, threshold, preprocessing ...). */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Returns the file's bytes. Constants are written as raw little-endian data. */
export function encodeModel(graph: Graph, options: EncodeOptions = {}): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int64(irVersion);
  writer.tag(2, WireType.LengthDelimited).string('pneumoscope');
  message(writer, 7, (w) => writeGraph(w, graph));
  message(writer, 8, (w) => {
    w.tag(1, WireType.LengthDelimited).string('');
    w.tag(2, WireType.Varint).int64(opsetVersion);
  });
  for (const [key, value] of Object.entries(options.metadata ?? {})) {
    message(writer, 14, (w) => {
      w.tag(1, WireType.LengthDelimited).string(key);
      w.tag(2, WireType.LengthDelimited).string(value);
    });
  }
  return writer.finish();
}

function message(writer: BinaryWriter, field: number, write: (writer: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

function writeGraph(writer: BinaryWriter, graph: Graph): void {
  for (const node of graph.nodes) message(writer, 1, (w) => writeNode(w, node));
  writer.tag(2, WireType.LengthDelimited).string(graph.name);
  for (const constant of graph.constants) message(writer, 5, (w) => writeTensor(w, constant));
  for (const input of graph.inputs) message(writer, 11, (w) => writeValueInfo(w, input));
  for (const output of graph.outputs) message(writer, 12, (w) => writeValueInfo(w, output));
}

function writeNode(writer: BinaryWriter, node: Node): void {
  for (const input of node.inputs) writer.tag(1, WireType.LengthDelimited).string(input?.name ?? '');
  for (const output of node.outputs) writer.tag(2, WireType.LengthDelimited).string(output.name);
  writer.tag(3, WireType.LengthDelimited).string(node.name);
  writer.tag(4, WireType.LengthDelimited).string(node.op);
  for (const [name, value] of Object.entries(node.attributes)) {
    message(writer, 5, (w) => writeAttribute(w, name, value));
  }
}

function writeAttribute(writer: BinaryWriter, name: string, value: AttributeValue): void {
  writer.tag(1, WireType.LengthDelimited).string(name);
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) {
      throw new PneumoscopeError('E_GRAPH', `Attribute ${name} is ${value}; write a fraction as float(${value}).`);
    }
    writer.tag(3, WireType.Varint).int64(value);
    writer.tag(20, WireType.Varint).int32(2);
  } else if (typeof value === 'string') {
    writer.tag(4, WireType.LengthDelimited).bytes(new TextEncoder().encode(value));
    writer.tag(20, WireType.Varint).int32(3);
  } else if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    writer.tag(20, WireType.Varint).int32(1);
  } else if ('nodes' in value) {
    message(writer, 6, (w) => writeGraph(w, value));
    writer.tag(20, WireType.Varint).int32(5);
  } else {
    for (const item of value) writer.tag(8, WireType.Varint).int64(item);
    writer.tag(20, WireType.Varint).int32(7);
  }
}

function writeTensor(writer: BinaryWriter, { value, data }: Constant): void {
  for (const dimension of value.shape) writer.tag(1, WireType.Varint).int64(Number(dimension));
  writer.tag(2, WireType.Varint).int32(dataTypes[value.type]);
  writer.tag(8, WireType.LengthDelimited).string(value.name);
  writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValueInfo(writer: BinaryWriter, value: Value): void {
  writer.tag(1, WireType.LengthDelimited).string(value.name);
  message(writer, 2, (type) => {
    if (value.sequence) message(type, 4, (sequence) => message(sequence, 1, (element) => writeTensorType(element, value)));
    else writeTensorType(type, value);
  });
}

function writeTensorType(writer: BinaryWriter, value: Value): void {
  message(writer, 1, (tensor) => {
    tensor.tag(1, WireType.Varint).int32(dataTypes[value.type]);
    message(tensor, 2, (shape) => {
      for (const dimension of value.shape) {
        message(shape, 1, (w) => {
          if (typeof dimension === 'number') w.tag(1, WireType.Varint).int64(dimension);
          else w.tag(2, WireType.LengthDelimited).string(dimension);
        });
      }
    });
  });
}
