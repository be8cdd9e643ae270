/** Rows for tests. */
import type { ImageAnswer } from '../../src/app/client/service-client.ts';
import type { ItemState, Row } from './item.ts';

const model = { id: 'made-up', version: '0123456789ab' };

export function answer(change: Partial<ImageAnswer> = {}): ImageAnswer {
  return {
    index: 0,
    name: 'image-1',
    status: 'answered',
    label: 'NORMAL',
    positive: false,
    probability: 0.1,
    threshold: 0.5,
    probabilities: { NORMAL: 0.9, PNEUMONIA: 0.1 },
    uncertain: false,
    header: null,
    guard: { score: 0.1, verdict: 'accepted', reason: null, sentence: '' },
    display: null,
    reason: null,
    sha256: 'a'.repeat(64),
    pages: 1,
    timings: null,
    problem: null,
    ...change,
  };
}

export function done(change: Partial<ImageAnswer> = {}): ItemState {
  return { kind: 'done', answer: answer(change), model };
}

export const positive = (probability: number): ItemState => done({ label: 'PNEUMONIA', positive: true, probability });
export const negative = (probability: number): ItemState => done({ probability });
export const refused = done({
  status: 'refused',
  label: null,
  positive: null,
  probability: null,
  probabilities: null,
  guard: { score: 0.9, verdict: 'refused', reason: 'unlike', sentence: 'does not look like an X-ray' },
});
export const failed: ItemState = { kind: 'failed', trouble: { code: 'wrong-type', detail: 'No image.' } };

/** Numbered in this order. */
export function rowsOf(states: Readonly<Record<string, ItemState>>): readonly Row<string>[] {
  return Object.entries(states).map(([name, state], index) => ({ item: name, id: index + 1, name, state }));
}
