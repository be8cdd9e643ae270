/** One image on black, with its heat map. */
import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { focusers } from '../actions.ts';
import { useHeat } from '../heat-state.ts';
import { probabilityOf, statusOf, type WorkItem } from '../item.ts';
import { listenToGestures } from '../pane-gestures.ts';
import { panBy, registerPane } from '../pane-registry.ts';
import { LeveledPicture, paint } from '../painting.ts';
import { openPicture, type Picture } from '../pictures.ts';
import { words } from '../preferences.ts';
import { describeTrouble } from '../trouble-words.ts';
import { place as placeView, type Size, type View } from '../view.ts';
import { heatOpacity, levels } from '../viewer-state.ts';
import { HeatLegend } from './heat-legend.tsx';
import { StatusSign } from './status-sign.tsx';

interface Props {
  readonly item: WorkItem;
  readonly view: Signal<View>;
  /** null where it is alone */
  readonly letter: string | null;
}

const panStep = 60;

export function Pane({ item, view, letter }: Props): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [picture, isBroken] = usePicture(item.file);
  const leveled = useRef<LeveledPicture | null>(null);
  const size = useSize(frame);
  const heat = useHeat(item);
  const latest = useRef<Picture | null>(picture);
  latest.current = picture;
  const text = words.value;
  const state = item.state.value;
  const status = statusOf(state);
  const probability = probabilityOf(state);

  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const image = (): Size | undefined => latest.current ?? undefined;
    const stopListening = listenToGestures(element, view, image);
    const forget = registerPane({ element, view, image });
    if (letter === null || letter === text.paneA) focusers.viewer = () => element.focus();
    return () => {
      stopListening();
      forget();
    };
  }, [view]);

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
        placement: placeView(look, size, picture),
        heat: heat.kind === 'ready' ? { canvas: heat.canvas, opacity } : null,
      });
    });
    return () => cancelAnimationFrame(request);
  }, [picture, now, look, size, heat, opacity]);

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

  const isTiff = /\.tiff?$/i.test(item.name);
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
      <div class="pane-head">
        {letter !== null && <b class="pane-letter">{letter}</b>}
        <span class="pane-name">{item.name}</span>
        <span class={`pane-status pane-${status}`}>
          <StatusSign status={status} />
          {text.status[status]}
          {probability !== null && ` ${text.percent(probability)}`}
        </span>
      </div>
      {picture === null && (
        <p class="pane-note">{isBroken ? (isTiff ? text.cannotShowTiff : text.cannotShow) : text.loading}</p>
      )}
      <div class="pane-foot">
        {picture !== null && (
          <span class="pane-zoom">{text.zoomIs(text.wholePercent(placeView(view.value, size, picture).scale))}</span>
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

function usePicture(file: File): [picture: Picture | null, isBroken: boolean] {
  const [opened, setOpened] = useState<{ file: File; picture: Picture | null } | null>(null);
  useEffect(() => {
    let isWanted = true;
    openPicture(file).then(
      (picture) => isWanted && setOpened({ file, picture }),
      () => isWanted && setOpened({ file, picture: null }),
    );
    return () => {
      isWanted = false;
    };
  }, [file]);
  return opened?.file === file ? [opened.picture, opened.picture === null] : [null, false];
}

function useSize(frame: { readonly current: HTMLElement | null }): Size {
  const [size, setSize] = useState<Size>({ width: 1, height: 1 });
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const measure = (): void => {
      setSize({ width: Math.max(1, element.clientWidth), height: Math.max(1, element.clientHeight) });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  return size;
}
