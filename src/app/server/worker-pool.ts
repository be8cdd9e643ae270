/**
 * Threads that work through one bounded queue. An idle thread takes one task; where as many as a batch wait, up to a batch of one model and
 * kind, divided so that no other idle thread is left without; with a maximum wait it lets a batch fill up first. A thread that works on one
 * small image is given the next one ahead. A thread that dies takes nothing with it: what it worked on is tried once more, each task alone, so
 * that an image that kills a thread fails by itself.
 */
import { reviveError } from '../../base/threads/error-data.ts';
import { glance } from '../../imaging/decode/glance.ts';
import { smallJpeg } from '../../imaging/decode/jpeg-decoder.ts';
import { InferenceThread } from './inference-thread.ts';
import type { ModelCopy } from './model-copy.ts';
import { Problem } from './problems.ts';
import type { Outcomes, Task, TaskReply, WorkerSettings } from './worker-messages.ts';

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
  /** a thread works on it for a few milliseconds only, so another may wait for that thread alone */
  readonly quick: boolean;
  readonly submitted: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  /** a thread died of it or beside it */
  alone: boolean;
  settled: boolean;
}

interface Batch {
  readonly jobs: readonly Job[];
  /** when the thread began it; undefined while it works on the one before */
  start: number | undefined;
  /** ends a thread that hangs, as if it had died */
  guard: NodeJS.Timeout | undefined;
}

interface Thread {
  readonly inference: InferenceThread;
  readonly loaded: Promise<void>;
  /** has its models */
  ready: boolean;
  /** the one it works on, and perhaps one ahead */
  readonly batches: Batch[];
}

/** Deaths of threads within a minute after which none is started any more: something is wrong that no new thread mends. */
const mostDeaths = 10;
const minute = 60_000;

export class WorkerPool {
  readonly #settings: PoolSettings;
  readonly #models = new Map<string, ModelCopy>();
  readonly #threads = new Set<Thread>();
  #queue: Job[] = [];
  #running = 0;
  #closing = false;
  #deaths: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #drained: (() => void) | undefined;
  /** mean milliseconds a task takes, for Retry-After */
  #pace = 20;

  private constructor(settings: PoolSettings) {
    this.#settings = settings;
  }

