/** Above the list: what is added, found, sorted, shown and exported. The filters are the legend too. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { askToClear, exportList, focusers } from '../actions.ts';
import { statuses, type Status } from '../item.ts';
import { blindMode, words } from '../preferences.ts';
import { printReport } from '../printing.ts';
import { sortings, type Filter, type Sorting } from '../sorting.ts';
import { counts, filter, items, search, sorting } from '../worklist-state.ts';
import { AddButtons } from './add-buttons.tsx';
import { Icon } from './icon.tsx';
import { IconButton } from './tool-parts.tsx';
import { StatusSign } from './status-sign.tsx';

export function ListTools(): JSX.Element {
  const text = words.value;
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    focusers.search = () => field.current?.focus();
  }, []);
  return (
    <div class="list-tools">
      <div class="tool-line">
        <AddButtons isSmall />
        <span class="tool-space" />
        <span class="joined" role="group" aria-label={text.exportLabel}>
          <button type="button" class="button" title={text.exportCsvLong} onClick={() => exportList('csv')}>
            <Icon name="download" />
            {text.exportCsv}
            <span class="unseen"> ({text.exportCsvLong})</span>
          </button>
          <button type="button" class="button" title={text.exportJsonLong} onClick={() => exportList('json')}>
            {text.exportJson}
            <span class="unseen"> ({text.exportJsonLong})</span>
          </button>
          <IconButton name="print" label={text.printList} onClick={() => printReport('list')} />
        </span>
        <button type="button" class="button icon-only" aria-label={text.clear} title={text.clear} onClick={askToClear}>
          <Icon name="clear" />
        </button>
      </div>
      <div class="tool-line">
        <label class="search">
          <Icon name="search" />
          <span class="unseen">{text.search}</span>
          <input
            ref={field}
            type="search"
            placeholder={text.search}
            value={search.value}
            onInput={(event) => {
              search.value = event.currentTarget.value;
            }}
          />
        </label>
        <label class="field">
          <span class="unseen">{text.sortBy}</span>
          <select
            title={text.sortBy}
            value={sorting.value}
            onChange={(event) => {
              sorting.value = event.currentTarget.value as Sorting;
            }}
          >
            {sortings.map((each) => (
              <option key={each} value={each}>
                {text.sorting[each]}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Filters />
    </div>
  );
}

/** Those that are there from the start: in the blind mode none that speaks of answers. */
const lasting = (isBlind: boolean): readonly Status[] =>
  isBlind ? ['sealed', 'failed', 'waiting'] : ['positive', 'uncertain', 'refused', 'failed', 'negative', 'waiting'];

/** As wide as their largest number, and most of them always there: what comes or grows would move the list under the pointer. */
function Filters(): JSX.Element {
  const text = words.value;
  const count = counts.value;
  const total = items.value.length;
  const always = lasting(blindMode.value === 'on');
  const shown = statuses.filter((status) => always.includes(status) || count[status] > 0 || filter.value === status);
  const all: readonly { readonly key: Filter; readonly word: string; readonly number: number }[] = [
    { key: 'all', word: text.all, number: total },
    ...shown.map((status) => ({ key: status, word: text.status[status], number: count[status] })),
  ];
  const digits = total.toLocaleString(text.locale).length;
  return (
    <div class="filters" role="group" aria-label={text.filterLabel} style={{ '--digits': digits }}>
      {all.map(({ key, word, number }) => (
        <button
          key={key}
          type="button"
          class={`filter${number === 0 ? ' filter-none' : ''}`}
          aria-pressed={filter.value === key}
          {...(key !== 'all' && { title: text.statusMeaning[key] })}
          onClick={() => {
            filter.value = key;
          }}
        >
          {key !== 'all' && <StatusSign status={key} />}
          {word} <b>{number.toLocaleString(text.locale)}</b>
        </button>
      ))}
    </div>
  );
}
