/** Above the list: that its order is held, and what would stand elsewhere. Always there and always as high, so that it moves no row. */
import type { JSX } from 'preact';
import { orderNews, sortNow } from '../list-order.ts';
import { words } from '../preferences.ts';
import { items, shownItems } from '../worklist-state.ts';

export function OrderLine(): JSX.Element {
  const text = words.value;
  const { higher, positive, more, fewer } = orderNews.value;
  const hasNews = higher + more + fewer > 0;
  const sentences = [
    higher > 0 && text.wouldStandHigher(higher, positive),
    more + fewer > 0 && text.filterWouldChange(more, fewer),
  ].filter((each) => each !== false);
  return (
    <div class={`order-line${hasNews ? ' order-news' : ''}`}>
      <span>{hasNews ? sentences.join(' ') : text.shownOf(shownItems.value.length, items.value.length)}</span>
      {hasNews && (
        <button type="button" class="button button-small button-main" onClick={sortNow}>
          {text.sortNow}
        </button>
      )}
    </div>
  );
}
