/** The heat map of one pane: asked for when it is wanted, gone when something else is shown. */
import { useEffect, useState } from 'preact/hooks';
import type { ExplainAnswer } from '../../src/app/client/service-client.ts';
import { askHeat } from './heat-maps.ts';
import { statusOf, type Trouble, type WorkItem } from './item.ts';
import { ServiceError } from './service-client.ts';
import { client } from './client.ts';
import { askModels, model } from './service-state.ts';
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
  const isExpected = status === 'waiting' || status === 'sending';
  const hasAnswer = !isExpected && status !== 'refused' && status !== 'failed' && status !== 'sealed';
  const version = by === null ? '' : `${by.id} ${by.version}`;
  useEffect(() => {
    if (!isOn || by === null) {
      setHeat({ kind: 'off' });
      return undefined;
    }
    if (!hasAnswer) {
      setHeat({ kind: isExpected ? 'loading' : 'none' });
      return undefined;
    }
    const request = new AbortController();
    setHeat({ kind: 'loading' });
    askHeat(client, item, by, target, request.signal).then(
      (answer) => {
        if (!request.signal.aborted) setHeat({ kind: 'ready', canvas: drawHeat(answer), className: answer.class });
      },
      async (error: unknown) => {
        if (request.signal.aborted) return;
        const trouble = error instanceof ServiceError ? error.trouble : { code: 'bad-answer', detail: null };
        // A model that was loaded anew has another version: the images are read again, and this asks by itself then.
        if (trouble.code === 'not-found') await askModels();
        if (!request.signal.aborted) setHeat({ kind: 'failed', trouble });
      },
    );
    return () => request.abort();
  }, [item, isOn, target, version, hasAnswer, isExpected]);
  return heat;
}

function drawHeat({ heat, width, height }: ExplainAnswer): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.putImageData(new ImageData(colourHeat(heat), width, height), 0, 0);
  return canvas;
}
