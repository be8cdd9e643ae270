/** How the viewer shows images: shared by both panes, and kept from image to image. */
import { signal, type Signal } from '@preact/signals';
import type { WorkItem } from './item.ts';
import { plainLevels, type Levels } from './levels.ts';
import { storedOrientation, type Orientation } from './orientation.ts';
import { wholeView, type View } from './view.ts';

export const levels = signal<Levels>(plainLevels);
/** of pane A; of both where they move together */
export const view = signal<View>(wholeView);
export const otherView = signal<View>(wholeView);
export const together = signal(true);
export const dragMode = signal<'pan' | 'levels'>('pan');
export const heatOn = signal(false);
export const heatOpacity = signal(0.55);
/** The class that the heat map explains; null: the one that was answered. */
export const heatClass = signal<string | null>(null);

/** On a narrower screen the results of two compared images stand aside, so that the images have the room. */
export const resultsBeside = signal(false);

const orientations = new WeakMap<WorkItem, Signal<Orientation>>();

/** Kept for each image, as long as it is on the list. */
export function orientationOf(item: WorkItem): Signal<Orientation> {
  const known = orientations.get(item) ?? signal(storedOrientation);
  orientations.set(item, known);
  return known;
}

export function resetView(): void {
  levels.value = plainLevels;
  view.value = wholeView;
  otherView.value = wholeView;
}
