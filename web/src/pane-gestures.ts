/** What pointers do in a pane: drag to move or to set window and level, the wheel and two fingers to zoom. */
import type { Signal } from '@preact/signals';
import { dragLevels } from './levels.ts';
import { actualSizeView, panView, wholeView, zoomView, type Size, type View } from './view.ts';
import { dragMode, levels } from './viewer-state.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Listens until what is returned is called.
 *
 * @param image its size, undefined while it is being opened
 */
export function listenToGestures(element: HTMLElement, view: Signal<View>, image: () => Size | undefined): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  const pointers = new Map<number, Point>();
  let isLevels = false;

  const pane = (): Size => ({ width: element.clientWidth, height: element.clientHeight });
  const pointOf = (event: MouseEvent): Point => {
    const { left, top } = element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  element.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button > 2 || isOnButton(event)) return;
      if (pointers.size === 0) isLevels = event.button === 2 || (event.button === 0 && dragMode.value === 'levels');
      pointers.set(event.pointerId, pointOf(event));
      element.setPointerCapture(event.pointerId);
    },
    { signal },
  );
  element.addEventListener(
    'pointermove',
    (event) => {
      const before = pointers.get(event.pointerId);
      const size = image();
      if (before === undefined || size === undefined) return;
      const now = pointOf(event);
      const [first, second] = [...pointers.values()];
      pointers.set(event.pointerId, now);
      if (first !== undefined && second !== undefined) {
        const [one, other] = [...pointers.values()] as [Point, Point];
        const factor = distance(one, other) / Math.max(1, distance(first, second));
        view.value = zoomView(view.value, factor, middle(one, other), pane(), size);
      } else if (isLevels) levels.value = dragLevels(levels.value, now.x - before.x, now.y - before.y);
      else view.value = panView(view.value, now.x - before.x, now.y - before.y, pane(), size);
    },
    { signal },
  );
  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
    element.addEventListener(end, (event) => pointers.delete(event.pointerId), { signal });
  }
  element.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
  element.addEventListener(
    'wheel',
    (event) => {
      const size = image();
      if (size === undefined) return;
      event.preventDefault();
      const notches = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY / 100 : event.deltaY / 3;
      view.value = zoomView(view.value, 1.2 ** -notches, pointOf(event), pane(), size);
    },
    { signal, passive: false },
  );
  element.addEventListener(
    'dblclick',
    (event) => {
      const size = image();
      if (size !== undefined && !isOnButton(event))
        view.value = view.value.zoom === 1 ? actualSizeView(view.value, pane(), size) : wholeView;
    },
    { signal },
  );
  return () => listening.abort();
}

/** Buttons in the pane have clicks of their own. */
const isOnButton = ({ target }: Event): boolean => target instanceof Element && target.closest('button') !== null;
const distance = (one: Point, other: Point): number => Math.hypot(one.x - other.x, one.y - other.y);
const middle = (one: Point, other: Point): Point => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });
