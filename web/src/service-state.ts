/** What the page knows of its service: models, limits, whether it answers; and what it asks of it. */
import { batch, computed, effect, signal } from '@preact/signals';
import type { ModelDescription, ModelReference, ModelsAnswer } from '../../src/app/client/service-client.ts';
import { client } from './client.ts';
import type { Trouble, WorkItem } from './item.ts';
import { forgetHeat } from './heat-maps.ts';
import { say } from './messages.ts';
import { answerOf, sealAnswer } from './readings.ts';
import { Sender } from './sender.ts';
import { ServiceError } from './service-client.ts';
import { setState } from './item-changes.ts';
import { chooseMostUrgent, sortNow } from './list-order.ts';
import { readForTab, writeForTab } from './tab-storage.ts';
import { items } from './worklist-state.ts';

/** A token is asked for once in a tab: nobody else finds it there, and it goes with the tab. */
export function recallToken(): void {
  client.token = readForTab('token') ?? '';
}
export const served = signal<ModelsAnswer | null>(null);
/** why the models are not known */
export const startTrouble = signal<Trouble | null>(null);
/** `asked`: the service wants one; `wrong`: it did not know what it got */
export const tokenNeed = signal<'none' | 'asked' | 'wrong'>('none');
/** the model that was chosen; null: the service's own choice */
export const wantedModel = signal<ModelReference | null>(null);

export const model = computed<ModelDescription | null>(() => {
  const models = served.value?.models ?? [];
  const { id, version } = wantedModel.value ?? {};
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
    else rereadStale();
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
  writeForTab('token', token);
  await askModels();
}

export function chooseModel(reference: ModelReference): void {
  wantedModel.value = { id: reference.id, version: reference.version };
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
  sortNow();
  say((words) => words.modelChanged(now.id));
}

/** Answers that were kept from another time may be those of another model, and are asked for anew. */
export function rereadStale(): void {
  const now = model.peek();
  if (now === null) return;
  const stale = items.peek().filter((item) => {
    const own = answerOf(item);
    return own.kind === 'done' && (own.model.id !== now.id || own.model.version !== now.version);
  });
  if (stale.length === 0) return;
  batch(() => {
    for (const item of stale) setState(item, { kind: 'waiting' });
  });
  sender.add(stale);
  say((words) => words.modelChanged(now.id));
}

export function retryItem(item: WorkItem): void {
  setState(item, { kind: 'waiting' });
  sender.add([item]);
}
