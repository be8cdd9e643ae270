/**
 * Whether a model file keeps weights in other files, as the format allows: no digest of the file covers those, and a copy of it leaves them
 * behind. Found without reading the weights: what is no part of the way to a tensor is stepped over.
 */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { budgets } from '../../base/budgets.ts';
import { readAt, type ModelBytes } from './model-fields.ts';

/** Messages of onnx.proto3 that may hold tensors: by field number, the message in that field. */
const messages = {
  graph: { 1: 'node', 5: 'tensor', 15: 'sparseTensor' },
  function: { 7: 'node', 11: 'attribute' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparseTensor', 23: 'sparseTensor' },
  sparseTensor: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
} as const satisfies Readonly<Record<string, Readonly<Record<number, string>>>>;

type Message = keyof typeof messages;

/** Of TensorProto. */
const externalData = 13;
const dataLocation = 14;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** @throws Error where a tensor of the message lies in another file, or the bytes are no such message */
export async function refuseExternalData(handle: ModelBytes, message: Message, span: Span): Promise<void> {
  await new Walk(handle).visit(message, span, 0);
}

const windowBytes = 2 ** 16;
/** A tag and a length or a number: ten bytes each at most. */
const longestPrefix = 20;

class Walk {
  readonly #handle: ModelBytes;
  #window: Uint8Array = new Uint8Array(0);
  #from = 0;
  #fields = 0;

  constructor(handle: ModelBytes) {
    this.#handle = handle;
  }

  async visit(message: Message, { start, end }: Span, depth: number): Promise<void> {
    if (depth > 3 * budgets.modelGraphDepth.limit) throw new Error('its graphs are nested too deeply');
    const inner: Readonly<Record<number, Message>> = messages[message];
    for (let position = start; position < end;) {
      if (++this.#fields > budgets.modelGraphFields.limit) throw new Error('its graph has too many fields');
      const reader = new BinaryReader(await this.#read(position, end));
      const [number, wireType] = reader.tag();
      if (wireType === WireType.LengthDelimited) {
        const length = reader.uint32();
        const content = { start: position + reader.pos, end: position + reader.pos + length };
        if (content.end > end) throw new Error('its end is missing');
        if (message === 'tensor' && number === externalData) refuse();
        const next = inner[number];
        if (next !== undefined) await this.visit(next, content, depth + 1);
        position = content.end;
      } else {
        if (message === 'tensor' && number === dataLocation && wireType === WireType.Varint) {
          if (reader.uint32() !== 0) refuse();
        } else reader.skip(wireType, number);
        position += reader.pos;
      }
    }
  }

  /** The bytes from a position on, as many as a field's beginning can have. */
  async #read(position: number, end: number): Promise<Uint8Array> {
    const length = Math.min(longestPrefix, end - position);
    const offset = position - this.#from;
    if (offset < 0 || offset + length > this.#window.length) {
      this.#from = position;
      this.#window = await readAt(this.#handle, position, Math.min(windowBytes, end - position));
      return this.#window.subarray(0, length);
    }
    return this.#window.subarray(offset, offset + length);
  }
}

function refuse(): never {
  throw new Error('its weights lie in other files, which its digest does not cover');
}
