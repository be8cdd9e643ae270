/**
 * A Vega-Lite description -> SVG -> PNG, without a browser, a canvas, a network or an installed font. The libraries are large, so they are
 * loaded when the first chart is drawn.
 */
import { fileURLToPath } from 'node:url';
import type { TopLevelSpec } from 'vega-lite';
import { measureTextItem } from './text-metrics.ts';
import { fontFamily, themeConfig } from './theme.ts';

export interface Chart {
  /** Text stays text; fonts are named, not embedded. */
  readonly svg: string;
  /** Two pixels for each of the SVG's. */
  readonly png: Uint8Array;
}

const pngScale = 2;

/**
 * @param spec with inline data only: whatever names a URL is refused
 * @internal
 */
export async function renderChart(spec: TopLevelSpec): Promise<Chart> {
  const svg = await renderSvg(spec);
  return { svg, png: await renderPng(svg) };
}

/** @internal */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  (vega as unknown as { readonly textMetrics: { width: typeof measureTextItem } }).textMetrics.width = measureTextItem;
  // A complaint about a chart that we described ourselves is a defect of the description.
  const complaints: string[] = [];
  const logger = vega.logger(vega.Warn, undefined, (_method, _level, values) => complaints.push(values.join(' ')));
  const { spec: vegaSpec } = compile(spec, { config: themeConfig, logger });
  const loader = vega.loader();
  loader.load = (uri) => Promise.reject(new Error(`A chart must not load anything, but it names ${uri}.`));
  const view = new vega.View(vega.parse(vegaSpec), { renderer: 'none', loader, logger });
  try {
    const svg = await view.toSVG();
    if (complaints.length > 0) throw new Error(`The chart is described wrongly: ${complaints.join('; ')}`);
    return labelSvg(svg, spec.description);
  } finally {
    view.finalize();
  }
}

/** Draws with the font that this package brings, so that the pixels are the same on every machine. */
export async function renderPng(svg: string): Promise<Uint8Array> {
  const { renderAsync } = await import('@resvg/resvg-js');
  const fonts = ['400Regular/Arimo_400Regular.ttf', '700Bold/Arimo_700Bold.ttf'];
  const image = await renderAsync(svg, {
    font: {
      loadSystemFonts: false,
      fontFiles: fonts.map((font) => fileURLToPath(import.meta.resolve(`@expo-google-fonts/arimo/${font}`))),
      defaultFontFamily: fontFamily.split(',')[0] as string,
    },
    fitTo: { mode: 'zoom', value: pngScale },
    background: 'white',
  });
  return image.asPng();
}

/** Vega leaves the description out of a picture that is drawn without a page around it. */
function labelSvg(svg: string, description: string | undefined): string {
  if (description === undefined) return svg;
  const escaped = description.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
  return svg.replace('<svg ', () => `<svg role="img" aria-label="${escaped}" `);
}
