/** What the page knows of its service: models, limits, whether it answers; and what it asks of it. */
import { batch, computed, effect, signal } from '@preact/signals';
import type { ModelDescription, ModelReference, ModelsAnswer } from '../../src/app/client/service-client.ts';
import type { Collected } from './collect-files.ts';
import type { Trouble, WorkItem } from './item.ts';
import { forgetHeat } from './heat-maps.ts';
import { say } from './messages.ts';
import { sealAnswer } from './readings.ts';
import { Sender } from './sender.ts';
import { ServiceClient, ServiceError } from './service-client.ts';
import { addItems, chooseMostUrgent, items, removeItems } from './worklist-state.ts';

export const client = new ServiceClient();
export const served = signal<ModelsAnswer | null>(null);
/** why the models are not known */
export const startTrouble = signal<Trouble | null>(null);
/** `asked`: the service wants one; `wrong`: it did not know what it got */
export const tokenNeed = signal<'none' | 'asked' | 'wrong'>('none');
const wanted = signal<ModelReference | null>(null);

export const model = computed<ModelDescription | null>(() => {
  const models = served.value?.models ?? [];
  const { id, version } = wanted.value ?? {};
  const same = models.find((each) => each.id === id && each.version === version);
  return same ?? models.find(({ isDefault }) => isDefault) ?? models[0] ?? null;
});

export const sender = new Sender({
  classify: (files, reference, signal) => client.classify(files, reference, signal),
  show: sealAnswer,
  onModelGone: () => void askModels(),
});

effect(() => {
  // A token can also stop being known in the middle of a run.
  if (sender.hold.value?.kind === 'token' && tokenNeed.peek() === 'none') {
    tokenNeed.value = client.token === '' ? 'asked' : 'wrong';
  }
});

effect(() => {
  const { done, total } = sender.run.value;
  if (total > 0 && done === total) chooseMostUrgent();
});

const retryAfter = 3000;
let retry: ReturnType<typeof setTimeout> | undefined;

export async function askModels(): Promise<void> {
  clearTimeout(retry);
  try {
    const answer = await client.models();
    const before = model.peek();
    batch(() => {
      served.value = answer;
      startTrouble.value = null;
      tokenNeed.value = 'none';
    });
    const now = model.peek();
    if (now === null) return;
    const isOther = before !== null && (before.id !== now.id || before.version !== now.version);
    sender.use(now, answer.limits);
    if (isOther) readAgain(now);
  } catch (error) {
    const trouble = error instanceof ServiceError ? error.trouble : { code: 'bad-answer', detail: null };
    if (error instanceof ServiceError && error.status === 401) {
      tokenNeed.value = client.token === '' ? 'asked' : 'wrong';
      startTrouble.value = trouble;
      sender.holdFor('token');
      return;
    }
    startTrouble.value = trouble;
    retry = setTimeout(() => void askModels(), retryAfter);
  }
}

/** Asks again with it, and goes on where the run was held. */
export async function giveToken(token: string): Promise<void> {
  client.token = token;
  await askModels();
}

export function chooseModel(reference: ModelReference): void {
  wanted.value = { id: reference.id, version: reference.version };
  const now = model.value;
  const limits = served.value?.limits;
  if (now === null || limits === undefined) return;
  sender.use(now, limits);
  readAgain(now);
}

/** Answers of two models in one list would be compared by mistake. */
function readAgain(now: ModelDescription): void {
  forgetHeat();
  if (items.value.length === 0) return;
  sender.restart(items.value);
  say((words) => words.modelChanged(now.id));
}

export function addFound({ found, passedOver }: Collected): void {
  const added = addItems(found);
  const known = found.length - added.length;
  sender.add(added);
  if (added.length > 0) say((words) => words.added(added.length), 'ear');
  else if (found.length === 0 && passedOver === 0) say((words) => words.nothingToAdd);
  if (passedOver > 0) say((words) => words.passedOver(passedOver));
  if (known > 0) say((words) => words.duplicates(known));
}

export function removeFound(gone: readonly WorkItem[]): void {
  const set = new Set(gone);
  sender.forget(set);
  removeItems(set);
}

export function retryItem(item: WorkItem): void {
  item.state.value = { kind: 'waiting' };
  sender.add([item]);
}
