/** How the viewer shows images: shared by both panes, and kept from image to image. */
import { signal } from '@preact/signals';
import { plainLevels, type Levels } from './levels.ts';
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

export function resetView(): void {
  levels.value = plainLevels;
  view.value = wholeView;
  otherView.value = wholeView;
}