  /** @param models by key @throws PneumoscopeError E_MODEL_FILE, E_DEVICE, E_NOT_FOUND */
  static async start(settings: PoolSettings, models: ReadonlyMap<string, ModelCopy>): Promise<WorkerPool> {
    const pool = new WorkerPool(settings);
    for (const [key, copy] of models) pool.#models.set(key, copy);
    for (let i = 0; i < settings.workers; i++) pool.#addThread();
    try {
      await Promise.all([...pool.#threads].map(({ loaded }) => loaded));
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

  /** Tasks that a thread has. */
  get running(): number {
    return this.#running;
  }

  /** Threads that are alive. */
  get threads(): number {
    return this.#threads.size;
  }

  /** Deaths of threads so far, for the metrics. */
  deaths = 0;

  /** @throws Problem `queue-full` when there is no room for so many more, `shutting-down` */
  assertRoom(count: number): void {
    if (this.#closing) throw new Problem('shutting-down', 'The service is stopping; ask another instance');
    const present = this.#queue.length + this.#running;
    const { queueSize, workers } = this.#settings;
    if (present + count <= queueSize) return;
    const seconds = Math.max(1, Math.ceil((present * this.#pace) / workers / 1000));
    throw new Problem('queue-full', `${present} images are waiting, of ${queueSize} at most; try again later`, {
      retryAfter: seconds,
    });
  }

  /**
   * @param key of the model
   * @param signal of who asked: what nobody waits for any more is not given to a thread
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
      const abandon = (): void => giveUp(new Problem('timed-out', 'The client went away'));
      const { timeLimit } = this.#settings;
      const timer = setTimeout(
        () => giveUp(new Problem('timed-out', `No answer within ${timeLimit / 1000} s; try again later`)),
        timeLimit,
      );
      const job: Job = {
        key,
        task,
        quick: isQuick(task),
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
  async load(key: string, copy: ModelCopy): Promise<void> {
    this.#models.set(key, copy);
    const results = await Promise.allSettled([...this.#threads].map((thread) => this.#loadInto(thread, key, copy)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined) return;
    await this.unload(key);
    throw failed.reason;
  }

  /** What was asked of it before is answered first. */
  async unload(key: string): Promise<void> {
    this.#models.delete(key);
    while (this.#queue.some((job) => job.key === key)) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([...this.#threads].map(({ inference }) => inference.ask('unload', { key })));
  }

  /** Takes nothing any more, answers what it has, ends the threads. May be called twice. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#queue.length + this.#running > 0 && this.threads > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    await Promise.all([...this.#threads].map(({ inference }) => inference.close()));
    this.#threads.clear();
  }

  #addThread(): void {
    const inference = new InferenceThread(this.#settings, () => this.#bury(thread));
    const thread: Thread = {
      inference,
      ready: false,
      batches: [],
      loaded: Promise.resolve().then(async () => {
        for (const [key, copy] of this.#models) await this.#loadInto(thread, key, copy);
        thread.ready = true;
        this.#dispatch();
      }),
    };
    // Who starts the pool looks; a thread that replaces another fails with its next task.
    thread.loaded.catch(() => {});
    this.#threads.add(thread);
  }

  /** Another thread takes the place of a dead one, whose tasks are tried again: what it had not begun as if nothing had been. */
  #bury(thread: Thread): void {
    this.#threads.delete(thread);
    const untouched = thread.batches.filter(({ start }) => start === undefined).flatMap(({ jobs }) => jobs);
    this.#queue.unshift(...untouched.filter((job) => !job.settled));
    if (this.#closing && thread.batches.length === 0) return;
    this.deaths += 1;
    const now = performance.now();
    this.#deaths = [...this.#deaths.filter((time) => now - time < minute), now];
    if (this.#deaths.length <= mostDeaths) this.#addThread();
    else if (this.threads === 0) {
      const problem = new Problem('internal', 'The threads of the service died again and again; its log says why');
      for (const job of this.#queue.splice(0)) job.reject(problem);
      this.#checkDrained();
    }
  }

  async #loadInto({ inference }: Thread, key: string, { path, source }: ModelCopy): Promise<void> {
    const reply = await inference.ask('load', { key, path, source });
    if ('failure' in reply) throw reply.failure;
  }

  /** Gives threads what waits. */
  #dispatch(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (;;) {
      const [first] = this.#queue;
      if (first === undefined) return;
      const ready = [...this.#threads].filter((thread) => thread.ready);
      const idle = ready.filter(({ batches }) => batches.length === 0);
      const { batchSize, batchWait } = this.#settings;
      const alike = this.#queue.filter((job) => isAlike(job, first));
      // Few that wait are answered sooner one by one: all of a batch wait for its last image.
      const isCrowded = batchWait > 0 || alike.length >= batchSize;
      const thread = idle[0] ?? (isCrowded ? undefined : findThreadAhead(ready, first));
      if (thread === undefined) return;
      const age = performance.now() - first.submitted;
      if (first.task.kind === 'classify' && !first.alone && alike.length < batchSize && age < batchWait) {
        this.#timer = setTimeout(() => this.#dispatch(), batchWait - age);
        return;
      }
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
    const batch: Batch = { jobs, start: undefined, guard: undefined };
    thread.batches.push(batch);
    this.#running += jobs.length;
    this.#begin(thread);
    const tasks = jobs.map(({ task }) => task);
    const reply = await thread.inference.ask('work', { key: first.key, tasks });
    clearTimeout(batch.guard);
    // They are answered in the order in which they were given.
    thread.batches.shift();
    this.#running -= jobs.length;
    if (!thread.inference.dead) this.#begin(thread);
    if ('failure' in reply) this.#retry(thread, batch, reply.failure);
    else {
      const start = batch.start ?? performance.now();
      const duration = performance.now() - start;
      this.#pace += 0.1 * (duration / jobs.length - this.#pace);
      this.#settings.onBatch?.({ kind: first.task.kind, size: jobs.length, duration });
      for (const [index, job] of jobs.entries()) settleJob(job, reply.value[index], start, jobs.length);
    }
    this.#checkDrained();
    this.#dispatch();
  }

  /** A thread turns to the first of its batches by itself; from then on their time counts. */
  #begin({ batches: [batch], inference }: Thread): void {
    if (batch === undefined || batch.start !== undefined) return;
    batch.start = performance.now();
    batch.guard = setTimeout(() => void inference.terminate(), 2 * this.#settings.timeLimit);
  }

  #retry({ inference }: Thread, { jobs, start }: Batch, failure: Error): void {
    // Not begun by a thread that died: it waits in the queue again.
    if (start === undefined) return;
    const again = jobs.filter((job) => !job.settled);
    if (!inference.dead || this.#closing || this.threads === 0) {
      for (const job of again) job.reject(failure);
      return;
    }
    for (const job of again.filter(({ alone }) => alone)) {
      job.reject(new Problem('internal', 'The thread that worked on it ended twice; the log of the service says why'));
    }
    const first = again.filter(({ alone }) => !alone);
    for (const job of first) job.alone = true;
    this.#queue.unshift(...first);
  }

  #checkDrained(): void {
    if (this.#queue.length + this.#running === 0) this.#drained?.();
  }
}

/**
 * The thread that will be free first, to be given a task before it is: having answered, it need not wait until the thread that answers
 * requests finds time for it, which on busy cores takes a millisecond, now and then five. Only behind a single small image: a task that was
 * given away waits for that thread, whichever other is free sooner.
 */
function findThreadAhead(threads: readonly Thread[], { task, alone }: Job): Thread | undefined {
  if (task.kind !== 'classify' || alone) return undefined;
  const isSoonFree = ({ batches: [batch, ahead] }: Thread): boolean => {
    const [job, another] = batch?.jobs ?? [];
    return job?.quick === true && !job.alone && another === undefined && ahead === undefined;
  };
  const startOf = ({ batches }: Thread): number => batches[0]?.start ?? Infinity;
  return threads.filter(isSoonFree).toSorted((one, other) => startOf(one) - startOf(other))[0];
}

function isQuick(task: Task): boolean {
  if (task.kind !== 'classify' || task.bytes.length > smallJpeg.bytes) return false;
  const { pixels = Infinity, isOneScan = false } = glance(task.bytes) ?? {};
  return isOneScan && pixels <= smallJpeg.pixels;
}

function isAlike(one: Job, other: Job): boolean {
  if (one === other) return true;
  return one.key === other.key && one.task.kind === other.task.kind && !one.alone && !other.alone;
}

function settleJob(job: Job, reply: TaskReply | undefined, start: number, batch: number): void {
  if (job.settled) return;
  if (reply === undefined) job.reject(new Error('a worker answered too few tasks'));
  else if ('failure' in reply) job.reject(reviveError(reply.failure));
  else job.resolve({ ...(reply.outcome as object), queue: start - job.submitted, batch });
}
