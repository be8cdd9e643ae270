/** TensorProto -> a typed array, from raw bytes or from the typed fields that other writers use. */
import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { Constant, ElementType, TensorData } from '../graph/types.ts';
import { dataTypes } from './data-types.ts';
import { readFields, safeInteger } from './wire.ts';

/** By TensorProto.DataType. */
export const elementTypes: ReadonlyMap<number, ElementType> = new Map(
  Object.entries(dataTypes).map(([name, code]) => [code, name as ElementType]),
);

type TensorArray = new (buffer: ArrayBuffer, offset: number, length: number) => TensorData;

const arrays: { readonly [Type in ElementType]: TensorArray & { readonly BYTES_PER_ELEMENT: number } } = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/** @throws Error when the content does not fit the shape, or lies in another file */
export function readTensor(bytes: Uint8Array): Constant {
  const shape: number[] = [];
  let type: ElementType | undefined;
  let name = '';
  let raw: Uint8Array | undefined;
  const typed: TensorData[] = [];
  for (const field of readFields(bytes)) {
    if (field.number === 1) shape.push(...field.integers().map(safeInteger));
    else if (field.number === 2) type = elementTypes.get(field.integer());
    else if (field.number === 4) typed.push(readFloats(field.bytes()));
    else if (field.number === 5) typed.push(Int32Array.from(field.integers(), Number));
    else if (field.number === 7) typed.push(BigInt64Array.from(field.integers()));
    else if (field.number === 8) name = field.text();
    else if (field.number === 9) raw = field.bytes();
    else if (field.number === 13 || (field.number === 14 && field.integer() !== 0))
      throw new Error(`the content of ${name} lies in another file`);
  }
  if (type === undefined) throw new Error(`${name} has an element type that is not used here`);
  if (shape.some((size) => size < 0)) throw new Error(`${name} has a negative size`);
  const data = raw === undefined ? readTyped(name, type, typed) : view(raw, type, name);
  const count = shape.reduce((total, size) => total * size, 1);
  if (data.length !== count)
    throw new Error(`${name} has ${data.length} values, where its shape [${shape.join(', ')}] needs ${count}`);
  return { value: { name, type, shape }, data };
}

/** Views the bytes in place where they are aligned, which the format does not promise. */
function view(raw: Uint8Array, type: ElementType, name: string): TensorData {
  const ArrayType = arrays[type];
  const size = ArrayType.BYTES_PER_ELEMENT;
  if (raw.length % size !== 0) throw new Error(`${name} has ${raw.length} bytes of ${type}`);
  const aligned = raw.byteOffset % size === 0 && raw.buffer instanceof ArrayBuffer ? raw : new Uint8Array(raw);
  return new ArrayType(aligned.buffer as ArrayBuffer, aligned.byteOffset, raw.length / size);
}

function readTyped(name: string, type: ElementType, typed: readonly TensorData[]): TensorData {
  const [only] = typed;
  if (only === undefined) return view(new Uint8Array(0), type, name);
  if (typed.length > 1) throw new Error(`${name} has its content in pieces`);
  if (only instanceof Int32Array && type !== 'int32') {
    if (type === 'bool' || type === 'uint8') return Uint8Array.from(only);
    if (type === 'float16') return Uint16Array.from(only);
  }
  if (only.constructor !== arrays[type]) throw new Error(`${name} has content of another type than ${type}`);
  return only;
}

function readFloats(packed: Uint8Array): Float32Array {
  if (packed.length % 4 !== 0) throw new Error(`${packed.length} bytes of float32`);
  const reader = new BinaryReader(packed);
  return Float32Array.from({ length: packed.length / 4 }, () => reader.float());
}
