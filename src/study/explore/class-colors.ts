/** One colour for each class, the same in every chart. */
import { className } from './explore-text.ts';
import { colors } from '../charts/theme.ts';

/** From the palette of Okabe and Ito (2008), the charts' own two first; they repeat after eight classes. */
const classPalette = [
  colors.training,
  colors.validation,
  '#009E73',
  '#CC79A7',
  '#E69F00',
  '#56B4E9',
  '#7A5195',
  '#6b6b6b',
];

export function colorOfClass(classNames: readonly string[], symbolType: 'circle' | 'stroke' = 'circle') {
  const names = classNames.map(className);
  return {
    field: 'class',
    type: 'nominal' as const,
    scale: { domain: names, range: names.map((_, index) => classPalette[index % classPalette.length] as string) },
    legend: { title: null, orient: 'top' as const, direction: 'horizontal' as const, symbolType },
  };
}
