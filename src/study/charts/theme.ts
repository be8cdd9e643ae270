/** The look that all charts share: one font, few colours that colour-blind readers can tell apart, thin lines. */
import type { Config } from 'vega-lite';

/** Arimo is drawn into the PNG; a viewer of the SVG falls back to fonts of the same widths. */
export const fontFamily = "Arimo, Arial, Helvetica, 'Liberation Sans', sans-serif";

/** From the palette of Okabe and Ito (2008). */
export const colors = {
  training: '#0072B2',
  validation: '#D55E00',
  ink: '#222222',
  muted: '#6b6b6b',
  grid: '#e6e6e6',
} as const;

/** @internal */
export const themeConfig: Config = {
  background: 'white',
  padding: 16,
  font: fontFamily,
  view: { stroke: null },
  title: {
    anchor: 'start',
    font: fontFamily,
    fontSize: 16,
    fontWeight: 'bold',
    color: colors.ink,
    offset: 14,
    subtitleFont: fontFamily,
    subtitleFontSize: 12,
    subtitleColor: colors.muted,
    subtitlePadding: 5,
  },
  axis: {
    domainColor: colors.muted,
    tickColor: colors.muted,
    gridColor: colors.grid,
    labelColor: colors.ink,
    labelFontSize: 11,
    titleColor: colors.ink,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 8,
  },
  legend: { labelColor: colors.ink, labelFontSize: 12, symbolStrokeWidth: 2.5, symbolSize: 300 },
};
