import { signal } from '@preact/signals';
import { expect, it } from 'vitest';
import type { ItemState, WorkItem } from './item.ts';
import { positive } from './made-up-rows.ts';
import { WriteQueue, type ListDisk } from './write-queue.ts';

const itemOf = (id: number, state: ItemState = { kind: 'waiting' }): WorkItem => {
  const file = new File([new Uint8Array(10)], `${id}.png`);
  return { id, file, name: file.name, state: signal<ItemState>(state) };
};

/** A disk that remembers what is on it. @param refuse the error for an image that cannot be written */
function diskOf(refuse: (id: number) => Error | null = () => null) {
  const images = new Set<number>();
  const answers = new Set<number>();
  const removed: string[] = [];
  const disk: ListDisk = {
    putList: () => Promise.resolve(),
    putImages: (all) => {
      const error = all.map(({ id }) => refuse(id)).find((each) => each !== null);
      if (error !== undefined) return Promise.reject(error);
      for (const { id } of all) images.add(id);
      return Promise.resolve();
    },
    putAnswers: (all) => {
      for (const { id } of all) answers.add(id);
      return Promise.resolve();
    },
    removeImages: (_list, ids) => {
      for (const id of ids) images.delete(id);
      return Promise.resolve();
    },
    removeList: (list) => {
      removed.push(list);
      images.clear();
      return Promise.resolve();
    },
  };
  const troubles: string[] = [];
  const kept: number[] = [];
  const events = {
    onKept: (count: number) => kept.push(count),
    onTrouble: (trouble: string) => troubles.push(trouble),
  };
  return { queue: new WriteQueue(disk, 'one', events), images, answers, removed, troubles, kept };
}

const many = (count: number): WorkItem[] => Array.from({ length: count }, (_, at) => itemOf(at + 1, positive(0.9)));

it('writes images and their answers, and deletes what is taken off', async () => {
  const { queue, images, answers, kept, removed } = diskOf();
  const items = many(40);
  queue.follow(items);
  await queue.settled();
  expect([images.size, answers.size, kept.at(-1)]).toEqual([40, 40, 40]);
  queue.follow(items.slice(1));
  await queue.settled();
  expect([images.has(1), images.size, removed]).toEqual([false, 39, []]);
  queue.follow([]);
  await queue.settled();
  expect([kept.at(-1), removed]).toEqual([0, ['one']]);
});

it('leaves out the one image that cannot be read', async () => {
  const { queue, images, troubles } = diskOf((id) => (id === 20 ? new DOMException('', 'NotReadableError') : null));
  queue.follow(many(40));
  await queue.settled();
  expect([images.size, images.has(20), troubles]).toEqual([39, false, ['failed']]);
});

it('stops where there is no room, and still writes answers of what is kept', async () => {
  const { queue, images, answers, troubles } = diskOf((id) =>
    id > 20 ? new DOMException('', 'QuotaExceededError') : null,
  );
  const items = many(40);
  queue.follow(items);
  await queue.settled();
  expect([images.size, answers.size, troubles]).toEqual([20, 20, ['full']]);
  answers.clear();
  queue.putNotes(items);
  await queue.settled();
  expect([answers.size, troubles]).toEqual([20, ['full']]);
});

it('has nothing to write of an image without an answer', async () => {
  const { queue, images, answers } = diskOf();
  queue.follow([itemOf(1)]);
  await queue.settled();
  expect([images.size, answers.size]).toEqual([1, 0]);
});
