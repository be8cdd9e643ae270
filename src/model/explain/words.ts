/** What a map says, in words. */
import { formatPercent } from '../../base/text.ts';
import type { Method } from './explainer.ts';
import type { RegionHeat } from './heat-regions.ts';

export const methodTitles: Readonly<Record<Method, string>> = { 'grad-cam': 'Grad-CAM', occlusion: 'Occlusion' };

/** @param target the class that is explained @param map its largest value and where its heat lies */
export function describeHeat(
  method: Method,
  target: string,
  { peak, regions }: { readonly peak: number; readonly regions: readonly RegionHeat[] },
): string {
  if (peak === 0) {
    const nothing =
      method === 'grad-cam'
        ? `no place of the last feature maps speaks for ${target}`
        : `covering a place never makes ${target} less likely`;
    return `${methodTitles[method]}: nothing to show, ${nothing}; the map is 0 everywhere.`;
  }
  const parts = regions
    .filter(({ region }) => region === 'lungFields' || region === 'border')
    .map(({ region, heat, area, concentration }) => {
      const name = region === 'border' ? 'the border' : 'the lung boxes';
      const times = concentration === null ? '' : `, ${concentration.toFixed(1)} times chance`;
      return `${formatPercent(heat ?? 0, 0)} of the heat in ${name} (${formatPercent(area, 0)} of the area${times})`;
    });
  return `${methodTitles[method]}: ${parts.join(', ')}.`;
}
