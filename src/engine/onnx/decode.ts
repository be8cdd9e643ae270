/**
 * The bytes of an .onnx file -> a Graph. Reads what this project writes: operators of its own table, tensors inside the file. Every
 * type and shape is derived anew by the operators' rules, so a graph that comes out is as sound as one that was built here.
 */
import { PneumoscopeError } from '../../base/errors.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { schemaOf } from '../graph/operators.ts';
import type { OpType } from '../graph/operators.ts';
import { float, opsetVersion } from '../graph/types.ts';
import type { AttributeValue, Dimension, ElementType, Graph, Shape, Value } from '../graph/types.ts';
import { elementTypes, readTensor } from './tensor.ts';
import { readEntry, readFields, safeInteger } from './wire.ts';

export interface DecodedModel {
  readonly graph: Graph;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A loop's body within a loop's body within ... : ours nest once. */
const deepestNesting = 4;

/**
 * @param bytes constants of the result may be views of them
 * @param file named in the error
 * @throws PneumoscopeError E_MODEL_FILE when the bytes are damaged or hold what this project does not write
 */
export function decodeModel(bytes: Uint8Array, file = 'The model'): DecodedModel {
  try {
    return readModel(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    throw new PneumoscopeError('E_MODEL_FILE', `${file} is damaged or is not a model of this program (${reason})`, {
      cause: error,
    });
  }
}

function readModel(bytes: Uint8Array): DecodedModel {
  let graph: Uint8Array | undefined;
  const metadata = new Map<string, string>();
  for (const field of readFields(bytes)) {
    if (field.number === 7) {
      if (graph !== undefined) throw new Error('it holds more than one graph');
      graph = field.bytes();
    } else if (field.number === 8) checkOperatorSet(field.bytes());
    else if (field.number === 14) {
      const [key, value] = readEntry(field.bytes());
      metadata.set(key, value);
    }
  }
  if (graph === undefined) throw new Error('it holds no graph');
  return { graph: readGraph(graph, new Map(), 0), metadata: Object.fromEntries(metadata) };
}

function checkOperatorSet(bytes: Uint8Array): void {
  let domain = '';
  let version = 0;
  for (const field of readFields(bytes)) {
    if (field.number === 1) domain = field.text();
    else if (field.number === 2) version = field.integer();
  }
  if (domain === '' && version !== opsetVersion)
    throw new Error(`it uses operator set ${version}, not ${opsetVersion}`);
}

/** The parts of a GraphProto; nodes are kept until the constants they refer to are known. */
function readGraph(bytes: Uint8Array, outer: ReadonlyMap<string, Value>, depth: number): Graph {
  if (depth > deepestNesting) throw new Error('its graphs are nested too deeply');
  const parts = {
    name: '',
    nodes: [] as Uint8Array[],
    constants: [] as Uint8Array[],
    inputs: [] as Uint8Array[],
    outputs: [] as Uint8Array[],
  };
  for (const field of readFields(bytes)) {
    if (field.number === 1) parts.nodes.push(field.bytes());
    else if (field.number === 2) parts.name = field.text();
    else if (field.number === 5) parts.constants.push(field.bytes());
    else if (field.number === 11) parts.inputs.push(field.bytes());
    else if (field.number === 12) parts.outputs.push(field.bytes());
    else if (field.number === 15) throw new Error('it holds sparse tensors');
  }
  const builder = new GraphBuilder(parts.name);
  const values = new Map(outer);
  for (const part of parts.inputs) {
    const { name, type, shape } = readValueInfo(part);
    values.set(name, builder.input(name, type, shape));
  }
  for (const part of parts.constants) {
    const { value, data } = readTensor(part);
    values.set(value.name, builder.constant(value.type, value.shape, data, value.name));
  }
  const outputs = parts.outputs.map((part) => readValueInfo(part).name);
  const named = new Map<string, Value>();
  for (const part of parts.nodes) addNode(builder, readNode(part, values, depth), values, named, new Set(outputs));
  for (const name of outputs) {
    const source = named.get(name) ?? values.get(name);
    if (!source) throw new Error(`nothing computes the output ${name}`);
    builder.output(source, name);
  }
  return builder.build();
}

interface EncodedNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

function readNode(bytes: Uint8Array, values: ReadonlyMap<string, Value>, depth: number): EncodedNode {
  const node = { op: '', inputs: [] as string[], outputs: [] as string[] };
  const attributes: [string, AttributeValue][] = [];
  for (const field of readFields(bytes)) {
    if (field.number === 1) node.inputs.push(field.text());
    else if (field.number === 2) node.outputs.push(field.text());
    else if (field.number === 4) node.op = field.text();
    else if (field.number === 5) attributes.push(readAttribute(field.bytes(), values, depth));
    else if (field.number === 7 && field.text() !== '')
      throw new Error(`operator ${field.text()}.${node.op} is not a standard one`);
  }
  return { ...node, attributes: Object.fromEntries(attributes) };
}

/**
 * Adds a node under the builder's own name for it. An Identity that only names an output is left to `builder.output`, which adds
 * one again.
 *
 * @param named receives the sources of such outputs
 */
function addNode(
  builder: GraphBuilder,
  node: EncodedNode,
  values: Map<string, Value>,
  named: Map<string, Value>,
  graphOutputs: ReadonlySet<string>,
): void {
  const schema = schemaOf(node.op);
  const unknown = Object.keys(node.attributes).find((name) => !schema.attributes.includes(name));
  if (unknown !== undefined) throw new Error(`${node.op} has the unknown attribute ${unknown}`);
  if (node.outputs.length < schema.outputs[0] || node.outputs.length > schema.outputs[1]) {
    throw new Error(`${node.op} has ${node.outputs.length} outputs`);
  }
  const inputs = node.inputs.map((name) => {
    const value = values.get(name);
    if (name !== '' && !value) throw new Error(`${node.op} reads ${name}, which nothing before it computes`);
    return value;
  });
  const [first] = node.outputs;
  if (node.op === 'Identity' && inputs[0] && first !== undefined && graphOutputs.has(first)) {
    named.set(first, inputs[0]);
    values.set(first, inputs[0]);
    return;
  }
  const outputs = builder.nodeWithOutputs(node.op as OpType, inputs, node.attributes, node.outputs.length);
  node.outputs.forEach((name, index) => {
    if (values.has(name)) throw new Error(`${name} is computed twice`);
    values.set(name, outputs[index] as Value);
  });
}

/** The attribute kinds of {@link AttributeValue}, by AttributeProto.AttributeType. */
const attributeKinds = { float: 1, integer: 2, text: 3, graph: 5, integers: 7 } as const;

function readAttribute(bytes: Uint8Array, values: ReadonlyMap<string, Value>, depth: number): [string, AttributeValue] {
  let name = '';
  let kind = 0;
  const integers: number[] = [];
  const content: { float?: number; integer?: number; text?: string; graph?: Graph } = {};
  for (const field of readFields(bytes)) {
    if (field.number === 1) name = field.text();
    else if (field.number === 2) content.float = field.float();
    else if (field.number === 3) content.integer = field.integer();
    else if (field.number === 4) content.text = field.text();
    else if (field.number === 6) content.graph = readGraph(field.bytes(), values, depth + 1);
    else if (field.number === 8) integers.push(...field.integers().map(safeInteger));
    else if (field.number === 20) kind = field.integer();
  }
  // A value of zero may be left out of the bytes.
  if (kind === attributeKinds.float) return [name, float(content.float ?? 0)];
  if (kind === attributeKinds.integer) return [name, content.integer ?? 0];
  if (kind === attributeKinds.text) return [name, content.text ?? ''];
  if (kind === attributeKinds.integers) return [name, integers];
  if (kind === attributeKinds.graph && content.graph) return [name, content.graph];
  throw new Error(`attribute ${name} is of kind ${kind}`);
}

/** A ValueInfoProto of a tensor. */
function readValueInfo(bytes: Uint8Array): {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
} {
  let name = '';
  let tensor: Uint8Array | undefined;
  for (const field of readFields(bytes)) {
    if (field.number === 1) name = field.text();
    else if (field.number === 2) tensor = onlyField(field.bytes(), 1);
  }
  if (tensor === undefined) throw new Error(`${name} is not a tensor`);
  let type: ElementType | undefined;
  let shape: Shape = [];
  for (const field of readFields(tensor)) {
    if (field.number === 1) type = elementTypes.get(field.integer());
    else if (field.number === 2)
      shape = [...readFields(field.bytes())].map((dimension) => readDimension(dimension.bytes()));
  }
  if (type === undefined) throw new Error(`${name} has an unknown element type`);
  return { name, type, shape };
}

function onlyField(bytes: Uint8Array, number: number): Uint8Array | undefined {
  const [field] = readFields(bytes);
  return field?.number === number ? field.bytes() : undefined;
}

function readDimension(bytes: Uint8Array): Dimension {
  const [field] = readFields(bytes);
  if (field?.number === 1) return field.integer();
  if (field?.number === 2) return field.text();
  throw new Error('a dimension is not given');
}
