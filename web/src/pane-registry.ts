/** Panes that exist, so that buttons and keys can ask how large they and their images are. */
import type { Signal } from '@preact/signals';
import { actualSizeView, panView, wholeView, zoomView, type Size, type View } from './view.ts';

export interface PaneHandle {
  readonly element: HTMLElement;
  readonly view: Signal<View>;
  readonly image: () => Size | undefined;
}

const panes = new Set<PaneHandle>();

export function registerPane(pane: PaneHandle): () => void {
  panes.add(pane);
  return () => panes.delete(pane);
}

/** Each view once: panes that move together share theirs. */
function changeViews(change: (view: View, pane: Size, image: Size) => View): void {
  const focused = [...panes].filter(({ element }) => element.contains(document.activeElement));
  const seen = new Set<Signal<View>>();
  for (const { element, view, image } of focused.length > 0 ? focused : panes) {
    const size = image();
    if (size === undefined || seen.has(view)) continue;
    seen.add(view);
    view.value = change(view.value, { width: element.clientWidth, height: element.clientHeight }, size);
  }
}

export const zoomBy = (factor: number): void =>
  changeViews((view, pane, image) => zoomView(view, factor, { x: pane.width / 2, y: pane.height / 2 }, pane, image));
export const panBy = (dx: number, dy: number): void =>
  changeViews((view, pane, image) => panView(view, dx, dy, pane, image));
export const fitViews = (): void => changeViews(() => wholeView);
export const showActualSize = (): void => changeViews((view, pane, image) => actualSizeView(view, pane, image));
