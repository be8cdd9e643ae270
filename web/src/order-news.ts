/** What a held order leaves unsaid: how many rows would stand elsewhere if the list were sorted now. */
import { statusOf, type Row } from './item.ts';

export interface OrderNews {
  /** rows whose answer came since, and that would stand higher */
  readonly higher: number;
  /** of these, the positive ones */
  readonly positive: number;
  /** rows that the filter would show and does not yet */
  readonly more: number;
  /** rows that the filter would not show any more */
  readonly fewer: number;
}

export const noNews: OrderNews = { higher: 0, positive: 0, more: 0, fewer: 0 };

/**
 * @param held the ids in the order that is shown
 * @param fresh the rows as they would be shown
 * @param changed the ids of the images whose state changed since the order was made
 */
export function compareOrders(
  held: readonly number[],
  fresh: readonly Row<unknown>[],
  changed: ReadonlySet<number>,
): OrderNews {
  const places = new Map(held.map((id, place) => [id, place]));
  let [higher, positive, more] = [0, 0, 0];
  fresh.forEach(({ id, state }, place) => {
    const before = places.get(id);
    if (before === undefined) more += 1;
    else if (place < before && changed.has(id)) {
      higher += 1;
      if (statusOf(state) === 'positive') positive += 1;
    }
  });
  return { higher, positive, more, fewer: held.length - (fresh.length - more) };
}
