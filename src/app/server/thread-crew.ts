/**
 * As many threads as are asked for. One that dies, or cannot load its models, is replaced, for ever: at once as long as few die, after a
 * growing pause where something is wrong that no new thread mends. While none is left, the crew is down, and says so.
 */
import { budgets } from '../../base/budgets.ts';
import { DecodingHost } from './decoding-host.ts';
import { InferenceThread } from './inference-thread.ts';
import type { Job } from './job-queue.ts';
import type { ModelCopy, WorkerSettings } from './worker-messages.ts';

export interface Batch {
  readonly jobs: readonly Job[];
  /** when the thread began it; undefined while it works on the one before */
  start: number | undefined;
  /** ends a thread that hangs, as if it had died */
  guard: NodeJS.Timeout | undefined;
}

export interface Thread {
  readonly inference: InferenceThread;
  readonly loaded: Promise<void>;
  /** has its models */
  ready: boolean;
  /** the one it works on, and perhaps one ahead */
  readonly batches: Batch[];
}

export interface ThreadDeath {
  readonly cause: Error;
  /** milliseconds until another takes its place */
  readonly pause: number;
  /** that live */
  readonly threads: number;
}

export interface CrewSettings extends WorkerSettings {
  readonly workers: number;
  /** told of each death, before another thread is started */
  readonly onDeath?: ((death: ThreadDeath) => void) | undefined;
}

/** What a crew tells its pool. */
export interface CrewEvents {
  readonly onReady: () => void;
  readonly onBuried: (thread: Thread) => void;
  readonly onDown: () => void;
}

const minute = 60_000;
const shortestPause = 250;
/** Milliseconds in which a thread frees what it holds. */
const patience = 200;

export class ThreadCrew {
  readonly #settings: CrewSettings;
  readonly #events: CrewEvents;
  readonly #models = new Map<string, ModelCopy>();
  readonly #threads = new Set<Thread>();
  readonly #decoding = new DecodingHost();
  readonly #pauses = new Set<NodeJS.Timeout>();
  #state: 'starting' | 'working' | 'closed' = 'starting';
  #deaths: number[] = [];
  /** in a row */
  #failedStarts = 0;
  #next = 0;
  #isDown = false;

  constructor(settings: CrewSettings, events: CrewEvents) {
    this.#settings = settings;
    this.#events = events;
  }

  /** @param models by key @throws PneumoscopeError E_MODEL_FILE, E_DEVICE */
  async start(models: ReadonlyMap<string, ModelCopy>): Promise<void> {
    for (const [key, copy] of models) this.#models.set(key, copy);
    for (let i = 0; i < this.#settings.workers; i++) this.#addThread();
    await Promise.all([...this.#threads].map(({ loaded }) => loaded));
    this.#state = 'working';
  }

  /** Those that can be given work. */
  get ready(): readonly Thread[] {
    return [...this.#threads].filter((thread) => thread.ready);
  }

  /** Those that live, whether they have their models or not. */
  get all(): readonly Thread[] {
    return [...this.#threads];
  }

  /** No thread lives, and none is about to. */
  get isDown(): boolean {
    return this.#isDown;
  }

  /** Seconds until a thread is tried again, for Retry-After. */
  get retryAfter(): number {
    return Math.max(1, Math.ceil((this.#next - performance.now()) / 1000));
  }

  /** Deaths of threads so far, for the metrics. */
  deaths = 0;

  /** Loads a model into every thread; where one cannot, none keeps it. @throws PneumoscopeError as {@link start} */
  async load(key: string, copy: ModelCopy): Promise<void> {
    this.#models.set(key, copy);
    const results = await Promise.allSettled(this.all.map((thread) => loadInto(thread, key, copy)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined) return;
    await this.unload(key);
    throw failed.reason;
  }

  /** No thread that starts from now on gets the model. */
  forget(key: string): void {
    this.#models.delete(key);
  }

  async unload(key: string): Promise<void> {
    this.forget(key);
    await Promise.all(this.all.map(({ inference }) => inference.ask('unload', { key })));
  }

  /** Ends the threads. One that does not end in time is left to itself. */
  async close(): Promise<void> {
    this.#state = 'closed';
    for (const pause of this.#pauses) clearTimeout(pause);
    await withinTime(Promise.all(this.all.map(({ inference }) => inference.close())), patience);
    const reason = new Error('the service was stopped');
    for (const { inference } of this.all) void inference.terminate(reason);
    this.#threads.clear();
  }

  #addThread(): void {
    const inference = new InferenceThread(this.#settings, this.#decoding, () => {
      this.#bury(thread, inference.failure ?? new Error('it ended'));
    });
    const thread: Thread = {
      inference,
      ready: false,
      batches: [],
      loaded: Promise.resolve().then(async () => {
        for (const [key, copy] of this.#models) await loadInto(thread, key, copy);
        thread.ready = true;
        this.#failedStarts = 0;
        this.#isDown = false;
        this.#events.onReady();
      }),
    };
    this.#threads.add(thread);
    // A thread without its models answers nothing: it is as good as dead.
    thread.loaded.catch((error: Error) => inference.terminate(error));
  }

  #bury(thread: Thread, cause: Error): void {
    this.#threads.delete(thread);
    this.#events.onBuried(thread);
    if (this.#state === 'closed') return;
    this.deaths += 1;
    // Who starts the crew hears of it by the error.
    if (this.#state === 'starting') return;
    if (!thread.ready) this.#failedStarts += 1;
    const pause = this.#choosePause();
    this.#settings.onDeath?.({ cause, pause, threads: this.#threads.size });
    if (pause === 0) {
      this.#addThread();
      return;
    }
    const now = performance.now();
    this.#next = this.#next > now ? Math.min(this.#next, now + pause) : now + pause;
    const timer = setTimeout(() => {
      this.#pauses.delete(timer);
      this.#addThread();
    }, pause);
    this.#pauses.add(timer);
    if (this.#threads.size > 0) return;
    this.#isDown = true;
    this.#events.onDown();
  }

  #choosePause(): number {
    const now = performance.now();
    this.#deaths = [...this.#deaths.filter((time) => now - time < minute), now];
    const tooMany = Math.max(0, this.#deaths.length - budgets.threadDeaths.limit) + this.#failedStarts;
    return tooMany === 0 ? 0 : Math.min(budgets.threadPause.limit, shortestPause * 2 ** (tooMany - 1));
  }
}

async function loadInto({ inference }: Thread, key: string, { bytes, source }: ModelCopy): Promise<void> {
  const reply = await inference.ask('load', { key, bytes, source });
  if ('failure' in reply) throw reply.failure;
}

async function withinTime(work: Promise<unknown>, milliseconds: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  await Promise.race([work, late]);
  clearTimeout(timer);
}
