/** Sends the images of the list: a few requests at a time, a few images each, and what to do when that fails. */
import { batch, signal } from '@preact/signals';
import type { ClassifyAnswer, ModelReference } from '../../src/app/client/service-client.ts';
import { countBatch, fits, type BatchLimits } from './batching.ts';
import { setState } from './item-changes.ts';
import { isSettled, type ItemState, type Trouble, type WorkItem } from './item.ts';
import { paceSpan, type Sample } from './pace.ts';
import { pageBudgets } from './page-budgets.ts';
import { ServiceError } from './service-client.ts';

/** Why nothing is being sent although images wait. */
export type Hold =
  | { readonly kind: 'starting' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'token' }
  | { readonly kind: 'busy' | 'gone' | 'not-ready'; /** milliseconds of the clock */ readonly until: number };

export interface Sending {
  readonly classify: (files: readonly File[], model: ModelReference, signal: AbortSignal) => Promise<ClassifyAnswer>;
  /** what of an answer may be shown */
  readonly show: (item: WorkItem, state: ItemState) => ItemState;
  /** that is called where the service has no such model any more */
  readonly onModelGone: () => void;
}

const { requestsAtOnce, requestImages, requestWait, retryWait, timeOuts } = pageBudgets;

export class Sender {
  readonly hold = signal<Hold | null>({ kind: 'starting' });
  /** images of the current run that are settled, and all of them */
  readonly run = signal({ done: 0, total: 0 });
  readonly samples = signal<readonly Sample[]>([]);
  readonly inFlight = signal(0);
  /** since when nothing has been answered although something is being read; milliseconds of `performance.now()`, null where nothing is */
  readonly silentSince = signal<number | null>(null);
  readonly #sending: Sending;
  #waiting: WorkItem[] = [];
  #requests = new Set<AbortController>();
  #model: ModelReference | undefined;
  #limits: BatchLimits = { files: requestImages.limit, bytes: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #requestsAtOnce: number = requestsAtOnce.limit;
  #alone = new WeakSet<WorkItem>();
  #timeouts = new WeakMap<WorkItem, number>();

  constructor(sending: Sending) {
    this.#sending = sending;
  }

  /** From now on this model answers. */
  use(model: ModelReference, limits: { readonly bodyBytes: number; readonly filesPerRequest: number }): void {
    this.#model = model;
    this.#requestsAtOnce = requestsAtOnce.limit;
    this.#limits = { files: Math.min(requestImages.limit, limits.filesPerRequest), bytes: limits.bodyBytes };
    if (this.hold.value?.kind !== 'stopped') this.resume();
  }

  add(items: readonly WorkItem[]): void {
    if (items.length === 0) return;
    const { done, total } = this.run.value;
    const isNewRun = done === total;
    if (isNewRun) this.samples.value = [];
    this.run.value = isNewRun ? { done: 0, total: items.length } : { done, total: total + items.length };
    this.#waiting.push(...items);
    // Whoever adds images wants them read.
    if (this.hold.value?.kind === 'stopped') this.hold.value = null;
    this.#pump();
  }

