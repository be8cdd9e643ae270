/** What the service counts, for Prometheus. Labels have few values, and none that a client chooses. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { WorkerPool } from './worker-pool.ts';

/** Seconds: from the fastest single image to the time limit. */
const seconds = [0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.3, 2.6, 5.2, 10, 20, 40];

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'route' | 'method' | 'status'>;
  readonly #duration: Histogram<'route'>;
  readonly #images: Counter<'model' | 'version' | 'status'>;
  readonly #batches: Histogram<'kind'>;
  readonly #work: Histogram<'kind'>;

  constructor(pool: () => WorkerPool | undefined) {
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
    gauge('pneumoscope_workers', 'Threads that are alive.', ({ threads }) => threads);
    gauge('pneumoscope_worker_deaths', 'Threads that died since the start.', ({ deaths }) => deaths);
  }

  countRequest(route: string, method: string, status: number, duration: number): void {
    this.#requests.inc({ route, method, status });
    this.#duration.observe({ route }, duration / 1000);
  }

  countImage(model: { readonly id: string; readonly version: string }, status: string): void {
    this.#images.inc({ model: model.id, version: model.version, status });
  }

  countBatch(batch: { readonly kind: string; readonly size: number; readonly duration: number }): void {
    this.#batches.observe({ kind: batch.kind }, batch.size);
    this.#work.observe({ kind: batch.kind }, batch.duration / 1000);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }
}
