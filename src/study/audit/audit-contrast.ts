/** How the two sides differ in one feature, in a number that a reader can check in the files. */
import type { AuditFeature, AuditSample } from './audit-features.ts';
import type { AuditContrast } from './audit-result.ts';
import { computeMedian } from './feature-columns.ts';

/** The medians of a number, or the category whose share differs most; null for a feature of many numbers. */
export function contrastOf(
  feature: AuditFeature,
  sample: AuditSample,
  isPositive: (index: number) => boolean,
): AuditContrast | null {
  const count = sample.files.length;
  if (feature.number !== undefined) {
    const values = Array.from({ length: count }, (_, image) => feature.number?.(sample, image) ?? 0);
    const positive = computeMedian(values.filter((_, image) => isPositive(image)));
    const others = computeMedian(values.filter((_, image) => !isPositive(image)));
    return { measure: 'median', of: '', positive, others };
  }
  if (feature.category === undefined) return null;
  const categories = feature.category(sample);
  const counts = new Map<string, [others: number, positive: number]>();
  const totals: [others: number, positive: number] = [0, 0];
  for (const [image, category] of categories.entries()) {
    const side = isPositive(image) ? 1 : 0;
    const own = counts.get(category) ?? [0, 0];
    own[side]++;
    totals[side]++;
    counts.set(category, own);
  }
  const shares = [...counts].map(([of, [others, positive]]): AuditContrast => {
    return { measure: 'share', of, positive: positive / totals[1], others: others / totals[0] };
  });
  const difference = ({ positive, others }: AuditContrast): number => Math.abs(positive - others);
  return shares.toSorted((a, b) => difference(b) - difference(a))[0] ?? null;
}