  /** Gives up on what is being read, and asks for the same again. */
  sendAnew(): void {
    for (const request of this.#requests) request.abort();
    this.resume();
  }

  /** Takes what is sent back; nothing is sent until `resume`. */
  stop(): void {
    this.#wait({ kind: 'stopped' });
    for (const request of this.#requests) request.abort();
  }

  holdFor(kind: 'token'): void {
    this.#wait({ kind });
  }

  resume(): void {
    clearTimeout(this.#timer);
    this.hold.value = this.#model === undefined ? { kind: 'starting' } : null;
    this.samples.value = [];
    this.#pump();
  }

  /** These images are not wanted any more. */
  forget(items: ReadonlySet<WorkItem>): void {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((item) => !items.has(item));
    const { done, total } = this.run.value;
    this.run.value = { done, total: Math.max(done, total - (before - this.#waiting.length)) };
    if (this.#waiting.length === 0 && this.hold.value?.kind === 'stopped') this.hold.value = null;
  }

  /** Stops everything and sends all of it again, as after another model was chosen. */
  restart(items: readonly WorkItem[]): void {
    for (const request of this.#requests) request.abort();
    this.#requests = new Set();
    this.#countRequests();
    this.#waiting = [];
    this.#alone = new WeakSet();
    this.#timeouts = new WeakMap();
    this.run.value = { done: 0, total: 0 };
    batch(() => {
      for (const item of items) setState(item, { kind: 'waiting' });
    });
    this.add(items);
  }

  #pump(): void {
    const model = this.#model;
    if (model === undefined) return;
    while (this.hold.value === null && this.#requests.size < this.#requestsAtOnce && this.#waiting.length > 0) {
      const count = countBatch(this.#waiting, this.#limits, (item) => this.#alone.has(item));
      const items = this.#waiting.splice(0, count);
      const [only] = items;
      if (only !== undefined && !fits(only.file.size, this.#limits)) {
        this.#fail(items, { code: 'file-too-large', detail: null });
      } else {
        void this.#send(items, model);
      }
    }
  }

  async #send(items: readonly WorkItem[], model: ModelReference): Promise<void> {
    const request = new AbortController();
    this.#requests.add(request);
    this.#countRequests();
    let isGivenUp = false;
    const timer = setTimeout(() => {
      isGivenUp = true;
      request.abort();
    }, requestWait.limit);
    batch(() => {
      for (const item of items) setState(item, { kind: 'sending' });
    });
    try {
      const files = items.map(({ file }) => file);
      const answer = await this.#sending.classify(files, model, request.signal);
      if (!this.#requests.has(request)) return;
      this.#failures = 0;
      this.silentSince.value = performance.now();
      batch(() => {
        this.#sample(items.length);
        items.forEach((item, index) => {
          const own = answer.results.find((result) => result.index === index);
          this.#settle(
            item,
            own === undefined
              ? { kind: 'failed', trouble: { code: 'bad-answer', detail: null } }
              : { kind: 'done', answer: own, model: answer.model },
          );
        });
      });
    } catch (error) {
      // Of a run that was given up nothing is put back.
      if (!this.#requests.has(request)) return;
      if (isGivenUp) await this.#recover(items, new ServiceError({ code: 'no-answer', detail: null }, null));
      else if (request.signal.aborted) this.#putBack(items);
      else await this.#recover(items, error);
    } finally {
      clearTimeout(timer);
      this.#requests.delete(request);
      this.#countRequests();
      this.#pump();
    }
  }

  async #recover(items: readonly WorkItem[], error: unknown): Promise<void> {
    if (!(error instanceof ServiceError)) {
      this.#fail(items, { code: 'bad-answer', detail: null });
      return;
    }
    const { status, trouble, retryAfter } = error;
    if (status === 401) {
      this.#putBack(items);
      this.#wait({ kind: 'token' });
    } else if (status === 429) {
      this.#putBack(items);
      // A queue that is full with fewer groups side by side answers sooner than one that is asked again and again.
      this.#requestsAtOnce = Math.max(1, this.#requestsAtOnce - 1);
      this.#waitFor('busy', Math.max(1, retryAfter ?? 0) * 1000);
    } else if (trouble.code === 'timed-out') {
      this.#giveAnotherTry(items, trouble);
    } else if (status === null || status === 503 || trouble.code === 'no-answer') {
      const readable = await this.#dropUnreadable(items);
      // Files that are gone look like a service that is gone.
      this.#putBack(readable);
      if (readable.length < items.length) return;
      // Requests that fail together are one failure.
      if (this.hold.value === null) this.#failures += 1;
      const seconds = retryAfter ?? 2 ** Math.min(5, this.#failures);
      this.#waitFor(status === 503 ? 'not-ready' : 'gone', Math.min(retryWait.limit, seconds * 1000));
    } else if (items.length > 1 && status !== 404) {
      // One of them may be at fault for all.
      for (const item of items) this.#alone.add(item);
      this.#putBack(items);
    } else {
      if (status === 404) this.#sending.onModelGone();
      this.#fail(items, trouble);
    }
  }

  #giveAnotherTry(items: readonly WorkItem[], trouble: Trouble): void {
    for (const item of items) {
      const count = (this.#timeouts.get(item) ?? 0) + 1;
      this.#timeouts.set(item, count);
      this.#alone.add(item);
      if (count < timeOuts.limit) this.#putBack([item]);
      else this.#fail([item], trouble);
    }
  }

  async #dropUnreadable(items: readonly WorkItem[]): Promise<WorkItem[]> {
    const readable: WorkItem[] = [];
    for (const item of items) {
      try {
        await item.file.slice(0, 1).arrayBuffer();
        readable.push(item);
      } catch {
        this.#fail([item], { code: 'file-gone', detail: null });
      }
    }
    return readable;
  }

  #putBack(items: readonly WorkItem[]): void {
    batch(() => {
      for (const item of items) setState(item, { kind: 'waiting' });
    });
    this.#waiting.unshift(...items);
  }

  #fail(items: readonly WorkItem[], trouble: Trouble): void {
    for (const item of items) this.#settle(item, { kind: 'failed', trouble });
  }

  #settle(item: WorkItem, state: ItemState): void {
    const wasSettled = isSettled(item.state.peek());
    setState(item, this.#sending.show(item, state));
    if (wasSettled) return;
    const { done, total } = this.run.value;
    this.run.value = { done: Math.min(total, done + 1), total };
  }

  /** Of images that are about to be settled. */
  #sample(count: number): void {
    const at = performance.now();
    const { done } = this.run.value;
    const recent = this.samples.value.filter((sample) => at - sample.at <= paceSpan);
    const first = recent.length === 0 ? [{ at: at - 1, done }] : [];
    this.samples.value = [...recent, ...first, { at, done: done + count }];
  }

  #countRequests(): void {
    const count = this.#requests.size;
    if (count === 0) this.silentSince.value = null;
    else this.silentSince.value ??= performance.now();
    this.inFlight.value = count;
  }

  #wait(hold: Hold): void {
    clearTimeout(this.#timer);
    this.hold.value = hold;
  }

  #waitFor(kind: 'busy' | 'gone' | 'not-ready', milliseconds: number): void {
    // What needs a person is not overruled by what goes by itself.
    const held = this.hold.value?.kind;
    if (held === 'stopped' || held === 'token') return;
    this.#wait({ kind, until: Date.now() + milliseconds });
    this.#timer = setTimeout(() => this.resume(), milliseconds);
  }
}
