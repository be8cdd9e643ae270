/** Keys that work everywhere on the page, and how they are written in the help. */
import {
  backToList,
  changeLevels,
  changeOpacity,
  exportList,
  focusers,
  openViewer,
  pickers,
  removeCurrent,
} from './actions.ts';
import { openDialog } from './dialogs-state.ts';
import { sortNow } from './list-order.ts';
import { fitViews, mirrorImages, resetImages, showActualSize, turnImages, zoomBy } from './pane-registry.ts';
import { singleKeys } from './preferences.ts';
import { printReport } from './printing.ts';
import { undoRemoval } from './removals.ts';
import { heatOn, levels } from './viewer-state.ts';
import type { Words } from './words-en.ts';
import { chooseNext, compared, items, swapCompared, toggleCompare } from './worklist-state.ts';

export interface Shortcut {
  readonly word: keyof Words['keys'];
  /** as they are written; several do opposite things in the order of the words */
  readonly keys: readonly string[];
}

/** In the order of the help. */
export const shortcuts: readonly Shortcut[] = [
  { word: 'open', keys: ['O'] },
  { word: 'openFolder', keys: ['Shift O'] },
  { word: 'nextPrevious', keys: ['J', 'K'] },
  { word: 'enter', keys: ['Enter'] },
  { word: 'escape', keys: ['Esc'] },
  { word: 'search', keys: ['/'] },
  { word: 'sortNow', keys: ['S'] },
  { word: 'heat', keys: ['H'] },
  { word: 'opacity', keys: ['[', ']'] },
  { word: 'invert', keys: ['I'] },
  { word: 'window', keys: ['W', 'Shift W'] },
  { word: 'level', keys: ['L', 'Shift L'] },
  { word: 'turn', keys: ['T', 'Shift T'] },
  { word: 'mirror', keys: ['F'] },
  { word: 'reset', keys: ['R'] },
  { word: 'zoom', keys: ['-', '+'] },
  { word: 'fit', keys: ['0'] },
  { word: 'actual', keys: ['1'] },
  { word: 'pan', keys: ['←', '→', '↑', '↓'] },
  { word: 'compare', keys: ['C'] },
  { word: 'swap', keys: ['X'] },
  { word: 'remove', keys: ['Delete'] },
  { word: 'undo', keys: ['Z'] },
  { word: 'csv', keys: ['E'] },
  { word: 'json', keys: ['Shift E'] },
  { word: 'print', keys: ['P', 'Shift P'] },
  { word: 'card', keys: ['M'] },
  { word: 'help', keys: ['?'] },
];

const step = 10;

/** By `KeyboardEvent.key`; capitals are those with Shift. */
const actions: Readonly<Record<string, () => void>> = {
  o: () => pickers.files(),
  O: () => pickers.folder(),
  j: () => chooseNext(1),
  k: () => chooseNext(-1),
  Enter: openViewer,
  '/': () => focusers.search(),
  s: sortNow,
  z: undoRemoval,
  h: () => {
    heatOn.value = !heatOn.value;
  },
  '[': () => changeOpacity(-0.1),
  ']': () => changeOpacity(0.1),
  i: () => changeLevels({ inverted: !levels.value.inverted }),
  w: () => changeLevels({ window: levels.value.window - step }),
  W: () => changeLevels({ window: levels.value.window + step }),
  l: () => changeLevels({ level: levels.value.level - step }),
  L: () => changeLevels({ level: levels.value.level + step }),
  t: () => turnImages(1),
  T: () => turnImages(-1),
  f: () => mirrorImages(),
  r: resetImages,
  '-': () => zoomBy(1 / 1.25),
  '+': () => zoomBy(1.25),
  '=': () => zoomBy(1.25),
  '0': fitViews,
  '1': showActualSize,
  c: toggleCompare,
  x: swapCompared,
  Delete: removeCurrent,
  e: () => exportList('csv'),
  E: () => exportList('json'),
  p: () => printReport('images'),
  P: () => printReport('list'),
  m: () => {
    openDialog.value = 'card';
  },
  '?': () => {
    openDialog.value = 'help';
  },
};

/** Without images there is nothing that these could do. */
const needNoImages = new Set(['o', 'O', 'm', 'z', '?']);

export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.target as HTMLElement;
    // Dialogs and fields have keys of their own.
    if (document.querySelector('dialog[open]') !== null) return;
    if (event.key === 'Escape') {
      leave(target);
      return;
    }
    if (target.closest('input:not([type=range], [type=checkbox]), select, textarea') !== null) return;
    if (target.closest('button, a, summary, input') !== null && (event.key === 'Enter' || event.key === ' ')) return;
    if (singleKeys.value === 'off') return;
    const action = actions[event.key];
    if (action === undefined || (items.value.length === 0 && !needNoImages.has(event.key))) return;
    event.preventDefault();
    action();
  });
}

/** One step out: of the comparison, of the field or the viewer. */
function leave(target: HTMLElement): void {
  if (target.closest('.viewer') !== null && compared.value !== undefined) compared.value = undefined;
  else if (items.value.length > 0) backToList();
}
