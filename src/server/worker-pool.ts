/**
 * Threads that work through one bounded queue. An idle thread takes one task; where as many as a batch wait, up to a batch of one model and
 * kind, divided so that no other idle thread is left without; with a maximum wait it lets a batch fill up first. A thread that dies takes
 * nothing with it: its tasks are tried once more, each alone, so that an image that kills a thread fails by itself.
 */
import { Worker } from 'node:worker_threads';
import { Problem, unreadableProblems } from './problems.ts';
import type {
  Outcomes,
  Task,
  TaskReply,
  WorkerReply,
  WorkerRequest,
  WorkerSettings,
  WorkFailure,
} from './worker-messages.ts';

export interface PoolSettings extends WorkerSettings {
  readonly workers: number;
  /** images of a batch at most */
  readonly batchSize: number;
  /** milliseconds for which an image waits for others at most; 0: none does while a thread is idle */
  readonly batchWait: number;
  /** tasks that wait or are worked on, at most */
  readonly queueSize: number;
  /** milliseconds after which a task is given up */
  readonly timeLimit: number;
  /** told of each finished batch */
  readonly onBatch?: ((batch: FinishedBatch) => void) | undefined;
}

export interface FinishedBatch {
  readonly kind: Task['kind'];
  readonly size: number;
  /** milliseconds in the thread */
  readonly duration: number;
}

/** How long a task waited, in milliseconds, and how many shared its batch. */
export interface Waiting {
  readonly queue: number;
  readonly batch: number;
}

export type TaskResult<Kind extends Task['kind']> = Outcomes[Kind] & Waiting;

interface Job {
  readonly key: string;
  readonly task: Task;
  readonly submitted: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  /** a thread died of it or beside it */
  alone: boolean;
  settled: boolean;
}

interface Thread {
  readonly worker: Worker;
  readonly ready: Promise<void>;
  readonly waiting: Map<number, (reply: WorkerReply) => void>;
  jobs: readonly Job[];
  idle: boolean;
  dead: boolean;
}

/** The worker is TypeScript in a checkout and JavaScript in the published package. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './inference-worker.ts' : './inference-worker.js',
  import.meta.url,
);

/**
 * Of what a thread has just allocated. V8 begins to mark its whole heap once less room is left for old objects than new ones may fill; by
 * default that is always so in a heap as small as a worker's, and cost every thirtieth image 10 to 20 ms.
 */
const youngMegabytes = 12;

/** Deaths of threads within a minute after which none is started any more: something is wrong that no new thread mends. */
const mostDeaths = 10;
const minute = 60_000;

export class WorkerPool {
  readonly #settings: PoolSettings;
  readonly #models = new Map<string, string>();
  readonly #threads = new Set<Thread>();
  #queue: Job[] = [];
  #running = 0;
  #closing = false;
  #lastId = 0;
  #deaths: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #drained: (() => void) | undefined;
  /** mean milliseconds a task takes, for Retry-After */
  #pace = 20;

  private constructor(settings: PoolSettings) {
    this.#settings = settings;
  }

