/**
 * The thread that does the service's work: it decodes, asks the guard and runs the network, a batch at a time, so that the thread that
 * answers requests never waits for arithmetic.
 */
import { budgets } from '../../base/budgets.ts';
import { failAnswer, requireAnswered, type Answer, type Failed } from '../../model/use/answer.ts';
import type { PreparedImage } from '../../model/use/classify-files.ts';
import { Classifier, describeNetwork } from '../../model/use/classifier.ts';
import { parseMetadata } from '../../model/file/metadata.ts';
import { forEachConcurrently } from '../../base/tasks.ts';
import { packError, type ErrorData } from '../../base/threads/error-data.ts';
import { hostThread } from '../../base/threads/host-thread.ts';
import { openExplainer, type Explainer, type Explanation } from '../../model/explain/explainer.ts';
import type { Target } from '../../model/explain/target.ts';
import { toHeat } from '../../model/explain/heat-map.ts';
import { renderOverlay } from '../../model/explain/overlay.ts';
import type { DecodeLimits } from '../../imaging/decode/decode.ts';
import { JpegDecoder } from '../../imaging/decode/jpeg-decoder.ts';
import { release } from '../../base/release.ts';
import { parseModelHeader } from '../../engine/onnx/model-header.ts';
import { InferenceSession } from '../../engine/runtime/inference-session.ts';
import { decodeByHost } from './decoding-host.ts';
import { infer } from './inference-protocol.ts';
import { showImage } from './show-image.ts';
import type {
  ClassifyOutcome,
  DisplayOutcome,
  ExplainOutcome,
  InferOutcome,
  ModelCopy,
  Task,
  TaskReply,
  TestOutcome,
  WorkerSettings,
  WorkerThread,
} from './worker-messages.ts';

interface LoadedModel {
  readonly settings: WorkerSettings;
  readonly limits: DecodeLimits;
  readonly copy: ModelCopy;
  readonly network: InferenceSession;
  readonly classifier: Classifier;
  /** opened by the first who asks: it holds the weights again */
  explainer: Promise<Explainer> | undefined;
}

/** A large colour image takes a hundred megabytes until it is reduced; a hostile batch must not take them all at once. */
const decodedAtOnce = 4;

/** What error sentences call the file of an image: its name is the client's own matter. */
const imageName = 'The file';

const models = new Map<string, LoadedModel>();

// One request after the other: a model must not go while its batch is under way.
hostThread<WorkerThread>(async (settings) => {
  // A request waits for this thread anyway: to hand small images to others would only make it wait for them as well.
  const { maximumPixels, decoding } = settings;
  const limits: DecodeLimits = {
    maximumPixels,
    inflatedBytes: budgets.servedDicomInflatedBytes.limit,
    jpegDecoder: await JpegDecoder.open(),
    ...decodeByHost(decoding),
  };
  return {
    handlers: {
      load: ({ key, ...copy }) => load({ settings, limits }, key, copy),
      unload: ({ key }) => unload(key),
      work: ({ key, tasks }) => work(key, tasks),
    },
    close: async () => {
      await Promise.all([...models.keys()].map(unload));
    },
  };
});

async function load(
  { settings, limits }: Pick<LoadedModel, 'settings' | 'limits'>,
  key: string,
  copy: ModelCopy,
): Promise<void> {
  // A thread that was started while a model was added is told of it twice.
  if (models.has(key)) return;
  const { source } = copy;
  const metadata = parseMetadata(await parseModelHeader(copy.bytes, source), source);
  // The runtime takes no shared memory.
  const bytes = copy.bytes.slice();
  const { device, threads } = settings;
  const network = await InferenceSession.load({ path: source, ...describeNetwork(metadata), device, threads }, bytes);
  release(bytes);
  const classifier = new Classifier(source, metadata, network);
  models.set(key, { settings, limits, copy, network, classifier, explainer: undefined });
}

async function unload(key: string): Promise<void> {
  const model = models.get(key);
  if (model === undefined) return;
  models.delete(key);
  await model.classifier.close();
  // One that failed has nothing to close.
  const explainer = await model.explainer?.catch(() => undefined);
  await explainer?.close();
}

