/** The words of a data set's exploration: titles, the finding about variability, notices. */
import path from 'node:path';
import type { Interval } from '../../statistics/intervals/cluster-bootstrap.ts';
import type { ExploreFigures, ExploreGroup } from './explore.ts';
import type { RegionVariability } from './variability.ts';

export const syntheticWords = 'SYNTHETIC phantoms: no patients, nothing to learn about real X-rays';

/** Over all splits together. */
export function isWhole(group: { readonly split: string | null }): boolean {
  return group.split === null;
}

export function wholeGroups(figures: ExploreFigures): readonly ExploreGroup[] {
  return figures.groups.filter(isWhole);
}

/** Images without class folders have no class; a chart needs a word for it. */
export function className(label: string): string {
  return label === '' ? 'all images' : label;
}

/** What the data set is called: its folder, and the folder above where the name alone says little. */
export function nameOf({ folder }: ExploreFigures): string {
  const resolved = path.resolve(folder);
  return [path.basename(path.dirname(resolved)), path.basename(resolved)].filter((name) => name !== '').join('/');
}

/** A title with what every picture must say: of what it is, and that phantoms are phantoms. */
export function titleOf(
  figures: ExploreFigures,
  text: string,
  lines: readonly string[],
): { readonly text: string; readonly subtitle: string[] } {
  return { text, subtitle: [nameOf(figures), ...(figures.synthetic ? [syntheticWords] : []), ...lines] };
}

/**
 * '+6.1 (95 % interval +3.4 to +9.2)'
 *
 * @param what stands before the interval
 */
export function formatDifference(value: number | null, interval: Interval | null, what = '95 % interval '): string {
  if (value === null) return 'n/a';
  if (interval === null) return `${formatSigned(value)} (too few patients for an interval)`;
  return `${formatSigned(value)} (${what}${formatSigned(interval.low)} to ${formatSigned(interval.high)})`;
}

export function formatSigned(value: number): string {
  const digits = Math.abs(value).toFixed(1);
  if (Number(digits) === 0) return '0.0';
  return value < 0 ? `−${digits}` : `+${digits}`;
}

/**
 * The article's remark about variability around the lungs, put to these data: one or two sentences for each class after the first.
 * Empty where there is nothing to compare.
 */
export function describeVariability({ variability }: ExploreFigures): string[] {
  const around = variability.find(({ region }) => region === 'aroundLungs');
  const border = variability.find(({ region }) => region === 'border');
  if (around === undefined || border === undefined) return [];
  return around.differences.flatMap(({ label, reference, difference, interval }) => {
    if (difference === null) return [];
    const [own, other] = [label, reference].map((name) => deviationOf(around, name));
    const figures = `standard deviation ${own} against ${other} grey levels, difference ${formatDifference(difference, interval)}`;
    const verdict =
      interval === null || (interval.low <= 0 && interval.high >= 0)
        ? `it cannot be told whether images of ${label} or of ${reference} vary more`
        : `images of ${label} vary ${difference > 0 ? 'more' : 'less'} than those of ${reference}`;
    const first = `Around the lungs ${verdict}: ${figures}.`;
    const most = findMost(variability, label);
    const outside = border.differences.find((one) => one.label === label);
    return [
      first,
      ...(most === undefined || most.region.region === 'aroundLungs'
        ? []
        : [`The difference is largest here: ${most.region.title.toLowerCase()}, ${most.words}.`]),
      ...(!isClearOf(interval) || outside === undefined || outside.difference === null
        ? []
        : [describeBorder(difference, outside.difference, outside.interval)]),
    ];
  });
}

/** Where no lung is, a difference cannot come from the lungs. */
function describeBorder(around: number, difference: number, interval: Interval | null): string {
  const words = formatDifference(difference, interval);
  return isClearOf(interval) && Math.sign(difference) === Math.sign(around)
    ? `The border of the picture, where hardly any lung is, differs in the same direction, by ${words}: so it is not the lungs alone that differ, but also how the patients lie in the frame, the exposure or the markers.`
    : `The border of the picture, where hardly any lung is, does not differ in the same direction: ${words}.`;
}

/** The part of the image in which the classes differ most, if that they differ there is sure. */
function findMost(variability: readonly RegionVariability[], label: string) {
  const found = variability
    .filter(({ region }) => region !== 'wholeImage')
    .flatMap((region) => {
      const one = region.differences.find((difference) => difference.label === label);
      if (one === undefined || one.difference === null || !isClearOf(one.interval)) return [];
      return [{ region, size: Math.abs(one.difference), words: formatDifference(one.difference, one.interval) }];
    });
  return found.toSorted((a, b) => b.size - a.size)[0];
}

function isClearOf(interval: Interval | null): boolean {
  return interval !== null && (interval.low > 0 || interval.high < 0);
}

function deviationOf(region: RegionVariability, label: string): string {
  const value = region.classes.find((one) => one.label === label)?.standardDeviation ?? null;
  return value === null ? 'n/a' : value.toFixed(1);
}