  /** @param models paths of model files by key @throws PneumoscopeError E_MODEL_FILE, E_DEVICE, E_NOT_FOUND */
  static async start(settings: PoolSettings, models: ReadonlyMap<string, string>): Promise<WorkerPool> {
    const pool = new WorkerPool(settings);
    for (const [key, path] of models) pool.#models.set(key, path);
    for (let i = 0; i < settings.workers; i++) pool.#addThread();
    try {
      await Promise.all([...pool.#threads].map(({ ready }) => ready));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /** Tasks that wait for a thread. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Tasks that a thread works on. */
  get running(): number {
    return this.#running;
  }

  /** Threads that are alive. */
  get threads(): number {
    return [...this.#threads].filter(({ dead }) => !dead).length;
  }

  /** Deaths of threads so far, for the metrics. */
  deaths = 0;

  /** @throws Problem `queue-full` when there is no room for so many more, `shutting-down` */
  assertRoom(count: number): void {
    if (this.#closing) throw new Problem('shutting-down', 'The service is stopping; ask another instance.');
    const present = this.#queue.length + this.#running;
    const { queueSize, workers } = this.#settings;
    if (present + count <= queueSize) return;
    const seconds = Math.max(1, Math.ceil((present * this.#pace) / workers / 1000));
    throw new Problem('queue-full', `${present} images are waiting, of ${queueSize} at most; try again later.`, {
      retryAfter: seconds,
    });
  }

  /**
   * @param key of the model
   * @param signal of who asked: what nobody waits for any more is not begun
   * @throws Problem
   */
  run<Kind extends Task['kind']>(
    key: string,
    task: Extract<Task, { readonly kind: Kind }>,
    signal?: AbortSignal,
  ): Promise<TaskResult<Kind>> {
    this.assertRoom(1);
    return new Promise<TaskResult<Kind>>((resolve, reject) => {
      const settle = (): void => {
        job.settled = true;
        clearTimeout(timer);
        signal?.removeEventListener('abort', abandon);
      };
      const giveUp = (problem: Problem): void => {
        if (job.settled) return;
        this.#queue = this.#queue.filter((other) => other !== job);
        job.reject(problem);
        this.#checkDrained();
      };
      const abandon = (): void => giveUp(new Problem('timed-out', 'The client went away.'));
      const { timeLimit } = this.#settings;
      const timer = setTimeout(
        () => giveUp(new Problem('timed-out', `No answer within ${timeLimit / 1000} s; try again later.`)),
        timeLimit,
      );
      const job: Job = {
        key,
        task,
        submitted: performance.now(),
        alone: false,
        settled: false,
        resolve: (value) => {
          settle();
          resolve(value as TaskResult<Kind>);
        },
        reject: (reason) => {
          settle();
          reject(reason instanceof Error ? reason : new Error(String(reason)));
        },
      };
      if (signal?.aborted === true) {
        abandon();
        return;
      }
      signal?.addEventListener('abort', abandon);
      this.#queue.push(job);
      this.#dispatch();
    });
  }

  /** Loads a model into every thread; where one cannot, none keeps it. @throws PneumoscopeError as {@link start} */
  async load(key: string, path: string): Promise<void> {
    this.#models.set(key, path);
    const results = await Promise.allSettled([...this.#threads].map((thread) => this.#loadInto(thread, key, path)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined) return;
    await this.unload(key);
    throw failed.reason;
  }

  /** What was asked of it before is answered first. */
  async unload(key: string): Promise<void> {
    this.#models.delete(key);
    while (this.#queue.some((job) => job.key === key)) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([...this.#threads].map((thread) => this.#ask(thread, { kind: 'unload', key }).catch(() => {})));
  }

  /** Takes nothing any more, answers what it has, ends the threads. May be called twice. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#queue.length + this.#running > 0 && this.threads > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    await Promise.all(
      [...this.#threads].map(async (thread) => {
        if (!thread.dead) await this.#ask(thread, { kind: 'close' }).catch(() => {});
        await thread.worker.terminate();
      }),
    );
    this.#threads.clear();
  }

  #addThread(): void {
    const { device, threads, maximumPixels } = this.#settings;
    const workerData: WorkerSettings = { device, threads, maximumPixels };
    const worker = new Worker(workerFile, {
      workerData,
      name: 'service worker',
      // No flags of the process: some, such as --input-type, would keep a file from being run.
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
    });
    const waiting = new Map<number, (reply: WorkerReply) => void>();
    worker.on('message', (reply: WorkerReply) => {
      waiting.get(reply.id)?.(reply);
      waiting.delete(reply.id);
    });
    const thread: Thread = {
      worker,
      waiting,
      jobs: [],
      idle: false,
      dead: false,
      ready: Promise.resolve().then(async () => {
        for (const [key, path] of this.#models) await this.#loadInto(thread, key, path);
        thread.idle = true;
        this.#dispatch();
      }),
    };
    // Who starts the pool looks; a thread that replaces another fails with its next task.
    thread.ready.catch(() => {});
    this.#threads.add(thread);
    worker.on('error', (error) => this.#bury(thread, error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => this.#bury(thread, new Error(`a worker thread ended (code ${code})`)));
  }

  /** A dead thread: its tasks are tried again, and another thread takes its place. */
  #bury(thread: Thread, error: Error): void {
    if (thread.dead) return;
    thread.dead = true;
    this.#threads.delete(thread);
    for (const answer of thread.waiting.values()) answer({ id: 0, failure: toFailure(error) });
    thread.waiting.clear();
    if (this.#closing && thread.jobs.length === 0) return;
    this.deaths += 1;
    const now = performance.now();
    this.#deaths = [...this.#deaths.filter((time) => now - time < minute), now];
    if (this.#deaths.length <= mostDeaths) this.#addThread();
    else if (this.threads === 0) {
      const problem = new Problem('internal', 'The threads of the service died again and again; its log says why.');
      for (const job of this.#queue.splice(0)) job.reject(problem);
      this.#checkDrained();
    }
  }

  async #loadInto(thread: Thread, key: string, path: string): Promise<void> {
    const { failure } = await this.#ask(thread, { kind: 'load', key, path });
    if (failure !== undefined) throw toError(failure);
  }

  #ask(thread: Thread, request: Request): Promise<WorkerReply> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (thread.dead) {
        reject(new Error('the worker thread is dead'));
        return;
      }
      thread.waiting.set(id, resolve);
      // Bytes are copied: should the thread die, they are needed again.
      thread.worker.postMessage({ ...request, id } satisfies WorkerRequest, []);
    });
  }

  /** Gives idle threads what waits. */
  #dispatch(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (;;) {
      const idle = [...this.#threads].filter((thread) => thread.idle && !thread.dead);
      const [first] = this.#queue;
      const [thread] = idle;
      if (first === undefined || thread === undefined) return;
      const { batchSize, batchWait } = this.#settings;
      const alike = this.#queue.filter((job) => isAlike(job, first));
      const age = performance.now() - first.submitted;
      if (first.task.kind === 'classify' && !first.alone && alike.length < batchSize && age < batchWait) {
        this.#timer = setTimeout(() => this.#dispatch(), batchWait - age);
        return;
      }
      // Few that wait are answered sooner one by one: all of a batch wait for its last image.
      const isCrowded = batchWait > 0 || alike.length >= batchSize;
      const share = Math.ceil(alike.length / idle.length);
      const most = first.alone || first.task.kind !== 'classify' || !isCrowded ? 1 : Math.min(batchSize, share);
      const jobs = alike.slice(0, most);
      const taken = new Set(jobs);
      this.#queue = this.#queue.filter((job) => !taken.has(job));
      void this.#work(thread, jobs);
    }
  }

  async #work(thread: Thread, jobs: readonly Job[]): Promise<void> {
    const [first] = jobs as [Job];
    thread.idle = false;
    thread.jobs = jobs;
    this.#running += jobs.length;
    const start = performance.now();
    // A thread that hangs is ended, as if it had died.
    const guard = setTimeout(() => void thread.worker.terminate(), 2 * this.#settings.timeLimit);
    const reply = await this.#ask(thread, { kind: 'work', key: first.key, tasks: jobs.map(({ task }) => task) }).catch(
      (error: Error): WorkerReply => ({ id: 0, failure: toFailure(error) }),
    );
    clearTimeout(guard);
    const duration = performance.now() - start;
    thread.jobs = [];
    this.#running -= jobs.length;
    if (reply.replies === undefined) this.#retry(thread, jobs, reply.failure);
    else {
      this.#pace += 0.1 * (duration / jobs.length - this.#pace);
      this.#settings.onBatch?.({ kind: first.task.kind, size: jobs.length, duration });
      for (const [index, job] of jobs.entries()) settleJob(job, reply.replies[index], start, jobs.length);
    }
    thread.idle = !thread.dead;
    this.#checkDrained();
    this.#dispatch();
  }

  #retry(thread: Thread, jobs: readonly Job[], failure: WorkFailure | undefined): void {
    const again = jobs.filter((job) => !job.settled);
    if (!thread.dead || this.#closing) {
      for (const job of again) job.reject(new Error(failure?.message ?? 'a worker gave no answer'));
      return;
    }
    for (const job of again.filter(({ alone }) => alone)) {
      job.reject(new Problem('internal', 'The thread that worked on it ended twice; the log of the service says why.'));
    }
    const first = again.filter(({ alone }) => !alone);
    for (const job of first) job.alone = true;
    this.#queue.unshift(...first);
  }

  #checkDrained(): void {
    if (this.#queue.length + this.#running === 0) this.#drained?.();
  }
}

/** A request without its number. */
type Request<Kind = WorkerRequest> = Kind extends { readonly id: number } ? Omit<Kind, 'id'> : never;

function isAlike(one: Job, other: Job): boolean {
  if (one === other) return true;
  return one.key === other.key && one.task.kind === other.task.kind && !one.alone && !other.alone;
}

function settleJob(job: Job, reply: TaskReply | undefined, start: number, batch: number): void {
  if (job.settled) return;
  if (reply === undefined) job.reject(new Error('a worker answered too few tasks'));
  else if ('failure' in reply) job.reject(toError(reply.failure));
  else job.resolve({ ...(reply.outcome as object), queue: start - job.submitted, batch });
}

function toFailure(error: Error): WorkFailure {
  return { unreadable: undefined, code: undefined, message: error.message };
}

/** What the client did is a problem of its own; anything else is a defect, or a model that cannot be used. */
function toError({ unreadable, code, message }: WorkFailure): Error {
  if (unreadable !== undefined) return new Problem(unreadableProblems[unreadable], `${message}.`.replace(/\.\.$/, '.'));
  if (code === 'E_USAGE') return new Problem('bad-request', message);
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}
