/** Runs a model file in a thread of its own: images in, logits and probabilities out. */
import { GraphClient } from './graph-client.ts';
import { refuseModel } from './refuse-model.ts';
import { rescaleBytes } from '../../base/rescale-bytes.ts';
import type { Device } from './tensor.ts';

export interface InferenceSettings {
  readonly path: string;
  /** Channels, height, width. */
  readonly imageShape: readonly [number, number, number];
  /** Factor of each value, where images come as bytes. */
  readonly rescale: number;
  /** Logits per image. */
  readonly units: number;
  readonly device: Device;
  readonly threads: number | undefined;
}

export interface InferenceResult {
  /** [count * units] */
  readonly logits: Float32Array;
  /** [count * units], behind the sigmoid or softmax. */
  readonly probabilities: Float32Array;
}

export class InferenceClient {
  readonly #client: GraphClient;
  readonly #settings: InferenceSettings;

  private constructor(client: GraphClient, settings: InferenceSettings) {
    this.#client = client;
    this.#settings = settings;
  }

  /** Loads the model. @throws PneumoscopeError E_DEVICE; E_MODEL_FILE when the runtime refuses the file */
  static async start(settings: InferenceSettings): Promise<InferenceClient> {
    const { path, device, threads } = settings;
    const client = await GraphClient.start({ file: path, graphs: { model: path }, shared: {}, device, threads });
    const missing = ['logits', 'probability'].find((name) => !client.outputNames('model').includes(name));
    if (missing === undefined) return new InferenceClient(client, settings);
    await client.close();
    throw refuseModel(path, `it has no output ${missing}`);
  }

  /**
   * @param images [count, C, H, W]; its memory moves over and must not be used after
   * @throws PneumoscopeError E_MODEL_FILE when the file is not the classifier that it says it is
   */
  async run(images: Float32Array<ArrayBuffer>, count: number): Promise<InferenceResult> {
    const { imageShape, units } = this.#settings;
    const feeds = { images: { type: 'float32', shape: [count, ...imageShape], data: images } } as const;
    const shape = [count, units];
    const { logits, probability } = await this.#client.run('model', feeds, { logits: shape, probability: shape });
    return { logits: logits as Float32Array, probabilities: probability as Float32Array };
  }

  /**
   * As {@link run}, for images of one byte a value.
   *
   * @param images C * H * W bytes each; left as they are
   */
  runBytes(images: readonly Uint8Array[]): Promise<InferenceResult> {
    return this.run(rescaleBytes(images, this.#settings.rescale), images.length);
  }

  /** Finishes what was asked, frees the model's memory and ends the thread. May be called twice. */
  async close(): Promise<void> {
    await this.#client.close();
  }
}
