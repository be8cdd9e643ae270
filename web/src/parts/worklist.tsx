/** The list itself: only rows in sight exist, and the whole is one listbox for the keyboard and for screen readers. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { focusers, openViewer, removeCurrent } from '../actions.ts';
import { words } from '../preferences.ts';
import { leaveList, presence } from '../presence.ts';
import { scrollToShow, visibleRows } from '../row-range.ts';
import {
  chosen,
  choose,
  chooseIndex,
  compared,
  current,
  currentIndex,
  filter,
  place,
  search,
  shownItems,
} from '../worklist-state.ts';
import { rowId, WorklistRow } from './worklist-row.tsx';

/** Of a row, in root ems, as the style sheet has it. */
const rowEms = 4.5;

export function Worklist(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState({ top: 0, height: 800, row: rowEms * 16 });
  const text = words.value;
  const list = shownItems.value;
  const index = currentIndex.value;
  const shown = current.value;

  const look = (): void => {
    const element = box.current;
    if (element === null) return;
    const row = rowEms * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    presence.isScrolled = element.scrollTop > 0;
    const next = { top: element.scrollTop, height: element.clientHeight, row };
    setSight((before) =>
      before.top === next.top && before.height === next.height && before.row === next.row ? before : next,
    );
  };

  useEffect(() => {
    focusers.list = () => box.current?.focus();
    const observer = new ResizeObserver(look);
    if (box.current !== null) observer.observe(box.current);
    return () => {
      observer.disconnect();
      leaveList();
    };
  }, []);

  // Follows whoever moves through the list, but not the list when it sorts itself anew.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || currentIndex.peek() < 0) return;
    element.scrollTop = scrollToShow(currentIndex.peek(), element.scrollTop, element.clientHeight, sight.row);
    look();
  }, [shown]);

  const range = visibleRows(sight.top, sight.height, sight.row, list.length);
  const indexes = Array.from({ length: range.end - range.first }, (_, at) => range.first + at);
  // What the keyboard stands on always exists.
  if (index >= 0 && (index < range.first || index >= range.end)) indexes.push(index);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(sight.height / sight.row) - 1);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + page,
      PageUp: index - page,
      Home: 0,
      End: list.length - 1,
    };
    const target = moves[event.key];
    if (target !== undefined) chooseIndex(target);
    else if (event.key === 'Enter' || event.key === ' ') openViewer();
    else if (event.key === 'Delete') removeCurrent();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const onChoose = (event: MouseEvent, at: number): void => {
    const item = list[at];
    if (item === undefined) return;
    if ((event.ctrlKey || event.metaKey) && compared.value === undefined && item !== chosen.value)
      compared.value = null;
    choose(item);
    place.value = 'viewer';
  };

  const letterOf = (item: unknown): string | null => {
    if (compared.value === undefined) return null;
    return item === chosen.value ? text.paneA : item === compared.value ? text.paneB : null;
  };

  return (
    <div class="list-frame">
      <div
        ref={box}
        class="list"
        role="listbox"
        tabIndex={0}
        aria-label={text.worklist}
        aria-describedby="list-hint"
        {...(index >= 0 && shown !== null && { 'aria-activedescendant': rowId(shown.id) })}
        onScroll={look}
        onPointerEnter={() => (presence.isOver = true)}
        onPointerLeave={() => (presence.isOver = false)}
        onFocus={() => (presence.hasFocus = true)}
        onBlur={() => (presence.hasFocus = false)}
        onKeyDown={onKeyDown}
      >
        <div class="list-whole" role="presentation" style={{ height: `${list.length * sight.row}px` }}>
          {indexes.map((at) => {
            const item = list[at];
            return (
              item !== undefined && (
                <WorklistRow
                  key={item.id}
                  item={item}
                  index={at}
                  total={list.length}
                  top={at * sight.row}
                  isCurrent={item === shown}
                  letter={letterOf(item)}
                  onChoose={(event) => onChoose(event, at)}
                />
              )
            );
          })}
        </div>
      </div>
      <p id="list-hint" class="unseen">
        {text.worklistHint}
      </p>
      {list.length === 0 && (
        <div class="list-none">
          <p>{text.nothingFound}</p>
          <button
            type="button"
            class="button"
            onClick={() => {
              filter.value = 'all';
              search.value = '';
            }}
          >
            {text.showAll}
          </button>
        </div>
      )}
    </div>
  );
}
