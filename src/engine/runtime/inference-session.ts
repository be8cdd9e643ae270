/** A model file that runs on the calling thread, for who is a thread of its own already. */
import type { InferenceResult, InferenceSettings } from './inference-client.ts';
import { refuseModel } from './refuse-model.ts';
import { rescaleBytes } from '../../base/rescale-bytes.ts';
import { Session } from './session.ts';
import type { Tensor } from './tensor.ts';

/** As `InferenceClient`, without a thread: each run blocks the caller. */
export class InferenceSession {
  readonly #session: Session;
  readonly #settings: InferenceSettings;

  private constructor(session: Session, settings: InferenceSettings) {
    this.#session = session;
    this.#settings = settings;
  }

  /**
   * @param bytes of the file; the path is then only what sentences call it
   * @throws PneumoscopeError E_DEVICE; E_MODEL_FILE when the runtime refuses the file
   */
  static async load(settings: InferenceSettings, bytes?: Uint8Array<ArrayBuffer>): Promise<InferenceSession> {
    const { path, device, threads } = settings;
    let session: Session;
    try {
      session = await Session.load(bytes ?? path, {
        device,
        blockedLayout: true,
        ...(threads === undefined ? {} : { threads }),
      });
    } catch (error) {
      throw refuseModel(path, error);
    }
    const missing = ['logits', 'probability'].find((name) => !session.outputNames.includes(name));
    if (missing === undefined) return new InferenceSession(session, settings);
    await session.release();
    throw refuseModel(path, `it has no output ${missing}`);
  }

  /** @param images [count, C, H, W]; its memory is freed and must not be used after */
  async run(images: Float32Array<ArrayBuffer>, count: number): Promise<InferenceResult> {
    const { imageShape, units } = this.#settings;
    const output = (): Tensor & { readonly data: Float32Array } => ({
      type: 'float32',
      shape: [count, units],
      data: new Float32Array(count * units),
    });
    const [logits, probability] = [output(), output()];
    await this.#session.run(
      { images: { type: 'float32', shape: [count, ...imageShape], data: images } },
      { logits, probability },
    );
    // Left to the garbage collector, a hundred kilobytes an image make it mark the whole heap twice a second.
    images.buffer.transfer(0);
    return { logits: logits.data, probabilities: probability.data };
  }

  /**
   * As {@link run}, for images of one byte a value.
   *
   * @param images C * H * W bytes each; left as they are
   */
  runBytes(images: readonly Uint8Array[]): Promise<InferenceResult> {
    return this.run(rescaleBytes(images, this.#settings.rescale), images.length);
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
