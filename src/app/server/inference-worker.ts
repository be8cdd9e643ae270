/**
 * The thread that does the service's work: it decodes, asks the guard and runs the network, a batch at a time, so that the thread that
 * answers requests never waits for arithmetic.
 */
import { refuseByGuard, requireAnswered, type Answer, type Failed } from '../../model/use/answer.ts';
import type { PreparedImage } from '../../model/use/classify-files.ts';
import { Classifier, readModelMetadata } from '../../model/use/classifier.ts';
import { forEachConcurrently } from '../../base/tasks.ts';
import { packError, type ErrorData } from '../../base/threads/error-data.ts';
import { hostThread } from '../../base/threads/host-thread.ts';
import { createExplainer, type Explainer } from '../../model/explain/explainer.ts';
import { toHeat } from '../../model/explain/heat-map.ts';
import { renderOverlay } from '../../model/explain/overlay.ts';
import { JpegDecoder } from '../../imaging/decode/jpeg-decoder.ts';
import { release } from '../../base/release.ts';
import { InferenceSession } from '../../engine/runtime/inference-session.ts';
import { infer } from './inference-protocol.ts';
import { namingSource, type ModelCopy } from './model-copy.ts';
import type {
  ClassifyOutcome,
  ExplainOutcome,
  InferOutcome,
  Task,
  TaskReply,
  TestOutcome,
  WorkerSettings,
  WorkerThread,
} from './worker-messages.ts';

interface LoadedModel {
  readonly settings: WorkerSettings;
  readonly copy: ModelCopy;
  readonly network: InferenceSession;
  readonly classifier: Classifier;
  /** opened by the first who asks: it holds the weights again */
  explainer: Promise<Explainer> | undefined;
}

/** A large colour image takes a hundred megabytes until it is reduced; a hostile batch must not take them all at once. */
const decodedAtOnce = 4;

/** What error sentences call an image: its name is the client's own matter. */
const imageName = 'The image';

const models = new Map<string, LoadedModel>();
/** A request waits for this thread anyway: to hand small images to others would only make it wait for them as well. */
const jpegDecoder = JpegDecoder.open();

// One request after the other: a model must not go while its batch is under way.
hostThread<WorkerThread>((settings) => ({
  handlers: {
    load: ({ key, ...copy }) => namingSource(copy, () => load(settings, key, copy)),
    unload: ({ key }) => unload(key),
    work: ({ key, tasks }) => work(key, tasks),
  },
  close: async () => {
    await Promise.all([...models.keys()].map(unload));
  },
}));

async function load(settings: WorkerSettings, key: string, copy: ModelCopy): Promise<void> {
  const { path, source } = copy;
  const metadata = await readModelMetadata(path);
  const { preprocessing, classes } = metadata;
  const network = await InferenceSession.load({
    path,
    imageShape: [preprocessing.channels, preprocessing.height, preprocessing.width],
    units: classes.output === 'sigmoid' ? 1 : classes.names.length,
    device: settings.device,
    threads: settings.threads,
  });
  const classifier = new Classifier(source, metadata, network);
  models.set(key, { settings, copy, network, classifier, explainer: undefined });
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

async function read({ classifier, settings }: LoadedModel, bytes: Uint8Array): Promise<TimedImage> {
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
  const explainer = await openExplainer(model);
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

function openExplainer(model: LoadedModel): Promise<Explainer> {
  const { copy, settings } = model;
  const { device, threads } = settings;
  model.explainer ??= namingSource(copy, () => createExplainer(copy.path, { device, threads }));
  // The next who asks tries again.
  model.explainer.catch(() => (model.explainer = undefined));
  return model.explainer;
}

type Attempt<T> = { readonly outcome: T } | { readonly failure: ErrorData };

async function attempt<T>(task: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { outcome: await task() };
  } catch (error) {
    return { failure: packError(error) };
  }
}
