/**
 * What an .onnx file says about itself, read without its graph. The metadata may stand before or behind it.
 */
import { budgets } from '../../base/budgets.ts';
import { refuseExternalData } from './external-data.ts';
import {
  modelFields,
  readAt,
  toModelBytes,
  toModelError,
  walkFields,
  withModelFile,
  type ModelBytes,
} from './model-fields.ts';
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

/** @throws PneumoscopeError E_NOT_FOUND; E_MODEL_FILE when the file is cut short, damaged, no ONNX model, or keeps weights in other files */
export function readModelHeader(path: string): Promise<ModelHeader> {
  return withModelFile(path, readHeader);
}

/** As {@link readModelHeader}, of the file's bytes. @param path what sentences call them */
export async function parseModelHeader(bytes: Uint8Array, path: string): Promise<ModelHeader> {
  try {
    return await readHeader(toModelBytes(bytes), bytes.length);
  } catch (error) {
    throw toModelError(error, path);
  }
}

async function readHeader(handle: ModelBytes, size: number): Promise<ModelHeader> {
  const header = { irVersion: 0, producer: '', producerVersion: '' };
  const metadata = new Map<string, string>();
  let bytes = 0;
  for await (const { number, contentStart, end, integer } of walkFields(handle, size)) {
    if (integer !== undefined) {
      if (number === modelFields.irVersion) header.irVersion = integer;
      continue;
    }
    if (number === modelFields.graph || number === modelFields.function) {
      const message = number === modelFields.graph ? 'graph' : 'function';
      await refuseExternalData(handle, message, { start: contentStart, end });
    }
    const { producer, producerVersion, metadata: entry } = modelFields;
    if (number !== producer && number !== producerVersion && number !== entry) continue;
    bytes += end - contentStart;
    // Ours are a few kilobytes, and some more for a model that was calibrated.
    if (bytes > budgets.modelMetadataBytes.limit) throw new Error('its metadata is too large');
    const content = await readAt(handle, contentStart, end - contentStart);
    if (number === entry) addEntry(metadata, content);
    else header[number === producer ? 'producer' : 'producerVersion'] = new TextDecoder().decode(content);
  }
  return { ...header, metadata: Object.fromEntries(metadata), size };
}

function addEntry(metadata: Map<string, string>, content: Uint8Array): void {
  const [key, value] = readEntry(content);
  if (metadata.has(key)) throw new Error(`its metadata has ${JSON.stringify(key.slice(0, 100))} twice`);
  metadata.set(key, value);
}
