/**
 * The outermost fields of an .onnx file, found with a few positioned reads: the graph, which holds the weights and may be hundreds of
 * megabytes, is stepped over.
 */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { budgets } from '../../base/budgets.ts';
import { PneumoscopeError } from '../../base/errors.ts';

/** Numbers of ModelProto's fields in onnx.proto3. */
export const modelFields = {
  irVersion: 1,
  producer: 2,
  producerVersion: 3,
  graph: 7,
  metadata: 14,
  function: 25,
} as const;

/** Where a field stands in the file, in bytes. */
export interface FieldSpan {
  readonly number: number;
  /** Of its tag. */
  readonly start: number;
  /** Of what follows the tag, and for a length-delimited field its length. */
  readonly contentStart: number;
  readonly end: number;
  /** Of a varint. */
  readonly integer?: number;
}

/** What a model is read from: an open file, or its bytes. */
export interface ModelBytes {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
}

/** Bytes in memory, read as a file is. */
export function toModelBytes(bytes: Uint8Array): ModelBytes {
  return {
    read: async (buffer, offset, length, position) => {
      const piece = bytes.subarray(position, position + length);
      buffer.set(piece, offset);
      return { bytesRead: piece.length };
    },
  };
}

/** A tag and a length, ten bytes each at most. */
const longestPrefix = 20;

/**
 * Opens a file, lets `work` read it and closes it.
 *
 * @throws PneumoscopeError E_NOT_FOUND; E_MODEL_FILE for what cannot be opened, and for whatever `work` throws
 */
export async function withModelFile<T>(
  path: string,
  work: (handle: ModelBytes, size: number) => Promise<T>,
): Promise<T> {
  const handle = await openModel(path);
  try {
    const { size } = await handle.stat();
    return await work(handle, size);
  } catch (error) {
    throw toModelError(error, path);
  } finally {
    await handle.close();
  }
}

export function toModelError(error: unknown, path: string): PneumoscopeError {
  const reason = error instanceof Error ? error.message : String(error);
  return new PneumoscopeError(
    'E_MODEL_FILE',
    `${path} is not a complete .onnx model file (${reason}); name a model.onnx that 'train' wrote`,
    { cause: error },
  );
}

/** Opening a pipe would wait for a writer unless it is told not to. @throws PneumoscopeError E_NOT_FOUND, E_MODEL_FILE */
export async function openModel(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT')
        throw new PneumoscopeError(
          'E_NOT_FOUND',
          `The model file ${path} does not exist; name a model.onnx that 'train' wrote`,
        );
      throw new PneumoscopeError(
        'E_MODEL_FILE',
        `The model file ${path} cannot be opened (${error.code}); check its permissions`,
        { cause: error },
      );
    },
  );
  const entry = await handle.stat();
  if (entry.isFile()) return handle;
  await handle.close();
  if (!entry.isDirectory()) {
    throw new PneumoscopeError(
      'E_MODEL_FILE',
      `${path} is a pipe, socket or device; name a model file, which is read twice`,
    );
  }
  throw new PneumoscopeError(
    'E_MODEL_FILE',
    `${path} is a folder; name the model file in it, such as ${path.replace(/[/\\]$/, '')}/model.onnx`,
  );
}

/**
 * The fields in the file's order; exactly one of them is the graph.
 *
 * @throws Error where the bytes are not a model, or end too soon
 */
export async function* walkFields(handle: ModelBytes, size: number): AsyncGenerator<FieldSpan, void, undefined> {
  if (size === 0) throw new Error('it is empty');
  let graphs = 0;
  let fields = 0;
  let irVersion = 0;
  for (let position = 0; position < size;) {
    // Ours has ten.
    if (++fields > budgets.modelFields.limit) throw new Error(`it has more than ${budgets.modelFields.limit} fields`);
    const prefix = await readAt(handle, position, Math.min(longestPrefix, size - position));
    const reader = new BinaryReader(prefix);
    const [number, wireType] = reader.tag();
    const start = position;
    if (wireType === WireType.LengthDelimited) {
      const length = reader.uint32();
      const contentStart = start + reader.pos;
      position = contentStart + length;
      if (position > size) throw new Error('its end is missing');
      if (number === modelFields.graph) graphs++;
      yield { number, start, contentStart, end: position };
    } else {
      const contentStart = start + reader.pos;
      const integer = wireType === WireType.Varint ? Number(reader.int64()) : undefined;
      if (integer === undefined) reader.skip(wireType, number);
      else if (number === modelFields.irVersion) irVersion = integer;
      position = start + reader.pos;
      yield { number, start, contentStart, end: position, ...(integer === undefined ? {} : { integer }) };
    }
  }
  if (irVersion < 1 || graphs !== 1) {
    throw new Error(graphs > 1 ? 'it holds more than one graph' : 'it holds no graph');
  }
}

export async function readAt(handle: ModelBytes, position: number, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(length);
  await fillAt(handle, position, buffer);
  return buffer;
}

/** Fills the whole buffer. @throws Error where the file ends before */
export async function fillAt(handle: ModelBytes, position: number, buffer: Uint8Array): Promise<void> {
  let done = 0;
  while (done < buffer.length) {
    const { bytesRead } = await handle.read(buffer, done, buffer.length - done, position + done);
    if (bytesRead === 0) throw new Error('its end is missing');
    done += bytesRead;
  }
}
