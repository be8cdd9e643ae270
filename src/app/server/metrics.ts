/** What the service counts, for Prometheus. Labels have few values, and none that a client chooses. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { programVersion } from '../../base/version.ts';
import type { ImageAnswer, ModelDescription, ModelReference } from './contract.ts';
import type { FinishedBatch, WorkerPool } from './worker-pool.ts';

/** Seconds: from the fastest single image to the time limit. */
const seconds = [0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.3, 2.6, 5.2, 10, 20, 40];

/** Upper ends: fine where most X-rays lie, so that a drift of the images shows. */
const probabilities = [0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1];

/** What is measured of a service whose parts may not be there yet. */
interface Sources {
  readonly pool: () => WorkerPool | undefined;
  readonly models: () => readonly ModelDescription[];
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'route' | 'method' | 'status'>;
  readonly #duration: Histogram<'route'>;
  readonly #images: Counter<'model' | 'version' | 'status'>;
  readonly #answers: Counter<'model' | 'version' | 'answer'>;
  readonly #uncertain: Counter<'model' | 'version'>;
  readonly #probability: Histogram<'model' | 'version'>;
  readonly #waits: Histogram<'kind'>;
  readonly #batches: Histogram<'kind'>;
  readonly #work: Histogram<'kind'>;

  constructor({ pool, models }: Sources) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Counter({
      name: 'pneumoscope_http_requests_total',
      help: 'Requests that were answered.',
      labelNames: ['route', 'method', 'status'],
      registers,
    });
    this.#duration = new Histogram({
      name: 'pneumoscope_http_request_duration_seconds',
      help: 'From the first byte of a request to the last of its answer.',
      labelNames: ['route'],
      buckets: seconds,
      registers,
    });
    this.#images = new Counter({
      name: 'pneumoscope_images_total',
      help: 'Images by what became of them: answered, refused by the guard, failed.',
      labelNames: ['model', 'version', 'status'],
      registers,
    });
    this.#answers = new Counter({
      name: 'pneumoscope_answers_total',
      help: 'Answered images: positive or negative; of a model with more than two classes, by their class.',
      labelNames: ['model', 'version', 'answer'],
      registers,
    });
    this.#uncertain = new Counter({
      name: 'pneumoscope_uncertain_total',
      help: 'Answered images that a person should look at: their probability lies in the uncertain band of the model.',
      labelNames: ['model', 'version'],
      registers,
    });
    this.#probability = new Histogram({
      name: 'pneumoscope_probability',
      help: 'Calibrated probability of each answered image, as the API gives it.',
      labelNames: ['model', 'version'],
      buckets: probabilities,
      registers,
    });
    this.#waits = new Histogram({
      name: 'pneumoscope_queue_wait_seconds',
      help: 'From the arrival of an image in the queue until a thread begins with it.',
      labelNames: ['kind'],
      buckets: [0.001, ...seconds],
      registers,
    });
    this.#batches = new Histogram({
      name: 'pneumoscope_batch_size',
      help: 'Images that a thread took at once.',
      labelNames: ['kind'],
      buckets: [1, 2, 4, 8, 16, 32, 64],
      registers,
    });
    this.#work = new Histogram({
      name: 'pneumoscope_batch_duration_seconds',
      help: "A thread's time for a batch: decoding and network.",
      labelNames: ['kind'],
      buckets: seconds,
      registers,
    });
    const gauge = (name: string, help: string, read: (pool: WorkerPool) => number): void => {
      const own: Gauge = new Gauge({
        name,
        help,
        registers,
        collect: () => {
          const present = pool();
          own.set(present === undefined ? 0 : read(present));
        },
      });
    };
    gauge('pneumoscope_queue_length', 'Images that wait for a thread.', ({ queued }) => queued);
    gauge('pneumoscope_images_running', 'Images that threads have.', ({ running }) => running);
    gauge('pneumoscope_workers', 'Threads that are alive and have their models.', ({ threads }) => threads);
    gauge('pneumoscope_worker_deaths', 'Threads that died since the start.', ({ deaths }) => deaths);
    new Gauge({
      name: 'pneumoscope_build_info',
      help: 'Always 1: the version of the program and of Node.',
      labelNames: ['version', 'node'],
      registers,
    }).set({ version: programVersion(), node: process.versions.node }, 1);
    const info: Gauge = new Gauge({
      name: 'pneumoscope_model_info',
      help: 'Always 1: the models that are served now.',
      labelNames: ['model', 'version', 'calibrated', 'guard', 'default'],
      registers,
      collect: () => {
        info.reset();
        for (const { id, version, calibrated, hasGuard, isDefault } of models()) {
          const labels = { model: id, version, calibrated, guard: hasGuard, default: isDefault };
          info.set(Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)])), 1);
        }
      },
    });
  }

  countRequest(route: string, method: string, status: number, duration: number): void {
    this.#requests.inc({ route, method, status });
    this.#duration.observe({ route }, duration / 1000);
  }

  countImage({ id: model, version }: ModelReference, image: ImageAnswer): void {
    const { status, positive, label, uncertain, probability } = image;
    this.#images.inc({ model, version, status });
    if (status !== 'answered') return;
    const answer = positive === null ? String(label) : positive ? 'positive' : 'negative';
    this.#answers.inc({ model, version, answer });
    if (uncertain) this.#uncertain.inc({ model, version });
    if (probability !== null) this.#probability.observe({ model, version }, probability);
  }

  countBatch({ kind, size, duration, waits }: FinishedBatch): void {
    this.#batches.observe({ kind }, size);
    this.#work.observe({ kind }, duration / 1000);
    for (const wait of waits) this.#waits.observe({ kind }, wait / 1000);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }
}
