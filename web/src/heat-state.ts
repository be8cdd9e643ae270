/** The heat map of one pane: asked for when it is wanted, gone when something else is shown. */
import { useEffect, useState } from 'preact/hooks';
import type { ExplainAnswer } from '../../src/app/client/service-client.ts';
import { askHeat } from './heat-maps.ts';
import { statusOf, type Trouble, type WorkItem } from './item.ts';
import { ServiceError } from './service-client.ts';
import { client, model } from './service-state.ts';
import { heatClass, heatOn } from './viewer-state.ts';
import { colourHeat } from './viridis.ts';

export type Heat =
  | { readonly kind: 'off' | 'loading' | 'none' }
  | { readonly kind: 'failed'; readonly trouble: Trouble }
  | { readonly kind: 'ready'; readonly canvas: HTMLCanvasElement; readonly className: string };

export function useHeat(item: WorkItem): Heat {
  const [heat, setHeat] = useState<Heat>({ kind: 'off' });
  const [isOn, target, by] = [heatOn.value, heatClass.value, model.value];
  const status = statusOf(item.state.value);
  const hasAnswer = !['refused', 'failed', 'waiting', 'sending'].includes(status);
  const version = by === null ? '' : `${by.id} ${by.version}`;
  useEffect(() => {
    if (!isOn || by === null) {
      setHeat({ kind: 'off' });
      return undefined;
    }
    if (!hasAnswer) {
      setHeat({ kind: 'none' });
      return undefined;
    }
    const request = new AbortController();
    setHeat({ kind: 'loading' });
    askHeat(client, item, by, target, request.signal).then(
      (answer) => {
        if (!request.signal.aborted) setHeat({ kind: 'ready', canvas: drawHeat(answer), className: answer.class });
      },
      (error: unknown) => {
        if (request.signal.aborted) return;
        const trouble = error instanceof ServiceError ? error.trouble : { code: 'bad-answer', detail: null };
        setHeat({ kind: 'failed', trouble });
      },
    );
    return () => request.abort();
  }, [item, isOn, target, version, hasAnswer]);
  return heat;
}

function drawHeat({ heat, width, height }: ExplainAnswer): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.putImageData(new ImageData(colourHeat(heat), width, height), 0, 0);
  return canvas;
}
