/**
 * The thread that does the service's work: it decodes, asks the guard and runs the network, a batch at a time, so that the thread that
 * answers requests never waits for arithmetic.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { refuseByGuard, requireAnswered, type Answer, type Failed } from '../../model/use/answer.ts';
import type { PreparedImage } from '../../model/use/classify-files.ts';
import { Classifier, readModelMetadata } from '../../model/use/classifier.ts';
import { forEachConcurrently } from '../../base/tasks.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { createExplainer, type Explainer } from '../../model/explain/explainer.ts';
import { toHeat } from '../../model/explain/heat-map.ts';
import { renderOverlay } from '../../model/explain/overlay.ts';
import { JpegDecoder } from '../../imaging/decode/jpeg-decoder.ts';
import { release } from '../../imaging/decode/release.ts';
import { UnreadableImageError } from '../../imaging/decode/unreadable-image.ts';
import { InferenceSession } from '../../engine/runtime/inference-session.ts';
import { infer } from './inference-protocol.ts';
import type {
  ClassifyOutcome,
  ExplainOutcome,
  InferOutcome,
  Task,
  TaskReply,
  TestOutcome,
  WorkerReply,
  WorkerRequest,
  WorkerSettings,
  WorkFailure,
} from './worker-messages.ts';

interface LoadedModel {
  readonly path: string;
  readonly network: InferenceSession;
  readonly classifier: Classifier;
  /** opened by the first who asks: it holds the weights again */
  explainer: Promise<Explainer> | undefined;
}

/** A large colour image takes a hundred megabytes until it is reduced; a hostile batch must not take them all at once. */
const decodedAtOnce = 4;

/** What error sentences call an image: its name is the client's own matter. */
const imageName = 'The image';

const settings = workerData as WorkerSettings;
const models = new Map<string, LoadedModel>();
/** A request waits for this thread anyway: to hand small images to others would only make it wait for them as well. */
const jpegDecoder = JpegDecoder.open();

if (parentPort !== null) {
  const port = parentPort;
  const reply = (message: WorkerReply): void => port.postMessage(message);
  const handle = async (request: WorkerRequest): Promise<void> => {
    const { id } = request;
    try {
      if (request.kind === 'work') reply({ id, replies: await work(request.key, request.tasks) });
      else {
        if (request.kind === 'load') await load(request.key, request.path);
        else if (request.kind === 'unload') await unload(request.key);
        else await Promise.all([...models.keys()].map(unload));
        reply({ id });
        if (request.kind === 'close') port.close();
      }
    } catch (error) {
      reply({ id, failure: describe(error) });
    }
  };
  // One after the other: a model must not go while its batch is under way.
  let last: Promise<void> = Promise.resolve();
  port.on('message', (request: WorkerRequest) => {
    last = last.then(() => handle(request));
  });
}

async function load(key: string, path: string): Promise<void> {
  const metadata = await readModelMetadata(path);
  const { preprocessing, classes } = metadata;
  const network = await InferenceSession.load({
    path,
    imageShape: [preprocessing.channels, preprocessing.height, preprocessing.width],
    units: classes.output === 'sigmoid' ? 1 : classes.names.length,
    device: settings.device,
    threads: settings.threads,
  });
  const classifier = new Classifier(path, metadata, network);
  models.set(key, { path, network, classifier, explainer: undefined });
}

async function unload(key: string): Promise<void> {
  const model = models.get(key);
  if (model === undefined) return;
  models.delete(key);
  await model.classifier.close();
  await (await model.explainer)?.close();
}

async function work(key: string, tasks: readonly Task[]): Promise<TaskReply[]> {
  const model = models.get(key);
  if (model === undefined) throw new Error(`model ${key} is not loaded`);
  const classify = tasks.filter((task) => task.kind === 'classify');
  if (classify.length === tasks.length) return classifyAll(model, classify);
  return Promise.all(tasks.map((task) => attempt(() => runAlone(model, task))));
}

type ClassifyTask = Extract<Task, { readonly kind: 'classify' }>;

function runAlone(model: LoadedModel, task: Task): Promise<ExplainOutcome | TestOutcome | InferOutcome> {
  if (task.kind === 'test') return test(model, task.bytes);
  if (task.kind === 'infer') return infer(model.network, model.classifier.metadata, task);
  if (task.kind === 'explain') return explain(model, task);
  throw new TypeError('images to classify come in batches of their own');
}

interface TimedImage {
  readonly image: PreparedImage | Failed;
  /** milliseconds */
  readonly decode: number;
}

async function read({ classifier }: LoadedModel, bytes: Uint8Array): Promise<TimedImage> {
  const start = performance.now();
  const limits = { maximumPixels: settings.maximumPixels, jpegDecoder: await jpegDecoder };
  const image = await classifier.read(bytes, { name: imageName, limits });
  return { image, decode: performance.now() - start };
}

/** One image that cannot be read leaves the others of its batch alone. */
async function classifyAll(model: LoadedModel, tasks: readonly ClassifyTask[]): Promise<TaskReply[]> {
  const timed = new Array<TimedImage>(tasks.length);
  await forEachConcurrently(tasks.entries(), decodedAtOnce, async ([index, { bytes }]) => {
    timed[index] = await read(model, bytes);
  });
  const readable = timed.flatMap(({ image }) => ('status' in image ? [] : [image]));
  const start = performance.now();
  const answers = await model.classifier.answer(readable);
  const network = performance.now() - start;
  for (const { pixels } of readable) release(pixels);
  let next = 0;
  return timed.map(({ image, decode }) => {
    const answer = 'status' in image ? image : (answers[next++] as Answer);
    return { outcome: { answer, decode, network } satisfies ClassifyOutcome };
  });
}

async function test({ classifier }: LoadedModel, bytes: Uint8Array): Promise<TestOutcome> {
  const answer = await classifier.classify(bytes, { name: 'The known image', ignoreGuard: true });
  return { logits: requireAnswered(answer).logits };
}

async function explain(
  model: LoadedModel,
  { bytes, target, overlay }: Extract<Task, { readonly kind: 'explain' }>,
): Promise<ExplainOutcome> {
  const { image, decode } = await read(model, bytes);
  if ('status' in image) return { answer: image, map: null, decode, network: 0 };
  const { pixels, sha256 } = image;
  const guard = model.classifier.inspect(pixels);
  if (guard?.verdict === 'refused') return { answer: refuseByGuard(guard, sha256), map: null, decode, network: 0 };
  const start = performance.now();
  model.explainer ??= createExplainer(model.path, { device: settings.device, threads: settings.threads });
  const explainer = await model.explainer;
  const [explanation] = await explainer.gradCam([pixels], { target });
  if (explanation === undefined) throw new Error('an image was explained without a result');
  const heat = toHeat(explanation.map);
  const { width, height } = explanation.map;
  return {
    answer: { status: 'answered', ...explanation.answer, guard, sha256, reason: null },
    map: {
      target: explanation.target,
      width,
      height,
      heat,
      overlay: overlay ? await renderOverlay(pixels, heat, width) : null,
    },
    decode,
    network: performance.now() - start,
  };
}

type Attempt<T> = { readonly outcome: T } | { readonly failure: WorkFailure };

async function attempt<T>(task: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { outcome: await task() };
  } catch (error) {
    return { failure: describe(error) };
  }
}

function describe(error: unknown): WorkFailure {
  return {
    unreadable: error instanceof UnreadableImageError ? error.kind : undefined,
    code: error instanceof PneumoscopeError ? error.code : undefined,
    message: error instanceof Error ? error.message : String(error),
  };
}
