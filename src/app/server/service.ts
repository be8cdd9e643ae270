/** What the service can do, apart from how it is asked: models, threads, the self-test, reloading. */
import { drawKnownImage } from '../../model/edit/self-test.ts';
import type { DisplayChoice } from '../../imaging/decode/dicom/display.ts';
import type { Target } from '../../model/explain/target.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { joinSentences } from '../../base/text.ts';
import { describeAnswer } from '../../model/use/answer.ts';
import type { ImageAnswer, ModelDescription, ModelsAnswer, Readiness } from './contract.ts';
import { noticeText } from './contract.ts';
import { Metrics } from './metrics.ts';
import { ModelRegistry, passesSelfTest, type ServedModel } from './model-registry.ts';
import { Problem, toProblem } from './problems.ts';
import type { ServiceSettings } from './settings.ts';
import type { UploadedImage } from './uploads.ts';
import type { ClassifyOutcome, HeatOutcome, InferOutcome } from './worker-messages.ts';
import type { ThreadDeath } from './thread-crew.ts';
import { WorkerPool } from './worker-pool.ts';

/** Milliseconds for which the result of a self-test holds: probes come every few seconds, from several sides. */
const selfTestHolds = 5000;
/** Milliseconds for which a probe waits for a new result: it asks again soon, and must not give up itself. */
const selfTestPatience = 400;

const testAttempts = 3;

export class Service {
  readonly settings: ServiceSettings;
  readonly metrics: Metrics;
  readonly #registry: ModelRegistry;
  readonly #pool: WorkerPool;
  readonly #knownImage: Uint8Array;
  #tested: { readonly at: number; readonly value: Readiness } | undefined;
  #testing: Promise<Readiness> | undefined;
  #reloading: Promise<unknown> = Promise.resolve();
  #stopping = false;

  private constructor(
    settings: ServiceSettings,
    parts: { registry: ModelRegistry; pool: WorkerPool; metrics: Metrics; knownImage: Uint8Array },
  ) {
    this.settings = settings;
    this.metrics = parts.metrics;
    this.#registry = parts.registry;
    this.#pool = parts.pool;
    this.#knownImage = parts.knownImage;
  }

