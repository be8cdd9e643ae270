/**
 * What an .onnx file says about itself, read with a few positioned reads: the graph, which holds the weights and may be hundreds of
 * megabytes, is stepped over. The metadata may stand before or behind it.
 */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { PneumoscopeError } from '../errors.ts';
import { readEntry } from './wire.ts';

export interface ModelHeader {
  readonly irVersion: number;
  /** The program that wrote the file, and its version; empty where it does not say. */
  readonly producer: string;
  readonly producerVersion: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Bytes of the file. */
  readonly size: number;
}

/** Ours needs ten fields and a few kilobytes; what has more than this is not read to its end. */
const mostFields = 10_000;
const mostBytes = 16 * 2 ** 20;
/** A tag and a length, ten bytes each at most. */
const longestPrefix = 20;
const graphField = 7;

/** @throws PneumoscopeError E_NOT_FOUND; E_MODEL_FILE when the file is cut short, damaged or no ONNX model */
export async function readModelHeader(path: string): Promise<ModelHeader> {
  const handle = await openModel(path);
  try {
    const { size } = await handle.stat();
    if (size === 0) throw new Error('it is empty');
    return await readHeader(handle, size);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PneumoscopeError(
      'E_MODEL_FILE',
      `${path} is not a complete .onnx model file (${reason}); name a model.onnx that 'train' wrote.`,
      { cause: error },
    );
  } finally {
    await handle.close();
  }
}

/** Opening a pipe would wait for a writer unless it is told not to. */
async function openModel(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT')
        throw new PneumoscopeError(
          'E_NOT_FOUND',
          `The model file ${path} does not exist; name a model.onnx that 'train' wrote.`,
        );
      throw new PneumoscopeError(
        'E_MODEL_FILE',
        `The model file ${path} cannot be opened (${error.code}); check its permissions.`,
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
      `${path} is a pipe, socket or device; name a model file, which is read twice.`,
    );
  }
  throw new PneumoscopeError(
    'E_MODEL_FILE',
    `${path} is a folder; name the model file in it, such as ${path.replace(/[/\\]$/, '')}/model.onnx.`,
  );
}

async function readHeader(handle: FileHandle, size: number): Promise<ModelHeader> {
  const header = { irVersion: 0, producer: '', producerVersion: '' };
  const metadata = new Map<string, string>();
  let graphs = 0;
  let bytes = 0;
  let fields = 0;
  for (let position = 0; position < size;) {
    if (++fields > mostFields) throw new Error(`it has more than ${mostFields} fields`);
    const prefix = await readAt(handle, position, Math.min(longestPrefix, size - position));
    const reader = new BinaryReader(prefix);
    const [number, wireType] = reader.tag();
    if (wireType !== WireType.LengthDelimited) {
      if (number === 1 && wireType === WireType.Varint) header.irVersion = Number(reader.int64());
      else reader.skip(wireType, number);
      position += reader.pos;
      continue;
    }
    const length = reader.uint32();
    const start = position + reader.pos;
    position = start + length;
    if (position > size) throw new Error('its end is missing');
    if (number === graphField) graphs++;
    if (number !== 2 && number !== 3 && number !== 14) continue;
    bytes += length;
    if (bytes > mostBytes) throw new Error('its metadata is too large');
    const content = await readAt(handle, start, length);
    if (number === 14) addEntry(metadata, content);
    else header[number === 2 ? 'producer' : 'producerVersion'] = new TextDecoder().decode(content);
  }
  if (header.irVersion < 1 || graphs !== 1)
    throw new Error(graphs > 1 ? 'it holds more than one graph' : 'it holds no graph');
  return { ...header, metadata: Object.fromEntries(metadata), size };
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) throw new Error('its end is missing');
    done += bytesRead;
  }
  return buffer;
}

function addEntry(metadata: Map<string, string>, content: Uint8Array): void {
  const [key, value] = readEntry(content);
  if (metadata.has(key)) throw new Error(`its metadata has ${JSON.stringify(key.slice(0, 100))} twice`);
  metadata.set(key, value);
}
