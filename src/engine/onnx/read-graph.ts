/** The graph of a model file, whole, for who changes it. What runs a model leaves that to the runtime, which needs no copy here. */
import { PneumoscopeError } from '../../base/errors.ts';
import type { Graph } from '../graph/types.ts';
import { decodeModel } from './decode.ts';
import { openModel, toModelError } from './model-fields.ts';

export interface ReadGraph {
  /** Input: `images` alone. Outputs: `logits` and `probability`. Constants may be views of `bytes`. */
  readonly graph: Graph;
  /** The file's. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** @throws PneumoscopeError E_NOT_FOUND; E_MODEL_FILE when the file is damaged or is no classifier */
export async function readClassifierGraph(path: string): Promise<ReadGraph> {
  return decodeClassifierGraph(await readModelBytes(path, (size) => new Uint8Array(size)), path);
}

/** As {@link readClassifierGraph}, of the file's bytes. @param path what sentences call them */
export function decodeClassifierGraph(bytes: Uint8Array<ArrayBuffer>, path: string): ReadGraph {
  const { graph } = decodeModel(bytes, path);
  const missing = ['logits', 'probability'].find((name) => !graph.outputs.some((output) => output.name === name));
  if (missing === undefined && graph.inputs.length === 1 && graph.inputs[0]?.name === 'images') return { graph, bytes };
  const what = missing === undefined ? 'other inputs than images' : `no output ${missing}`;
  throw new PneumoscopeError('E_MODEL_FILE', `${path} is damaged: the model in it is no classifier (it has ${what})`);
}

/**
 * Not readFile, which may take small files from a pool: this memory may move to another thread.
 *
 * @throws PneumoscopeError E_NOT_FOUND, E_MODEL_FILE
 */
export async function readModelBytes<Memory extends ArrayBufferLike>(
  path: string,
  allocate: (size: number) => Uint8Array<Memory>,
): Promise<Uint8Array<Memory>> {
  const handle = await openModel(path);
  try {
    const { size } = await handle.stat();
    const bytes = allocate(size);
    let done = 0;
    while (done < size) {
      const { bytesRead } = await handle.read(bytes, done, Math.min(size - done, 2 ** 30), done);
      if (bytesRead === 0) throw new PneumoscopeError('E_MODEL_FILE', `${path} became shorter while it was read`);
      done += bytesRead;
    }
    return bytes;
  } catch (error) {
    throw error instanceof PneumoscopeError ? error : toModelError(error, path);
  } finally {
    await handle.close();
  }
}
