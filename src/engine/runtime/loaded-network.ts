/** A trained network from an .onnx file: images in, logits out. */
/// <reference lib="esnext.disposable" preserve="true" />
import { refuse } from '../../base/errors.ts';
import { formatShape } from '../graph/shape.ts';
import type { Shape, Value } from '../graph/types.ts';
import { readClassifierGraph } from '../onnx/read-graph.ts';
import { GraphClient } from './graph-client.ts';
import type { Device } from './tensor.ts';

export interface LoadNetworkOptions {
  /** Default 'cpu'. */
  readonly device?: Device | undefined;
  /** Default: all cores. The last bits of a result depend on it. */
  readonly threads?: number | undefined;
}

/** How many images are given to the network at once. */
const predictedTogether = 64;

/** It computes in a thread of its own; close() ends the thread. */
export class LoadedNetwork {
  /** Channels, height, width of an image. */
  readonly inputShape: readonly [number, number, number];
  /** Logits per image. */
  readonly units: number;
  readonly #client: GraphClient;

  /** Use {@link loadNetwork}. */
  constructor(client: GraphClient, inputShape: readonly [number, number, number], units: number) {
    this.#client = client;
    this.inputShape = inputShape;
    this.units = units;
  }

  /**
   * The network's answers, before the sigmoid or softmax.
   *
   * @param images float32, NCHW, one behind the other
   * @returns logits [count * units]
   * @throws PneumoscopeError E_SHAPE_MISMATCH when the values are no whole number of images
   */
  async predict(images: Float32Array): Promise<Float32Array<ArrayBuffer>> {
    const size = this.inputShape.reduce((total, side) => total * side, 1);
    const count = images.length / size;
    if (!Number.isInteger(count)) {
      refuse(
        'E_SHAPE_MISMATCH',
        `The network takes images ${formatShape(this.inputShape)}, which are ${size} values each, but ${images.length} were given`,
      );
    }
    const all = new Float32Array(count * this.units);
    for (let first = 0; first < count; first += predictedTogether) {
      // A copy: its memory moves to the thread.
      const data = images.slice(first * size, (first + predictedTogether) * size);
      const together = data.length / size;
      const feeds = { images: { type: 'float32', shape: [together, ...this.inputShape], data } } as const;
      const { logits } = await this.#client.run('network', feeds, { logits: [together, this.units] });
      all.set(logits as Float32Array, first * this.units);
    }
    return all;
  }

  /** Finishes what was asked, frees the memory and ends the thread. May be called twice. */
  async close(): Promise<void> {
    await this.#client.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Reads what `Trainer.save` wrote, or any model file of this program: one input `images` [N, C, H, W], an output `logits` [N, units].
 *
 * @throws PneumoscopeError E_NOT_FOUND; E_MODEL_FILE when the file is damaged or another program's; E_DEVICE
 */
export async function loadNetwork(path: string, options: LoadNetworkOptions = {}): Promise<LoadedNetwork> {
  const { device = 'cpu', threads } = options;
  const { graph } = await readClassifierGraph(path);
  const [, ...inputShape] = knownShape(path, graph.inputs[0]);
  const [, units] = knownShape(
    path,
    graph.outputs.find(({ name }) => name === 'logits'),
  );
  if (inputShape.length !== 3 || units === undefined) refuseFile(path, 'it takes no images [N, C, H, W]');
  const client = await GraphClient.start({ file: path, graphs: { network: graph }, shared: {}, device, threads });
  return new LoadedNetwork(client, inputShape as [number, number, number], units);
}

/** The sizes behind the batch. */
function knownShape(path: string, value: Value | undefined): number[] {
  const shape: Shape = value?.shape ?? [];
  return shape.map((size, axis) => {
    if (axis === 0) return 0;
    if (typeof size === 'number') return size;
    refuseFile(path, `its ${value?.name} have an unknown size, ${formatShape(shape)}`);
  });
}

function refuseFile(path: string, reason: string): never {
  refuse('E_MODEL_FILE', `${path} holds no network that can be asked here: ${reason}`);
}
