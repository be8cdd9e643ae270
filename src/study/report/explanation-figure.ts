/** One explained image as a picture for people: the X-ray as the network sees it, and each method's heat on it. */
import type { FileExplanation } from '../../model/explain/explain-files.ts';
import { heatColors, renderOverlay } from '../../model/explain/overlay.ts';
import { describeHeat, methodTitles } from '../../model/explain/words.ts';
import { paintGrays, renderPictureGrid, type ColorScale } from '../charts/picture-grid.ts';
import type { Chart } from '../charts/render-chart.ts';
import { formatProbability } from '../../base/text.ts';

/** Of a picture, in the figure's own units. */
const side = 320;

const heatScale: ColorScale = { map: heatColors, low: 0, high: 1, ticks: [0, 0.5, 1], unit: 'share of the hottest' };

/** @param title such as the file's name */
export async function drawExplanation(explanation: FileExplanation, title: string, synthetic: boolean): Promise<Chart> {
  const { width, height, pixels, answer, target, maps } = explanation;
  const size = { width, height };
  const overlays = await Promise.all(
    maps.map(async ({ method, heat }, index) => ({
      ...size,
      png: await renderOverlay(pixels, heat, width),
      title: `${methodTitles[method]}: speaks for ${target.class}`,
      // One bar serves all.
      ...(index === maps.length - 1 ? { scale: heatScale } : {}),
    })),
  );
  const image = { ...size, png: await paintGrays(pixels, width), title: 'As the network sees it' };
  const { threshold, uncertain } = answer;
  const label = uncertain ? `${answer.label}, uncertain` : answer.label;
  const rule = threshold === null ? 'the most probable class' : `threshold ${formatProbability(threshold)}`;
  return renderPictureGrid({
    title,
    subtitle: [
      `Answer: ${label} (${rule}); probability of ${target.class} ${formatProbability(target.probability)}${synthetic ? '; model of synthetic phantoms' : ''}`,
      ...maps.map(({ method, peak, regions }) => describeHeat(method, target.class, { peak, regions })),
    ],
    description: `${title}: X-ray and heat maps of what speaks for ${target.class}`,
    side,
    rows: [{ pictures: [image, ...overlays] }],
  });
}
