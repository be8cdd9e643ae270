import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { words } from '../preferences.ts';
import { colourHeat } from '../viridis.ts';

const steps = 128;

/** The colours and what they mean, over the image, because that is where they are misread. */
export function HeatLegend({ className }: { readonly className: string }): JSX.Element {
  const scale = useRef<HTMLCanvasElement>(null);
  const text = words.value;
  useLayoutEffect(() => {
    const heat = Array.from({ length: steps }, (_, index) => index / (steps - 1));
    scale.current?.getContext('2d')?.putImageData(new ImageData(colourHeat(heat), steps, 1), 0, 0);
  }, []);
  return (
    <div class="heat-legend">
      <b>{text.heatLegend}</b>
      <span class="heat-scale">
        {text.heatCold}
        <canvas ref={scale} width={steps} height="1" aria-hidden="true" />
        {text.heatHot}
      </span>
      <span class="heat-more">{text.heatLegendMore(text.className(className))}</span>
    </div>
  );
}