  /**
   * Reads the models, starts the threads and runs the self-test.
   *
   * @throws PneumoscopeError E_NOT_FOUND, E_MODEL_FILE, E_DEVICE; E_MODEL_FILE also where a model fails its self-test
   */
  static async start(settings: ServiceSettings): Promise<Service> {
    const registry = new ModelRegistry(settings.models);
    let pool: WorkerPool | undefined;
    try {
      registry.use(await registry.read());
      const metrics = new Metrics({ pool: () => pool, models: () => registry.describe() });
      const { workers, device, batchSize, batchWait, queueSize, timeLimit, imagePixels } = settings;
      pool = await WorkerPool.start(
        {
          workers,
          device,
          // As many threads as cores in all: one for each worker.
          threads: 1,
          batchSize,
          batchWait,
          queueSize,
          timeLimit,
          maximumPixels: imagePixels,
          onBatch: (batch) => metrics.countBatch(batch),
          onDeath: (death) => reportDeath(settings, death),
        },
        new Map(registry.models.map((model) => [model.key, model])),
      );
      const service = new Service(settings, { registry, pool, metrics, knownImage: await drawKnownImage() });
      const { ready, detail } = await service.testSelf();
      if (!ready) throw new PneumoscopeError('E_MODEL_FILE', detail);
      return service;
    } catch (error) {
      await pool?.close();
      throw error;
    }
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  find(id: string | undefined, version: string | undefined): ServedModel {
    return this.#registry.find(id, version);
  }

  listModels(): ModelsAnswer {
    const { bodyBytes, imagePixels, filesPerRequest, tokens } = this.settings;
    return {
      models: this.#registry.describe(),
      limits: { bodyBytes, imagePixels, filesPerRequest },
      tokenRequired: tokens !== null,
      notice: noticeText,
    };
  }

  /** Versions of one model, the latest first. @throws Problem not-found */
  versionsOf(id: string): readonly string[] {
    this.find(id, undefined);
    return this.#registry.models
      .filter((model) => model.id === id)
      .map(({ version }) => version)
      .toReversed();
  }

  /**
   * All images of one request, side by side. An image that cannot be read fails by itself.
   *
   * @throws Problem queue-full, shutting-down, timed-out
   */
  async classify(
    model: ServedModel,
    images: readonly UploadedImage[],
    { display, signal }: { readonly display: DisplayChoice; readonly signal: AbortSignal },
  ): Promise<readonly ImageAnswer[]> {
    // Of a single one the pool sees it by itself.
    if (images.length > 1) this.#pool.assertRoom(images.map(({ bytes }) => ({ kind: 'classify', bytes })));
    return Promise.all(
      images.map(async (image, index) => {
        const answer = await this.#classifyOne(model, image, index, { display, signal });
        this.metrics.countImage(model, answer);
        return answer;
      }),
    );
  }

  /** @throws Problem; guard-refused where the guard says that the image is no such X-ray */
  async explain(
    model: ServedModel,
    image: UploadedImage,
    {
      signal,
      ...how
    }: {
      readonly display: DisplayChoice;
      readonly target: Target;
      readonly overlay: boolean;
      readonly signal: AbortSignal;
    },
  ): Promise<HeatOutcome & { readonly answer: ImageAnswer }> {
    const result = await this.#pool.run(model.key, { kind: 'explain', bytes: image.bytes, ...how }, signal);
    if (result.answer.status !== 'answered') throw toProblem(result.answer.reason);
    if (result.map === null) throw new Error('an image was answered without a heat map');
    return { ...result.map, answer: describeImage(model, image, 0, result) };
  }

  /**
   * An image as a screen shows it, whatever a model or its header would say of it.
   *
   * @param maximumSide pixels
   * @returns a PNG
   * @throws Problem
   */
  async show(
    { bytes }: UploadedImage,
    { signal, ...how }: { readonly display: DisplayChoice; readonly maximumSide: number; readonly signal: AbortSignal },
  ): Promise<Uint8Array> {
    // The threads have their work by model, and every one of them can show an image.
    const { key } = this.find(undefined, undefined);
    const outcome = await this.#pool.run(key, { kind: 'display', bytes, ...how }, signal);
    if ('reason' in outcome) throw toProblem(outcome.reason);
    return outcome.png;
  }

  /** @param body of the request, see inference-protocol @throws Problem */
  infer(
    model: ServedModel,
    body: Uint8Array,
    headerLength: number | undefined,
    signal: AbortSignal,
  ): Promise<InferOutcome> {
    const { id, version } = model;
    return this.#pool.run(model.key, { kind: 'infer', body, headerLength, model: { id, version } }, signal);
  }

  /** A thread lives, or is about to. */
  get alive(): boolean {
    return !this.#pool.isDown;
  }

  /**
   * Runs the known image through every model, before whatever users wait for. The result holds for five seconds. Where all threads are busy
   * the last result answers, until the time limit is over.
   */
  async testSelf(): Promise<Readiness> {
    if (this.#pool.isDown) {
      const detail = 'The threads of the service died, and the next is being started; its log says why';
      return { ready: false, detail, models: [] };
    }
    const last = this.#tested;
    // A failure may be over already.
    if (last?.value.ready === true && performance.now() - last.at <= selfTestHolds) return last.value;
    this.#testing ??= this.#startTest();
    if (last === undefined) return this.#testing;
    const { promise: late, resolve } = Promise.withResolvers<Readiness>();
    const timer = setTimeout(() => resolve(last.value), selfTestPatience);
    return Promise.race([this.#testing, late]).finally(() => clearTimeout(timer));
  }

  /**
   * Reads all model files again. New ones are loaded and tested beside the old ones, then answer in their place; what the old ones were
   * asked is answered by them. Where one cannot be used, all stays as it was.
   *
   * @throws PneumoscopeError E_NOT_FOUND, E_MODEL_FILE
   */
  async reload(): Promise<readonly ModelDescription[]> {
    const own = this.#reloading.then(() => this.#reload());
    this.#reloading = own.catch(() => undefined);
    return own;
  }

  /** Takes nothing any more. */
  stop(): void {
    this.#stopping = true;
  }

  /** What is not answered yet is refused, now. */
  abandon(): void {
    this.stop();
    this.#pool.abandon();
  }

  /** Answers what was accepted, then frees everything. A thread that is busy in native code is left to itself. */
  async close(): Promise<void> {
    this.stop();
    await this.#pool.close();
  }

  async #classifyOne(
    model: ServedModel,
    image: UploadedImage,
    index: number,
    { display, signal }: { readonly display: DisplayChoice; readonly signal: AbortSignal },
  ): Promise<ImageAnswer> {
    try {
      const { bytes } = image;
      const outcome = await this.#pool.run(model.key, { kind: 'classify', bytes, display }, signal);
      return describeImage(model, image, index, outcome);
    } catch (error) {
      if (!(error instanceof Problem) || error.status === 503 || error.status === 429) throw error;
      return describeProblemImage(image, index, error);
    }
  }

  #startTest(): Promise<Readiness> {
    const own = this.#testSelf().then((value) => {
      // Of models that were replaced meanwhile it says nothing.
      if (this.#testing !== own) return this.testSelf();
      this.#tested = { at: performance.now(), value };
      this.#testing = undefined;
      return value;
    });
    return own;
  }

