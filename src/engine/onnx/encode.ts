/**
 * Graph -> the bytes of an .onnx file (a ModelProto of onnx.proto3, IR version 8).
 * Field numbers are those of onnx.proto3; the wire format is left to the protobuf library.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { PneumoscopeError } from '../../base/errors.ts';
import { opsetVersion } from '../graph/types.ts';
import type { AttributeValue, Constant, Graph, Node, Value } from '../graph/types.ts';
import { dataTypes } from './data-types.ts';

const irVersion = 8;

export interface EncodeOptions {
  /** Written as metadata_props: the JSON texts that make a graph a model (labels, threshold, preprocessing ...). */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The version of the program that wrote the file. */
  readonly producerVersion?: string;
  /** What the model is, for people who look at it with other tools. */
  readonly documentation?: string;
}

/** A protobuf message must stay below 2 GiB; the rest of the file is small beside the constants. */
const largestFile = 2 ** 31 - 2 ** 24;

/** Returns the file's bytes. Constants are written as raw little-endian data. */
export function encodeModel(graph: Graph, options: EncodeOptions = {}): Uint8Array {
  const parts = encodeModelParts(graph, options);
  const bytes = new Uint8Array(totalLength(parts));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/**
 * The file's bytes in pieces, to be written one after the other: the contents of constants are views of the graph's own memory,
 * so a model of hundreds of megabytes is not copied.
 * @throws PneumoscopeError E_GRAPH above 2 GiB, the limit of the format
 */
export function encodeModelParts(graph: Graph, options: EncodeOptions = {}): Uint8Array[] {
  const size = graph.constants.reduce((total, { data }) => total + data.byteLength, 0);
  if (size > largestFile) {
    throw new PneumoscopeError(
      'E_GRAPH',
      `Graph ${graph.name} needs more than the 2 GiB that an .onnx file can hold; make the network smaller`,
    );
  }
  const body = encodeGraphParts(graph);
  const head = new BinaryWriter();
  head.tag(1, WireType.Varint).int64(irVersion);
  head.tag(2, WireType.LengthDelimited).string('pneumoscope');
  if (options.producerVersion !== undefined) head.tag(3, WireType.LengthDelimited).string(options.producerVersion);
  if (options.documentation !== undefined) head.tag(6, WireType.LengthDelimited).string(options.documentation);
  head.tag(7, WireType.LengthDelimited).uint32(totalLength(body));
  const tail = new BinaryWriter();
  message(tail, 8, (w) => {
    w.tag(1, WireType.LengthDelimited).string('');
    w.tag(2, WireType.Varint).int64(opsetVersion);
  });
  writeMetadata(tail, options.metadata ?? {});
  return [head.finish(), ...body, tail.finish()];
}

/** Fields of a ModelProto. */
export function writeMetadata(writer: BinaryWriter, metadata: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(metadata)) {
    message(writer, 14, (w) => {
      w.tag(1, WireType.LengthDelimited).string(key);
      w.tag(2, WireType.LengthDelimited).string(value);
    });
  }
}

function totalLength(parts: readonly Uint8Array[]): number {
  return parts.reduce((total, part) => total + part.length, 0);
}

/** A GraphProto's fields; the same as {@link writeGraph} writes, with the contents of constants as they lie in memory. */
function encodeGraphParts(graph: Graph): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let writer = new BinaryWriter();
  writeGraphHead(writer, graph);
  for (const { value, data } of graph.constants) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const header = new BinaryWriter();
    writeTensorHeader(header, value);
    header.tag(9, WireType.LengthDelimited).uint32(bytes.length);
    const headerBytes = header.finish();
    writer
      .tag(5, WireType.LengthDelimited)
      .uint32(headerBytes.length + bytes.length)
      .raw(headerBytes);
    parts.push(writer.finish(), bytes);
    writer = new BinaryWriter();
  }
  writeGraphTail(writer, graph);
  parts.push(writer.finish());
  return parts;
}

function message(writer: BinaryWriter, field: number, write: (writer: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

function writeGraph(writer: BinaryWriter, graph: Graph): void {
  writeGraphHead(writer, graph);
  for (const constant of graph.constants) message(writer, 5, (w) => writeTensor(w, constant));
  writeGraphTail(writer, graph);
}

function writeGraphHead(writer: BinaryWriter, graph: Graph): void {
  for (const node of graph.nodes) message(writer, 1, (w) => writeNode(w, node));
  writer.tag(2, WireType.LengthDelimited).string(graph.name);
}

function writeGraphTail(writer: BinaryWriter, graph: Graph): void {
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
      throw new PneumoscopeError('E_GRAPH', `Attribute ${name} is ${value}; write a fraction as float(${value})`);
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
  writeTensorHeader(writer, value);
  writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeTensorHeader(writer: BinaryWriter, value: Value): void {
  for (const dimension of value.shape) writer.tag(1, WireType.Varint).int64(Number(dimension));
  writer.tag(2, WireType.Varint).int32(dataTypes[value.type]);
  writer.tag(8, WireType.LengthDelimited).string(value.name);
}

function writeValueInfo(writer: BinaryWriter, value: Value): void {
  writer.tag(1, WireType.LengthDelimited).string(value.name);
  message(writer, 2, (type) => {
    if (value.sequence)
      message(type, 4, (sequence) => message(sequence, 1, (element) => writeTensorType(element, value)));
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
