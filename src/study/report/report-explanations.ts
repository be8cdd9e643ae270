/** What a report says of its heat maps: where their heat lies, and whether they pass the tests that a meaningful map must pass. */
import type { RegionHeat } from '../../model/explain/heat-regions.ts';
import type { PerturbationCurve } from '../../model/explain/perturbation-curves.ts';
import { htmlTable, paragraph } from '../pages/html-page.ts';
import type { RunReport } from './run-report.ts';
import { formatCount, formatFigure, formatPercent } from '../../base/text.ts';

export function renderExplanationTests({ explained, test }: RunReport): string {
  const [, positive = ''] = test.classNames;
  const images = [...explained.images.values()];
  if (images.length === 0) return paragraph('No image was explained for this report.');
  return [
    paragraph(
      `The maps are made by Grad-CAM (Selvaraju et al., 2017) for ${positive}, whatever an image was called. They show where the last convolution's activations spoke for it, on a grid of a few cells; they do not show why, and a plausible map is no proof of a right reason.`,
    ),
    renderRegions(images.map(({ regions }) => regions)),
    renderRandomisation(explained),
    renderCurves(explained),
  ].join('\n');
}

function renderRegions(all: readonly (readonly RegionHeat[])[]): string {
  const [first = []] = all;
  const rows = first.map(({ title, area }, index) => {
    const heats = all.flatMap((regions) => regions[index]?.heat ?? []);
    const heat = heats.length === 0 ? null : heats.reduce((sum, value) => sum + value, 0) / heats.length;
    const ratio = heat === null || area === 0 ? null : heat / area;
    return [title, formatPercent(heat, 0), formatPercent(area, 0), formatFigure(ratio, 2)];
  });
  return (
    paragraph(
      `Where the heat lies, mean over the ${formatCount(all.length)} images shown. A ratio of 1 is what a map that knows nothing would have; much heat in the border, where no lung can be, means that the model reads markers and edges.`,
    ) +
    htmlTable(
      [
        { title: 'Region' },
        { title: 'Share of the heat', align: 'right' },
        { title: 'Share of the area', align: 'right' },
        { title: 'Ratio', align: 'right' },
      ],
      rows,
    )
  );
}

function renderRandomisation({ randomisation }: RunReport['explained']): string {
  if (randomisation === null) return '';
  const { verdict, statement } = randomisation;
  return paragraph(`Randomised weights (Adebayo et al., 2018): the map ${verdict}. ${statement}`);
}

function renderCurves({ curves }: RunReport['explained']): string {
  if (curves.length === 0) return '';
  const row = (title: string, wanted: string, all: readonly PerturbationCurve[]): string[] => {
    const better = all.filter(({ betterThanRandom }) => betterThanRandom === true).length;
    const random = all.flatMap(({ randomAreas }) => randomAreas);
    return [
      title,
      formatFigure(mean(all.map(({ area }) => area)), 3),
      formatFigure(mean(random), 3),
      wanted,
      `${better} of ${all.length}`,
    ];
  };
  return (
    paragraph(
      `Deletion and insertion (Petsiuk et al., 2018): the hottest places are taken away first, or shown first, and the class's probability is watched; the same with random maps of the same coarseness. One image of each cell.`,
    ) +
    htmlTable(
      [
        { title: 'Curve' },
        { title: 'Area', align: 'right' },
        { title: 'Random maps', align: 'right' },
        { title: 'A good map is' },
        { title: 'Better than all random ones', align: 'right' },
      ],
      [
        row(
          'Deletion',
          'lower',
          curves.map(({ deletion }) => deletion),
        ),
        row(
          'Insertion',
          'higher',
          curves.map(({ insertion }) => insertion),
        ),
      ],
    )
  );
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
