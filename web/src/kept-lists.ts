/** Lists on this browser's disk: images, answers and how they are shown. One database for each address of a service. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { ModelReference } from '../../src/app/client/service-client.ts';
import type { SettledState } from './item.ts';
import { pageBudgets } from './page-budgets.ts';
import type { Reading } from './readings.ts';
import type { ListQuestion } from './sorting.ts';
import { servicePath } from './tab-storage.ts';

export interface KeptList {
  readonly id: string;
  /** milliseconds of the clock */
  readonly usedAt: number;
  /** `tab`: of no use to anyone but the tab that made it */
  readonly scope: 'tab' | 'browser';
  readonly question: ListQuestion;
  /** ids of images, in the order that was shown */
  readonly order: readonly number[];
  readonly chosen: number | null;
  readonly isOwnChoice: boolean;
  /** the model that was chosen; null for the service's own choice */
  readonly model: ModelReference | null;
}

export interface KeptImage {
  readonly list: string;
  readonly id: number;
  readonly name: string;
  readonly file: File;
}

/** What is known of an image. */
export interface KeptAnswer {
  readonly list: string;
  readonly id: number;
  /** as the service gave it; null before that */
  readonly state: SettledState | null;
  /** the reader's own opinion */
  readonly reading: Reading | null;
  readonly comment: string;
}

interface KeptSchema extends DBSchema {
  readonly lists: { readonly key: string; readonly value: KeptList };
  readonly images: { readonly key: [string, number]; readonly value: KeptImage };
  readonly answers: { readonly key: [string, number]; readonly value: KeptAnswer };
}

const version = 1;

const allOf = (list: string): IDBKeyRange => IDBKeyRange.bound([list, 0], [list, Number.MAX_SAFE_INTEGER]);

export class KeptLists {
  readonly #database: IDBPDatabase<KeptSchema>;

  private constructor(database: IDBPDatabase<KeptSchema>) {
    this.#database = database;
  }

  /** @throws DOMException where the browser has no room or forbids it */
  static async open(): Promise<KeptLists> {
    const database = await openDB<KeptSchema>(`pneumoscope ${servicePath()}`, version, {
      upgrade(created) {
        created.createObjectStore('lists', { keyPath: 'id' });
        created.createObjectStore('images', { keyPath: ['list', 'id'] });
        created.createObjectStore('answers', { keyPath: ['list', 'id'] });
      },
      // A newer page in another tab must not wait for this one.
      blocking: (_from, _to, event) => (event.target as IDBDatabase).close(),
    });
    return new KeptLists(database);
  }

  all(): Promise<KeptList[]> {
    return this.#database.getAll('lists');
  }

  find(id: string): Promise<KeptList | undefined> {
    return this.#database.get('lists', id);
  }

  async putList(list: KeptList): Promise<void> {
    await this.#database.put('lists', list);
  }

  /** All of them or none. */
  async putImages(images: readonly KeptImage[]): Promise<void> {
    const transaction = this.#database.transaction('images', 'readwrite');
    await Promise.all([...images.map((image) => transaction.store.put(image)), transaction.done]);
  }

  async putAnswers(answers: readonly KeptAnswer[]): Promise<void> {
    const transaction = this.#database.transaction('answers', 'readwrite');
    await Promise.all([...answers.map((answer) => transaction.store.put(answer)), transaction.done]);
  }

  async images(list: string): Promise<KeptImage[]> {
    const images: KeptImage[] = [];
    for (;;) {
      const from = images.at(-1)?.id ?? 0;
      const range = IDBKeyRange.bound([list, from], [list, Number.MAX_SAFE_INTEGER], true);
      const some = await this.#database.getAll('images', range, pageBudgets.restoredImages.limit);
      if (some.length === 0) return images;
      images.push(...some);
    }
  }

  answers(list: string): Promise<KeptAnswer[]> {
    return this.#database.getAll('answers', allOf(list));
  }

  async removeImages(list: string, ids: readonly number[]): Promise<void> {
    const transaction = this.#database.transaction(['images', 'answers'], 'readwrite');
    const [images, answers] = [transaction.objectStore('images'), transaction.objectStore('answers')];
    const gone = ids.flatMap((id) => [images.delete([list, id]), answers.delete([list, id])]);
    await Promise.all([...gone, transaction.done]);
  }

  async removeList(list: string): Promise<void> {
    const transaction = this.#database.transaction(['lists', 'images', 'answers'], 'readwrite');
    const gone = [
      transaction.objectStore('images').delete(allOf(list)),
      transaction.objectStore('answers').delete(allOf(list)),
      transaction.objectStore('lists').delete(list),
    ];
    await Promise.all([...gone, transaction.done]);
  }
}
