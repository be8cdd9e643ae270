/** Panes that exist, so that buttons and keys can ask how large they and their images are. */
import type { Signal } from '@preact/signals';
import type { WorkItem } from './item.ts';
import {
  mirrorOrientation,
  mirrorView,
  storedOrientation,
  turnOrientation,
  turnView,
  type Turn,
} from './orientation.ts';
import { actualSizeView, panView, wholeView, zoomView, type Size, type View } from './view.ts';
import { orientationOf, resetView } from './viewer-state.ts';

export interface PaneHandle {
  readonly element: HTMLElement;
  readonly view: Signal<View>;
  readonly item: () => WorkItem;
  /** as it is turned; undefined while it is being opened */
  readonly image: () => Size | undefined;
  /** the whole image as it looks; null while it is being opened */
  readonly draw: () => DrawnImage | null;
}

export interface DrawnImage {
  readonly canvas: HTMLCanvasElement;
  /** the class whose heat map lies over it */
  readonly heatClass: string | null;
}

const panes = new Set<PaneHandle>();

export function registerPane(pane: PaneHandle): () => void {
  panes.add(pane);
  return () => panes.delete(pane);
}

/** Those of an item; otherwise the one with the focus, and all where none has it. */
function panesInUse(item?: WorkItem): readonly PaneHandle[] {
  if (item !== undefined) return [...panes].filter((pane) => pane.item() === item);
  const focused = [...panes].filter(({ element }) => element.contains(document.activeElement));
  return focused.length > 0 ? focused : [...panes];
}

/** Each view once: panes that move together share theirs. */
function changeViews(change: (view: View, pane: Size, image: Size) => View): void {
  const seen = new Set<Signal<View>>();
  for (const { element, view, image } of panesInUse()) {
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

/** A view that two panes share stays: the other image did not turn. */
function followView({ view }: PaneHandle, change: (view: View) => View): void {
  if ([...panes].filter((pane) => pane.view === view).length === 1) view.value = change(view.value);
}

export function turnImages(by: Turn, item?: WorkItem): void {
  for (const pane of panesInUse(item)) {
    const orientation = orientationOf(pane.item());
    orientation.value = turnOrientation(orientation.value, by);
    followView(pane, (view) => turnView(view, by));
  }
}

export function mirrorImages(item?: WorkItem): void {
  for (const pane of panesInUse(item)) {
    const orientation = orientationOf(pane.item());
    orientation.value = mirrorOrientation(orientation.value);
    followView(pane, mirrorView);
  }
}

export function drawImage(item: WorkItem): DrawnImage | null {
  return [...panes].find((pane) => pane.item() === item)?.draw() ?? null;
}

/** All that was changed about how the images are shown; the heat map stays. */
export function resetImages(): void {
  for (const { item } of panes) orientationOf(item()).value = storedOrientation;
  resetView();
}
