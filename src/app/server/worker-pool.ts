/**
 * Threads that work through one bounded queue. An idle thread takes one task; where as many as a batch wait, up to a batch of one model and
 * kind, divided so that no other idle thread is left without; with a maximum wait it lets a batch fill up first. A thread that works on one
 * small image is given the next one ahead. An image of many pixels lets small ones go first and shares no batch; one that may take seconds
 * leaves a thread to the others. A thread that dies takes nothing with it: what it worked on is tried again, each task alone, so that an
 * image that kills a thread fails by itself.
 */
import { budgets } from '../../base/budgets.ts';
import { reviveError } from '../../base/threads/error-data.ts';
import { JobQueue, pixelCapacity, weigh, type Job } from './job-queue.ts';
import { Problem } from './problems.ts';
import { ThreadCrew, type Batch, type CrewSettings, type Thread } from './thread-crew.ts';
import type { ModelCopy, Outcomes, Task, TaskReply } from './worker-messages.ts';

export interface PoolSettings extends CrewSettings {
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
  /** milliseconds for which each of them waited */
  readonly waits: readonly number[];
}

/** How long a task waited, in milliseconds, and how many shared its batch. */
export interface Waiting {
  readonly queue: number;
  readonly batch: number;
}

export type TaskResult<Kind extends Task['kind']> = Outcomes[Kind] & Waiting;

/** Seconds, for Retry-After. */
const shortageLasts = 5;

export class WorkerPool {
  readonly #settings: PoolSettings;
  readonly #crew: ThreadCrew;
  readonly #queue = new JobQueue();
  /** not answered yet, wherever they are */
  readonly #open = new Set<Job>();
  /** of those, but not of self-tests */
  readonly #taken = { images: 0, pixels: 0 };
  #running = 0;
  #closing = false;
  #timer: NodeJS.Timeout | undefined;
  #drained: (() => void) | undefined;
  /** mean milliseconds a task takes, for Retry-After */
  #pace = 20;

