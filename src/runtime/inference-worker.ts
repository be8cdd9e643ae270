/** The thread in which a model file runs, since a run blocks the thread it is on. Answers each request of inference-client.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { PneumoscopeError, type ErrorCode } from '../errors.ts';
import { Session, type Device } from './session.ts';

export interface InferenceSettings {
  readonly path: string;
  /** Channels, height, width. */
  readonly imageShape: readonly [number, number, number];
  /** Logits per image. */
  readonly units: number;
  readonly device: Device;
  readonly threads: number | undefined;
}

export type InferenceRequest =
  | { readonly id: number; readonly images: Float32Array<ArrayBuffer>; readonly count: number }
  | 'close';

export interface InferenceReply {
  /** Of the request; 0: the model is loaded, or failed to load. */
  readonly id: number;
  readonly result?: InferenceResult;
  readonly failure?: InferenceFailure;
}

export interface InferenceFailure {
  readonly code: ErrorCode | undefined;
  readonly message: string;
}

export interface InferenceResult {
  /** [count * units] */
  readonly logits: Float32Array<ArrayBuffer>;
  /** [count * units], behind the sigmoid or softmax. */
  readonly probabilities: Float32Array<ArrayBuffer>;
}

if (parentPort !== null) {
  const port = parentPort;
  const settings = workerData as InferenceSettings;
  const reply = (message: InferenceReply, moved: ArrayBuffer[] = []): void => port.postMessage(message, moved);
  const { path, device, threads } = settings;
  try {
    const session = await Session.load(path, {
      device,
      blockedLayout: true,
      ...(threads === undefined ? {} : { threads }),
    });
    const missing = ['logits', 'probability'].find((name) => !session.outputNames.includes(name));
    if (missing !== undefined) throw new Error(`it has no output ${missing}`);
    const answer = async (request: InferenceRequest): Promise<void> => {
      if (request === 'close') {
        await session.release();
        port.close();
        return;
      }
      try {
        const result = await run(session, settings, request.images, request.count);
        reply({ id: request.id, result }, [result.logits.buffer, result.probabilities.buffer]);
      } catch (error) {
        reply({ id: request.id, failure: describe(error) });
      }
    };
    // One at a time, in order: the next request waits for the one before it.
    let last: Promise<void> = Promise.resolve();
    port.on('message', (request: InferenceRequest) => {
      last = last.then(() => answer(request));
    });
    reply({ id: 0 });
  } catch (error) {
    reply({ id: 0, failure: describe(error) });
    port.close();
  }
}

async function run(
  session: Session,
  { imageShape, units }: InferenceSettings,
  images: Float32Array,
  count: number,
): Promise<InferenceResult> {
  const shape = [count, units];
  const logits = new Float32Array(count * units);
  const probabilities = new Float32Array(count * units);
  await session.run(
    { images: { type: 'float32', shape: [count, ...imageShape], data: images } },
    { logits: { type: 'float32', shape, data: logits }, probability: { type: 'float32', shape, data: probabilities } },
  );
  return { logits, probabilities };
}

function describe(error: unknown): InferenceFailure {
  // A shape that does not fit is the file's fault here: the images have the shape that its metadata ask for.
  const code = error instanceof PneumoscopeError && error.code === 'E_DEVICE' ? error.code : undefined;
  const message = (error instanceof Error ? error.message : String(error)).split('\n')[0]?.replace(/\.$/, '') ?? '';
  return { code, message };
}
