/** Which class is explained, and what of the network's answer stands for it. */
import type { Classification } from '../use/answer.ts';
import type { ClassSpec } from '../file/metadata.ts';
import { PneumoscopeError } from '../../base/errors.ts';

/** A class by its name, or of each image the class that the model chose. */
export type Target = { readonly class: string } | 'predicted';

/** @returns the class's index; undefined where each image's own answer tells @throws PneumoscopeError E_USAGE for an unknown class */
export function findTarget(target: Target, { names }: Pick<ClassSpec, 'names'>): number | undefined {
  if (target === 'predicted') return undefined;
  const index = names.indexOf(target.class);
  if (index >= 0) return index;
  throw new PneumoscopeError('E_USAGE', `The model knows no class ${target.class}; it knows ${names.join(', ')}`);
}

/** What of the logits is differentiated: which one, and whether it speaks for the class or against it. */
export function directionOf(
  target: number,
  { output }: Pick<ClassSpec, 'output'>,
): { readonly unit: number; readonly sign: 1 | -1 } {
  // One logit of two classes: the negative class's is the same one the other way round.
  if (output === 'sigmoid') return { unit: 0, sign: target === 1 ? 1 : -1 };
  return { unit: target, sign: 1 };
}

/** The logit that speaks for the class. */
export function targetLogit(target: number, answer: Classification, classes: Pick<ClassSpec, 'output'>): number {
  const { unit, sign } = directionOf(target, classes);
  return sign * (answer.logits[unit] as number);
}