  async #testSelf(): Promise<Readiness> {
    const models = await Promise.all(this.#registry.models.map((model) => this.#testModel(model)));
    const failed = models.find(({ ok }) => !ok);
    const detail =
      failed === undefined
        ? 'Every model gets the known number of the known image'
        : `The model ${failed.id} (version ${failed.version}) fails the self-test: of the known image it gets ${failed.logits.join(', ') || 'nothing'}, not ${failed.expected.join(', ') || 'a number'}; its file or this machine's runtime is damaged`;
    const ready = failed === undefined && !this.#stopping;
    return { ready, detail: this.#stopping ? 'The service is stopping' : detail, models };
  }

  async #testModel(model: ServedModel): Promise<Readiness['models'][number]> {
    const { id, version, key, metadata } = model;
    const logits = await this.#runKnownImage(key);
    const ok = logits.length > 0 && passesSelfTest(model, logits);
    const recorded = metadata.selfTest === undefined ? 'when the model was loaded' : 'in the model file';
    return { id, version, ok, logits: [...logits], expected: [...(model.expected ?? [])], recorded };
  }

  /** @returns no number where none came: threads that died of something else are no verdict on the model, so it is tried again */
  async #runKnownImage(key: string): Promise<readonly number[]> {
    const task = { kind: 'test', bytes: this.#knownImage } as const;
    for (let attempt = 1; attempt <= testAttempts; attempt++) {
      try {
        return (await this.#pool.run(key, task)).logits;
      } catch (error) {
        const isDeath = error instanceof Problem && error.code === 'internal';
        if (!isDeath) break;
      }
    }
    return [];
  }

  async #reload(): Promise<readonly ModelDescription[]> {
    const next = await this.#registry.read();
    const { added, removed } = this.#registry.compare(next);
    const loaded: ServedModel[] = [];
    try {
      for (const model of added) {
        await this.#pool.load(model.key, model);
        loaded.push(model);
        const { ok } = await this.#testModel(model);
        if (!ok)
          throw new PneumoscopeError('E_MODEL_FILE', `The new file of the model ${model.id} fails the self-test`);
      }
    } catch (error) {
      for (const model of loaded) await this.#pool.unload(model.key);
      throw error;
    }
    this.#registry.use(next);
    this.#tested = undefined;
    this.#testing = undefined;
    for (const model of removed) await this.#pool.unload(model.key);
    return this.#registry.describe();
  }
}

function reportDeath({ log, warn }: ServiceSettings, { cause, pause, threads }: ThreadDeath): void {
  const next = pause === 0 ? 'Another takes its place' : `Another takes its place in ${pause / 1000} s`;
  const left = threads === 0 ? 'No thread is left' : `Threads left: ${threads}`;
  const sentence = joinSentences(`A thread of the service died (${cause.message})`, left, next);
  if (log === null) warn(sentence);
  else
    log.write(
      JSON.stringify({ time: new Date().toISOString(), event: 'thread-died', cause: cause.stack, detail: sentence }),
    );
}

function describeImage(
  { metadata }: ServedModel,
  image: UploadedImage,
  index: number,
  { answer, queue, decode, network, batch }: ClassifyOutcome & { readonly queue: number; readonly batch: number },
): ImageAnswer {
  const problem = answer.status === 'failed' ? toProblem(answer.reason).toDetails() : null;
  const timings = answer.status === 'failed' ? null : { queue, decode, network, batch };
  return { index, name: image.name, ...describeAnswer(answer, metadata.classes), timings, problem };
}

/** An image that got no answer for a reason that is not its own. */
function describeProblemImage(image: UploadedImage, index: number, problem: Problem): ImageAnswer {
  return {
    index,
    name: image.name,
    status: 'failed',
    label: null,
    positive: null,
    probability: null,
    threshold: null,
    probabilities: null,
    uncertain: false,
    header: null,
    guard: null,
    display: null,
    sha256: null,
    pages: null,
    reason: { code: problem.code, sentence: problem.message },
    timings: null,
    problem: problem.toDetails(),
  };
}