  private constructor(settings: PoolSettings) {
    this.#settings = settings;
    this.#crew = new ThreadCrew(settings, {
      onReady: () => this.#dispatch(),
      onBuried: (thread) => this.#takeBack(thread),
      onDown: () => this.#rejectAll(this.#unavailable()),
    });
  }

  /** @param models by key @throws PneumoscopeError E_MODEL_FILE, E_DEVICE, E_NOT_FOUND */
  static async start(settings: PoolSettings, models: ReadonlyMap<string, ModelCopy>): Promise<WorkerPool> {
    const pool = new WorkerPool(settings);
    try {
      await pool.#crew.start(models);
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

  /** Threads that work, or wait for work. */
  get threads(): number {
    return this.#crew.ready.length;
  }

  /** Deaths of threads so far, for the metrics. */
  get deaths(): number {
    return this.#crew.deaths;
  }

  /** No thread lives, and none is about to: whatever is asked fails at once. */
  get isDown(): boolean {
    return this.#crew.isDown;
  }

  /** @throws Problem `too-large` for what never fits, `queue-full` when there is no room now, `not-ready`, `shutting-down` */
  assertRoom(tasks: readonly Task[]): void {
    const { maximumPixels } = this.#settings;
    this.#assertFits(
      tasks.length,
      tasks.reduce((sum, task) => sum + weigh(task, maximumPixels).pixels, 0),
    );
  }

  #assertFits(images: number, pixels: number): void {
    if (this.#closing) throw stopping();
    if (this.isDown) throw this.#unavailable();
    const { queueSize, workers, maximumPixels } = this.#settings;
    const capacity = pixelCapacity(queueSize, maximumPixels);
    if (images > queueSize) {
      throw new Problem('too-large', `The service takes ${queueSize} images at once; send fewer in one request`);
    }
    if (pixels > capacity) {
      throw new Problem(
        'too-large',
        `The images have ${inMillions(pixels)} million pixels together, and the service takes ${inMillions(capacity)} million at once; send fewer in one request`,
      );
    }
    const taken = this.#taken;
    const isFull = taken.images + images > queueSize;
    if (!isFull && taken.pixels + pixels <= capacity) return;
    const seconds = Math.max(1, Math.ceil((taken.images * this.#pace) / workers / 1000));
    const what = isFull
      ? `${taken.images} images are waiting, of ${queueSize} at most`
      : `Images of ${inMillions(taken.pixels)} million pixels are waiting, of ${inMillions(capacity)} million at most`;
    throw new Problem('queue-full', `${what}; try again later`, { retryAfter: seconds });
  }

  /**
   * @param key of the model
   * @param task the self-test waits for no other and needs no room
   * @param signal of who asked: what nobody waits for any more is not given to a thread
   * @throws Problem
   */
  async run<Kind extends Task['kind']>(
    key: string,
    task: Extract<Task, { readonly kind: Kind }>,
    signal?: AbortSignal,
  ): Promise<TaskResult<Kind>> {
    const weight = weigh(task, this.#settings.maximumPixels);
    const images = task.kind === 'test' ? 0 : 1;
    this.#assertFits(images, weight.pixels);
    return new Promise<TaskResult<Kind>>((resolve, reject) => {
      const settle = (): void => {
        job.settled = true;
        clearTimeout(timer);
        signal?.removeEventListener('abort', abandon);
        this.#queue.remove([job]);
        if (this.#open.delete(job)) {
          this.#taken.images -= images;
          this.#taken.pixels -= weight.pixels;
        }
        if (this.#open.size === 0) this.#drained?.();
      };
      const giveUp = (problem: Problem): void => {
        if (!job.settled) job.reject(problem);
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
        weight,
        submitted: performance.now(),
        deaths: 0,
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
      this.#open.add(job);
      this.#taken.images += images;
      this.#taken.pixels += weight.pixels;
      this.#queue.add(job);
      this.#dispatch();
    });
  }

  /** Loads a model into every thread; where one cannot, none keeps it. @throws PneumoscopeError as {@link start} */
  load(key: string, copy: ModelCopy): Promise<void> {
    return this.#crew.load(key, copy);
  }

  /** What was asked of it before is answered first. */
  async unload(key: string): Promise<void> {
    while (this.#queue.find((job) => job.key === key) !== undefined)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await this.#crew.unload(key);
  }

  /** What is not answered is refused, now. */
  abandon(): void {
    this.#closing = true;
    this.#rejectAll(stopping());
  }

  /** Takes nothing any more, answers what it has, ends the threads. May be called twice. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#open.size > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    clearTimeout(this.#timer);
    await this.#crew.close();
  }

  /** What a dead thread had not begun waits again as if nothing had been. */
  #takeBack({ batches }: Thread): void {
    const untouched = batches.filter(({ start }) => start === undefined).flatMap(({ jobs }) => jobs);
    for (const job of untouched) if (!job.settled) this.#queue.add(job);
  }

  #rejectAll(problem: Problem): void {
    for (const job of this.#open) job.reject(problem);
  }

  #unavailable(): Problem {
    return new Problem(
      'not-ready',
      'The threads of the service died, and the next is being started; its log says why',
      {
        retryAfter: this.#crew.retryAfter,
      },
    );
  }

  /** Gives threads what waits. */
  #dispatch(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (;;) {
      const ready = this.#crew.ready;
      const first = this.#findNext(ready);
      if (first === undefined) return;
      const idle = ready.filter(({ batches }) => batches.length === 0);
      const ahead = idle.length > 0 ? undefined : findThreadAhead(ready, first);
      if (idle.length === 0 && ahead === undefined) return;
      const { batchSize, batchWait } = this.#settings;
      const alike = first.weight.heavy ? [first] : this.#queue.filter((job) => isAlike(job, first));
      // Few that wait are answered sooner one by one: all of a batch wait for its last image.
      const isCrowded = batchWait > 0 || alike.length >= batchSize;
      const thread = idle[0] ?? (isCrowded ? undefined : ahead);
      if (thread === undefined) return;
      const age = performance.now() - first.submitted;
      const mayWait = first.task.kind === 'classify' && first.deaths === 0 && !first.weight.heavy;
      if (mayWait && alike.length < batchSize && age < batchWait) {
        this.#timer = setTimeout(() => this.#dispatch(), batchWait - age);
        return;
      }
      const share = Math.ceil(alike.length / idle.length);
      const most = first.deaths > 0 || first.task.kind !== 'classify' || !isCrowded ? 1 : Math.min(batchSize, share);
      const jobs = alike.slice(0, most);
      this.#queue.remove(jobs);
      void this.#work(thread, jobs);
    }
  }

  /** What may take seconds passes by while it has all threads but one already. */
  #findNext(ready: readonly Thread[]): Job | undefined {
    const slow = ready.filter(({ batches }) => batches.some(({ jobs }) => jobs.some(({ weight }) => weight.slow)));
    const hasRoom = slow.length < Math.max(1, this.#settings.workers - 1);
    return this.#queue.find(({ weight }) => hasRoom || !weight.slow);
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
    if (thread.inference.failure === undefined) this.#begin(thread);
    if ('failure' in reply) this.#retry(thread, batch, reply.failure);
    else {
      const start = batch.start ?? performance.now();
      const duration = performance.now() - start;
      this.#pace += 0.1 * (duration / jobs.length - this.#pace);
      const waits = jobs.map(({ submitted }) => start - submitted);
      this.#settings.onBatch?.({ kind: first.task.kind, size: jobs.length, duration, waits });
      for (const [index, job] of jobs.entries()) settleJob(job, reply.value[index], start, jobs.length);
    }
    this.#dispatch();
  }

  /** A thread turns to the first of its batches by itself; from then on their time counts. */
  #begin({ batches: [batch], inference }: Thread): void {
    if (batch === undefined || batch.start !== undefined) return;
    batch.start = performance.now();
    const patience = 2 * this.#settings.timeLimit;
    // The error only when it is needed: each takes down the stack.
    batch.guard = setTimeout(
      () => void inference.terminate(new Error(`it worked on one batch for more than ${patience / 1000} s`)),
      patience,
    );
  }

  #retry({ inference }: Thread, { jobs, start }: Batch, failure: Error): void {
    // Not begun by a thread that died: it waits in the queue again.
    if (start === undefined) return;
    const again = jobs.filter((job) => !job.settled);
    if (inference.failure === undefined) {
      for (const job of again) job.reject(failure);
      return;
    }
    for (const job of again) {
      job.deaths += 1;
      if (job.deaths >= budgets.deathsOfImage.limit) {
        const sentence = `${job.deaths} threads ended while they worked on it; the log of the service says why`;
        job.reject(new Problem('internal', sentence));
      } else if (this.isDown) job.reject(this.#unavailable());
      else this.#queue.add(job);
    }
  }
}

/**
 * The thread that will be free first, to be given a task before it is: having answered, it need not wait until the thread that answers
 * requests finds time for it, which on busy cores takes a millisecond, now and then five. Only behind a single small image: a task that was
 * given away waits for that thread, whichever other is free sooner.
 */
function findThreadAhead(threads: readonly Thread[], { task, deaths }: Job): Thread | undefined {
  if (task.kind !== 'classify' || deaths > 0) return undefined;
  const isSoonFree = ({ batches: [batch, ahead] }: Thread): boolean => {
    const [job, another] = batch?.jobs ?? [];
    return job?.weight.quick === true && job.deaths === 0 && another === undefined && ahead === undefined;
  };
  const startOf = ({ batches }: Thread): number => batches[0]?.start ?? Infinity;
  return threads.filter(isSoonFree).toSorted((one, other) => startOf(one) - startOf(other))[0];
}

function isAlike(one: Job, other: Job): boolean {
  if (one === other) return true;
  const isSame = one.key === other.key && one.task.kind === other.task.kind;
  return isSame && one.deaths + other.deaths === 0 && !one.weight.heavy && !other.weight.heavy;
}

function stopping(): Problem {
  return new Problem('shutting-down', 'The service is stopping; ask another instance');
}

function inMillions(pixels: number): string {
  return Math.ceil(pixels / 1e6).toLocaleString('en-US');
}

/** What the system gives when it has no more files, threads or memory to give. */
const shortages = ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'ERR_WORKER_INIT_FAILED'];

/** It passes: it is no defect, and nothing that the client did. */
function explainShortage(error: NodeJS.ErrnoException): Error {
  if (!shortages.includes(error.code ?? '')) return error;
  const what = `The machine has no file, thread or memory left for this (${error.message}); try again later`;
  return new Problem('not-ready', what, { retryAfter: shortageLasts, cause: error });
}

function settleJob(job: Job, reply: TaskReply | undefined, start: number, batch: number): void {
  if (job.settled) return;
  if (reply === undefined) job.reject(new Error('a worker answered too few tasks'));
  else if ('failure' in reply) job.reject(explainShortage(reviveError(reply.failure)));
  else job.resolve({ ...(reply.outcome as object), queue: start - job.submitted, batch });
}