async function work(key: string, tasks: readonly Task[]): Promise<TaskReply[]> {
  const model = models.get(key);
  if (model === undefined) throw new Error(`model ${key} is not loaded`);
  const classify = tasks.filter((task) => task.kind === 'classify');
  if (classify.length === tasks.length) return classifyAll(model, classify);
  return Promise.all(tasks.map((task) => attempt(() => runAlone(model, task))));
}

type ClassifyTask = Extract<Task, { readonly kind: 'classify' }>;

function runAlone(
  model: LoadedModel,
  task: Task,
): Promise<ExplainOutcome | TestOutcome | DisplayOutcome | InferOutcome> {
  if (task.kind === 'test') return test(model, task.bytes);
  if (task.kind === 'infer') return infer(model, task);
  if (task.kind === 'explain') return explain(model, task);
  if (task.kind === 'display') return display(model, task);
  throw new TypeError('images to classify come in batches of their own');
}

type DisplayedImage = Pick<ClassifyTask, 'bytes' | 'display'>;

interface TimedImage {
  readonly image: PreparedImage | Failed;
  /** milliseconds */
  readonly decode: number;
}

async function read({ classifier, limits }: LoadedModel, { bytes, display = {} }: DisplayedImage): Promise<TimedImage> {
  const start = performance.now();
  const image = await classifier.read(bytes, { name: imageName, limits: { ...limits, display } });
  return { image, decode: performance.now() - start };
}

/** One image that cannot be read leaves the others of its batch alone. */
async function classifyAll(model: LoadedModel, tasks: readonly ClassifyTask[]): Promise<TaskReply[]> {
  const timed = new Array<TimedImage>(tasks.length);
  await forEachConcurrently(tasks.entries(), decodedAtOnce, async ([index, task]) => {
    timed[index] = await read(model, task);
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
  const answer = await classifier.classify(bytes, { name: 'The known image', ignoreGuard: true, ignoreHeader: true });
  return { logits: requireAnswered(answer).logits };
}

async function explain(model: LoadedModel, task: Extract<Task, { readonly kind: 'explain' }>): Promise<ExplainOutcome> {
  const { image, decode } = await read(model, task);
  if ('status' in image) return { answer: image, map: null, decode, network: 0 };
  const { pixels } = image;
  const { about, refused } = model.classifier.judge(image);
  if (refused !== undefined) return { answer: refused, map: null, decode, network: 0 };
  const start = performance.now();
  const { target, overlay } = task;
  const explanation = await explainPixels(model, pixels, target);
  const heat = toHeat(explanation.map);
  const { width, height } = explanation.map;
  return {
    answer: { status: 'answered', ...explanation.answer, ...about, reason: null },
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

async function display(
  { limits }: LoadedModel,
  { bytes, display: choice, maximumSide }: Extract<Task, { readonly kind: 'display' }>,
): Promise<DisplayOutcome> {
  try {
    return { png: await showImage(bytes, { file: imageName, limits: { ...limits, display: choice }, maximumSide }) };
  } catch (error) {
    return { reason: failAnswer(error).reason };
  }
}

/** @throws PneumoscopeError E_USAGE for an unknown class; E_MODEL_FILE, E_DEVICE */
async function explainPixels(model: LoadedModel, pixels: Uint8Array, target: Target): Promise<Explanation> {
  const explainer = await findExplainer(model);
  const [explanation] = await explainer.gradCam([pixels], { target });
  if (explanation === undefined) throw new Error('an image was explained without a result');
  return explanation;
}

function findExplainer(model: LoadedModel): Promise<Explainer> {
  const { copy, settings, classifier } = model;
  const { device, threads } = settings;
  const { metadata } = classifier;
  model.explainer ??= openExplainer(copy.source, { bytes: copy.bytes.slice(), metadata }, { device, threads });
  const own = model.explainer;
  // The next who asks tries again.
  own.catch(() => {
    if (model.explainer === own) model.explainer = undefined;
  });
  return own;
}

type Attempt<T> = { readonly outcome: T } | { readonly failure: ErrorData };

async function attempt<T>(task: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { outcome: await task() };
  } catch (error) {
    return { failure: packError(error) };
  }
}
