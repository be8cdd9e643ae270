/** Explanations as text for a terminal. */
import type { RefusedFile } from '../../../model/explain/explain-files.ts';
import type { RandomisationTest } from '../../../model/explain/randomisation.ts';
import { methodTitles } from '../../../model/explain/words.ts';
import type { Method } from '../../../model/explain/explainer.ts';
import { formatFigure, renderTable } from '../../../base/text.ts';
import type { ExplanationDocument } from './explanation-files.ts';

export interface WeightTest extends RandomisationTest {
  readonly method: Method;
}

export function renderExplanations(
  documents: readonly ExplanationDocument[],
  refused: readonly RefusedFile[],
  tests: readonly WeightTest[],
): string {
  const refusals = refused.map(({ file, reason }) => `Refused ${file}. ${reason.sentence}.`);
  if (documents.length === 0 && refused.length > 0) return refusals.join('\n');

  const checked = documents.some(({ maps }) => maps.some(({ curves }) => curves !== undefined));
  const right = (title: string): { title: string; align: 'right' } => ({ title, align: 'right' });
  const columns = [
    { title: 'File' },
    { title: 'Answer' },
    { title: 'Shown for' },
    right('Probability'),
    { title: 'Method' },
    right('Lungs'),
    right('Border'),
    ...(checked ? [right('Deletion'), right('Insertion')] : []),
  ];
  const rows = documents.flatMap(({ file, answer, target, maps }) =>
    maps.map(({ method, regions, curves }, index) => {
      const label = answer.uncertain ? `${answer.label}, uncertain` : (answer.label ?? answer.status);
      const head = [file, label, target.class, formatFigure(target.probability)];
      return [
        ...(index === 0 ? head : head.map(() => '')),
        methodTitles[method],
        formatTimes(regions, 'lungFields'),
        formatTimes(regions, 'border'),
        ...(checked ? [formatArea(curves, 'deletion'), formatArea(curves, 'insertion')] : []),
      ];
    }),
  );
  const blank = documents.flatMap(({ maps }) => maps).filter(({ peak }) => peak === 0).length;
  return [
    renderTable(columns, rows),
    '',
    'Lungs, Border: heat compared with chance, which is 1.0. The boxes have fixed places; they are not a segmentation.',
    ...(checked
      ? [
          'Deletion, Insertion: area under the probability; in brackets the mean of random maps. Deletion should be below it, insertion above.',
          "No effect: the model's answer is nearly the same without the image's detail, so no order of pixels can matter.",
        ]
      : []),
    ...(blank === 0
      ? []
      : [`${blank} ${blank === 1 ? 'map is' : 'maps are'} 0 everywhere: no place supports the class.`]),
    ...(refusals.length === 0 ? [] : ['', ...refusals]),
    ...tests.flatMap(({ method, statement }) => ['', `Shuffled weights, ${methodTitles[method]}: ${statement}`]),
  ].join('\n');
}

type Maps = ExplanationDocument['maps'][number];

function formatTimes(regions: Maps['regions'], wanted: string): string {
  return formatFigure(regions.find(({ region }) => region === wanted)?.concentration ?? null, 1);
}

function formatArea(curves: Maps['curves'], which: 'deletion' | 'insertion'): string {
  if (curves === undefined) return '';
  if (!curves.informative) return 'no effect';
  const { area, randomAreas } = curves[which];
  const mean = randomAreas.reduce((sum, other) => sum + other, 0) / randomAreas.length;
  return `${area.toFixed(2)} (${mean.toFixed(2)})`;
}
