/** One image on black, with its heat map. */
import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { focusers } from '../actions.ts';
import { useHeat, type Heat } from '../heat-state.ts';
import { isSettled, type WorkItem } from '../item.ts';
import { orientSize } from '../orientation.ts';
import { say } from '../messages.ts';
import { listenToGestures } from '../pane-gestures.ts';
import { usePicture, useSize } from '../pane-hooks.ts';
import { panBy, registerPane, type DrawnImage } from '../pane-registry.ts';
import { LeveledPicture, paint, paintWhole } from '../painting.ts';
import type { Picture } from '../pictures.ts';
import { words } from '../preferences.ts';
import { describeTrouble } from '../trouble-words.ts';
import { place as placeView, type Size, type View } from '../view.ts';
import { heatOpacity, levels, orientationOf } from '../viewer-state.ts';
import { HeatLegend } from './heat-legend.tsx';
import { PaneHead } from './pane-head.tsx';

interface Props {
  readonly item: WorkItem;
  readonly view: Signal<View>;
  /** null where it is alone */
  readonly letter: string | null;
}

interface Latest {
  readonly item: WorkItem;
  readonly picture: Picture | null;
  readonly heat: Heat;
}

const panStep = 60;

export function Pane({ item, view, letter }: Props): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [picture, isBroken] = usePicture(item.file, isSettled(item.state.value));
  const leveled = useRef<LeveledPicture | null>(null);
  const size = useSize(frame);
  const heat = useHeat(item);
  const latest = useRef<Latest>({ item, picture, heat });
  latest.current = { item, picture, heat };
  const text = words.value;
  const orientation = orientationOf(item).value;

  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const image = (): Size | undefined => {
      const { item: own, picture: shown } = latest.current;
      return shown === null ? undefined : orientSize(shown, orientationOf(own).value);
    };
    const stopListening = listenToGestures(element, view, image);
    const draw = (): DrawnImage | null => {
      const { item: own, picture: shown, heat: over } = latest.current;
      if (shown === null) return null;
      const layer = over.kind === 'ready' ? { canvas: over.canvas, opacity: heatOpacity.value } : null;
      const whole = paintWhole(new LeveledPicture(shown), levels.value, orientationOf(own).value, layer);
      return { canvas: whole, heatClass: over.kind === 'ready' ? over.className : null };
    };
    const forget = registerPane({ element, view, item: () => latest.current.item, image, draw });
    if (letter === null || letter === text.paneA) focusers.viewer = () => element.focus();
    return () => {
      stopListening();
      forget();
    };
  }, [view]);

  useEffect(() => {
    if (heat.kind === 'ready') say((each) => each.heatIsOf(item.name, each.className(heat.className)), 'ear');
    if (heat.kind === 'none') say((each) => `${item.name}${each.colon}${each.heatNone}`, 'ear');
  }, [heat]);

  const [now, look, opacity] = [levels.value, view.value, heatOpacity.value];
  useLayoutEffect(() => {
    const request = requestAnimationFrame(() => {
      if (canvas.current === null) return;
      if (picture === null) {
        leveled.current = null;
        paint(canvas.current, size, null);
        return;
      }
      if (leveled.current?.picture !== picture) leveled.current = new LeveledPicture(picture);
      paint(canvas.current, size, {
        picture: leveled.current,
        levels: now,
        orientation,
        placement: placeView(look, size, orientSize(picture, orientation)),
        heat: heat.kind === 'ready' ? { canvas: heat.canvas, opacity } : null,
      });
    });
    return () => cancelAnimationFrame(request);
  }, [picture, now, orientation, look, size, heat, opacity]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [panStep, 0],
      ArrowRight: [-panStep, 0],
      ArrowUp: [0, panStep],
      ArrowDown: [0, -panStep],
    };
    const move = moves[event.key];
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    panBy(...move);
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={frame}
      class="pane"
      role="group"
      tabIndex={0}
      aria-label={text.imageOf(item.name)}
      aria-describedby="pane-hint"
      onKeyDown={onKeyDown}
    >
      <canvas ref={canvas} aria-hidden="true" />
      <PaneHead item={item} letter={letter} />
      {picture === null && <p class="pane-note">{isBroken ? text.cannotShow : text.loading}</p>}
      <div class="pane-foot">
        {picture !== null && (
          <span class="pane-zoom">
            {text.zoomIs(text.wholePercent(placeView(view.value, size, orientSize(picture, orientation)).scale))}
            <b>{text.orientationIs(90 * orientation.quarters, orientation.isMirrored)}</b>
          </span>
        )}
        {heat.kind === 'loading' && <p class="pane-heat">{text.heatLoading}</p>}
        {heat.kind === 'none' && <p class="pane-heat">{text.heatNone}</p>}
        {heat.kind === 'failed' && (
          <p class="pane-heat" role="alert">
            {describeTrouble(text, heat.trouble, item.file.size)}
          </p>
        )}
        {heat.kind === 'ready' && <HeatLegend className={heat.className} />}
      </div>
    </div>
  );
}
