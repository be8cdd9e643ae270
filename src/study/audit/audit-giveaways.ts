/**
 * What only few images have, but always those of one class: it moves the AUC of the whole set little and still gives these images away.
 */
import type { ImageRecord } from '../records/image-record.ts';

export interface AuditGiveaway {
  /** the category, such as 'colour, 8 bits' */
  readonly value: string;
  readonly images: number;
  readonly patients: number;
  /** the positive class, or all others */
  readonly side: 'positive' | 'others';
  /** that it would come out so if the classes had been dealt to the patients at random; hypergeometric */
  readonly chance: number;
}

/** Less likely ones are no accident. */
export const giveawayChance = 0.001;

/**
 * @param categories one word per image
 * @returns the most frequent first
 */
export function findGiveaways(
  categories: readonly string[],
  images: readonly ImageRecord[],
  isPositive: (index: number) => boolean,
): AuditGiveaway[] {
  const groups = new Map<string, number[]>();
  for (const [image, category] of categories.entries()) {
    const own = groups.get(category) ?? [];
    own.push(image);
    groups.set(category, own);
  }
  const patientsOf = (own: readonly number[]): number => new Set(own.map((image) => images[image]?.patient)).size;
  const all = images.map((_, image) => image);
  const giveaways: AuditGiveaway[] = [];
  for (const [value, own] of groups) {
    const positives = own.filter((image) => isPositive(image)).length;
    if (positives !== 0 && positives !== own.length) continue;
    const onSide = (image: number): boolean => isPositive(image) === positives > 0;
    const patients = patientsOf(own);
    const chance = chanceOfOneSide(patients, patientsOf(all.filter(onSide)), patientsOf(all));
    if (chance >= giveawayChance) continue;
    giveaways.push({ value, images: own.length, patients, side: positives > 0 ? 'positive' : 'others', chance });
  }
  return giveaways.toSorted((a, b) => b.images - a.images);
}

/** C(side, drawn) / C(all, drawn): that all patients drawn without replacement are of that side. */
function chanceOfOneSide(drawn: number, side: number, all: number): number {
  let logarithm = 0;
  for (let i = 0; i < drawn; i++) logarithm += Math.log((side - i) / (all - i));
  return Math.exp(logarithm);
}
