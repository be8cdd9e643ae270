/** Writes a list to the disk, one thing after the other and a few images at a time, so that the page stays fluid. */
import type { WorkItem } from './item.ts';
import type { KeptList, KeptLists } from './kept-lists.ts';
import { noteOf, type Note } from './kept-notes.ts';
import { pageBudgets } from './page-budgets.ts';

/** What is written to. */
export type ListDisk = Pick<KeptLists, 'putList' | 'putImages' | 'putAnswers' | 'removeImages' | 'removeList'>;

export interface WriteEvents {
  readonly onKept: (count: number) => void;
  readonly onTrouble: (trouble: 'full' | 'failed') => void;
}

export class WriteQueue {
  readonly #lists: ListDisk;
  readonly #list: string;
  readonly #events: WriteEvents;
  /** sizes of the files that are on the disk, by the images' ids */
  readonly #kept = new Map<number, number>();
  /** on the list, on the disk or not; what cannot be written is not tried again */
  #known = new Set<WorkItem>();
  #images: WorkItem[] = [];
  #answers = new Map<number, Note>();
  #gone: number[] = [];
  #view: KeptList | null = null;
  #running: Promise<void> | null = null;
  #isStopped = false;
  /** no room for more images */
  #isFull = false;

  constructor(lists: ListDisk, list: string, events: WriteEvents) {
    this.#lists = lists;
    this.#list = list;
    this.#events = events;
  }

  /** These came from the disk. */
  knows(items: readonly WorkItem[]): void {
    for (const item of items) {
      this.#known.add(item);
      this.#kept.set(item.id, item.file.size);
    }
    this.#events.onKept(this.#kept.size);
  }

  /** Writes what is new on the list and deletes what is not on it any more. */
  follow(items: readonly WorkItem[]): void {
    const now = new Set(items);
    const gone = [...this.#known].filter((item) => !now.has(item));
    const added = items.filter((item) => !this.#known.has(item));
    this.#known = now;
    this.#gone.push(...gone.map(({ id }) => id));
    this.#images = this.#isFull ? [] : [...this.#images.filter((item) => now.has(item)), ...added];
    // What comes back after it was taken off has its answer already.
    this.#note(added);
    this.#run();
  }

  /** Writes what is known of these images now. */
  putNotes(items: Iterable<WorkItem>): void {
    this.#note(items);
    this.#run();
  }

  #note(items: Iterable<WorkItem>): void {
    for (const item of items) {
      const note = noteOf(item);
      if (note !== null) this.#answers.set(note.id, note);
    }
  }

  putList(list: KeptList): void {
    this.#view = list;
    this.#run();
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** When nothing is being written any more. */
  async settled(): Promise<void> {
    await this.#running;
  }

  #run(): void {
    this.#running ??= this.#writeAll().finally(() => {
      this.#running = null;
    });
  }

  async #writeAll(): Promise<void> {
    // Whoever has just added thousands of images is to see them first.
    await new Promise((resolve) => setTimeout(resolve, 0));
    while (!this.#isStopped) {
      try {
        if (!(await this.#writeNext())) return;
      } catch (error) {
        this.#events.onTrouble(isQuota(error) ? 'full' : 'failed');
      }
    }
  }

  /** @returns whether there was something to write */
  async #writeNext(): Promise<boolean> {
    if (this.#gone.length > 0) await this.#remove();
    else if (this.#view !== null) {
      const view = this.#view;
      this.#view = null;
      await this.#lists.putList(view);
    } else if (this.#images.length > 0) {
      await this.#writeImages();
      await this.#writeAnswers();
    } else if (this.#answers.size > 0) {
      await this.#writeAnswers();
      this.#answers = new Map();
    } else return false;
    return true;
  }

  async #remove(): Promise<void> {
    const gone = this.#gone;
    this.#gone = [];
    for (const id of gone) {
      this.#kept.delete(id);
      this.#answers.delete(id);
    }
    this.#events.onKept(this.#kept.size);
    if (this.#known.size > 0) await this.#lists.removeImages(this.#list, gone);
    else {
      this.#view = null;
      await this.#lists.removeList(this.#list);
    }
  }

  /** Of images that are kept; the others' answers wait for them. */
  async #writeAnswers(): Promise<void> {
    const ready = [...this.#answers.values()].filter(({ id }) => this.#kept.has(id));
    for (const { id } of ready) this.#answers.delete(id);
    if (ready.length > 0) await this.#lists.putAnswers(ready.map((answer) => ({ ...answer, list: this.#list })));
  }

  async #writeImages(): Promise<void> {
    const some = this.#images.splice(0, pageBudgets.writtenImages.limit);
    try {
      await this.#put(some);
    } catch {
      // One of them may be at fault for all: a file that was moved, or the one that has no room any more.
      for (const item of some) if (!this.#isFull) await this.#putAlone(item);
    }
  }

  async #putAlone(item: WorkItem): Promise<void> {
    try {
      await this.#put([item]);
    } catch (error) {
      this.#isFull = isQuota(error);
      if (this.#isFull) this.#images = [];
      this.#events.onTrouble(this.#isFull ? 'full' : 'failed');
    }
  }

  async #put(items: readonly WorkItem[]): Promise<void> {
    const held = [...this.#kept.values()].reduce((sum, size) => sum + size, 0);
    const bytes = items.reduce((sum, { file }) => sum + file.size, held);
    if (bytes > pageBudgets.keptBytes.limit)
      throw new DOMException('The list is larger than what is kept.', 'QuotaExceededError');
    await this.#lists.putImages(items.map(({ id, name, file }) => ({ list: this.#list, id, name, file })));
    for (const { id, file } of items) this.#kept.set(id, file.size);
    this.#events.onKept(this.#kept.size);
  }
}

const isQuota = (error: unknown): boolean => error instanceof Error && error.name === 'QuotaExceededError';
