/** Which images a model's threshold and temperature were chosen on, so that nobody measures it on the same ones unawares. */
import { PneumoscopeError } from '../../base/errors.ts';
import type { ClassifierMetadata, Provenance } from './metadata.ts';
import { digestBytes, type FittedOn } from './operation.ts';

/**
 * All fits that a model knows of: its own, and those of the models that it was put together from. Whoever chose these models may have done
 * so by figures from those images.
 */
export function listFits({ operation, provenance }: Pick<ClassifierMetadata, 'operation' | 'provenance'>): FittedOn[] {
  const ofMembers = ({ ensemble }: Provenance): FittedOn[] =>
    (ensemble?.members ?? []).flatMap((member) => [
      ...(member.fittedOn === undefined ? [] : [member.fittedOn]),
      ...ofMembers(member.provenance),
    ]);
  return [...(operation === undefined ? [] : [operation.fittedOn]), ...ofMembers(provenance)];
}

/** How many of these files a model was fitted on. @param sha256 as {@link packDigests} takes them */
export function countFittedOn(fits: readonly FittedOn[], sha256: readonly string[]): number {
  const known = new Set<string>();
  for (const { digests } of fits) {
    for (const digest of Buffer.from(digests, 'base64').toString('hex').match(/.{16}/g) ?? []) known.add(digest);
  }
  return sha256.filter((digest) => known.has(digest.slice(0, 2 * digestBytes))).length;
}

/** What sentences about {@link listFits} call a model. */
export function nameFitted(model: string, { provenance }: Pick<ClassifierMetadata, 'provenance'>): string {
  return provenance.ensemble === undefined ? model : `${model} or of a model in it`;
}

/** What a reader of forced figures must know. @param model as {@link nameFitted} has it */
export function describeFittedOn(images: number, model: string): string {
  return `${images} of these images were used to choose the threshold and temperature of ${model}: its figures are too good.`;
}

/**
 * Figures from images on which threshold and temperature were chosen are too good: they were chosen to suit them.
 *
 * @param fits of {@link listFits}
 * @param model named in the error, as {@link nameFitted} has it
 * @throws PneumoscopeError E_USAGE when one file at least is among those that something was fitted on
 */
export function assertNotFittedOn(fits: readonly FittedOn[], sha256: readonly string[], model: string): void {
  const used = countFittedOn(fits, sha256);
  if (used === 0) return;
  throw new PneumoscopeError(
    'E_USAGE',
    `${used} of these ${sha256.length} images were used to choose the threshold and temperature of ${model}, so its figures on them are too good; evaluate it on others, such as the test set, or pass --force`,
  );
}
