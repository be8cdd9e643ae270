/**
 * Whether a model may be asked about an X-ray, by what its DICOM header says. Pixels are not enough: those of a grown man look like a child's to
 * a network that knew only children, and its input guard lets them pass.
 */
import type { HeaderFacts } from '../../dicom/header-facts.ts';
import { isChest, isFrontal, isSideways } from './anatomy.ts';

/** Stable. Why a header keeps an image from the model. */
export type HeaderRefusal =
  /** no CR, DX or secondary capture of one, or the header does not say */
  | 'header-modality'
  /** FOR PROCESSING: not the picture that a reader sees */
  | 'header-intent'
  /** older or younger than the patients of the model */
  | 'header-age'
  /** missing, unreadable, or contradicted by the birth date */
  | 'header-age-unknown'
  | 'header-body-part'
  /** a lateral or oblique view */
  | 'header-view'
  /** an animal */
  | 'header-species'
  /** an image for tests of the device */
  | 'header-quality-control'
  /** derived from an X-ray, such as one with drawings in it */
  | 'header-derived'
  /** made by this program */
  | 'header-own-result';

/** Stable. What a reader of the answer should know of the header. */
export type HeaderFlag =
  | 'age-unknown'
  | 'body-part-unknown'
  | 'view-unknown'
  | 'secondary-capture'
  | 'burned-in-words'
  | 'overlays'
  | 'lossy';

/** A code with one sentence, without a final stop. */
export interface HeaderRemark<Code> {
  readonly code: Code;
  readonly sentence: string;
}

export interface HeaderVerdict {
  /** null: the model may be asked */
  readonly refusal: HeaderRemark<HeaderRefusal> | null;
  readonly flags: readonly HeaderRemark<HeaderFlag>[];
}

export interface HeaderGateOptions {
  /** years of the patients that the model knows, both included; null: the model file does not say, and no age is refused */
  readonly ages: { readonly low: number; readonly high: number } | null;
  /** lets images pass whose age is not known */
  readonly allowUnknownAge?: boolean | undefined;
}

/** Of Secondary Capture Image Storage (PS3.4 B.5). */
const secondaryCapture = '1.2.840.10008.5.1.4.1.1.7';
/** Computed Radiography; Digital X-Ray for presentation and for processing. */
const xRayClasses: readonly string[] = [
  '1.2.840.10008.5.1.4.1.1.1',
  '1.2.840.10008.5.1.4.1.1.1.1',
  '1.2.840.10008.5.1.4.1.1.1.1.1',
];
const digitalForProcessing = '1.2.840.10008.5.1.4.1.1.1.1.1';
const xRayModalities: readonly string[] = ['CR', 'DX', 'RG'];

/** Above it a chest X-ray loses what can be seen of it. */
const muchCompressed = 20;

/** The gravest reason comes first: what it is, whose it is, then how it was taken. */
export function askHeader(facts: HeaderFacts, options: HeaderGateOptions): HeaderVerdict {
  const refusal = checkObject(facts) ?? checkPatient(facts, options) ?? checkView(facts) ?? null;
  return { refusal, flags: findFlags(facts, options) };
}

type Refusal = HeaderRemark<HeaderRefusal> | undefined;

function checkObject(facts: HeaderFacts): Refusal {
  const { isOurs, sopClass, modality, presentationIntent, imageType, isQualityControl } = facts;
  if (isOurs) return refuse('header-own-result', 'is a result of this program, not an X-ray');
  if (modality === null) return refuse('header-modality', 'does not say how it was taken: its header has no modality');
  if (!xRayModalities.includes(modality)) {
    return refuse('header-modality', `was taken as ${show(modality)}, where an X-ray (CR, DX or RG) is needed`);
  }
  if (sopClass !== secondaryCapture && !xRayClasses.includes(sopClass ?? '')) {
    return refuse('header-modality', 'is no object of an X-ray: CR, DX and secondary captures of them are taken');
  }
  if (presentationIntent === 'FOR PROCESSING' || sopClass === digitalForProcessing) {
    return refuse(
      'header-intent',
      'is FOR PROCESSING, where the picture that a reader sees, FOR PRESENTATION, is needed',
    );
  }
  if (isQualityControl) return refuse('header-quality-control', 'is for tests of the device, not of a patient');
  if (sopClass !== secondaryCapture && imageType[0] === 'DERIVED' && imageType[1] === 'SECONDARY') {
    return refuse('header-derived', 'was derived from an X-ray (DERIVED, SECONDARY), where the X-ray itself is needed');
  }
  return undefined;
}

function checkPatient({ species, age }: HeaderFacts, { ages, allowUnknownAge = false }: HeaderGateOptions): Refusal {
  if (species !== null) return refuse('header-species', `shows an animal by its header (${show(species)})`);
  if (ages === null) return undefined;
  if (typeof age === 'string') return allowUnknownAge && age !== 'contradictory' ? undefined : refuseUnknownAge(age);
  // The years that somebody has lived: a child is 5 until the sixth birthday.
  if (age.years >= ages.low && age.years < ages.high + 1) return undefined;
  const known = `this model knows patients of ${ages.low} to ${ages.high} years`;
  return refuse('header-age', `is of a patient of ${describeYears(age.years)}; ${known}`);
}

const unknownAges = {
  missing: 'has neither an age nor a date of birth in its header',
  unreadable: 'has an age in its header that cannot be read, such as a number without its unit',
  contradictory: 'has an age and a date of birth in its header that contradict each other',
} as const;

function refuseUnknownAge(age: keyof typeof unknownAges): Refusal {
  return refuse('header-age-unknown', unknownAges[age]);
}

function describeYears(years: number): string {
  if (years >= 2) return `${Math.floor(years)} years`;
  const months = Math.floor(years * 12);
  return months === 1 ? '1 month' : `${months} months`;
}

function checkView({ bodyPart, view, orientation }: HeaderFacts): Refusal {
  if (bodyPart !== null && !isChest(bodyPart)) {
    return refuse('header-body-part', `shows another part of the body by its header (${show(bodyPart)})`);
  }
  if (view !== null && isSideways(view)) {
    return refuse(
      'header-view',
      `was taken from the side by its header (${show(view)}), where a frontal view is needed`,
    );
  }
  // Rows run from front to back, or back: PS3.3 C.7.6.1.1.1.
  const [rows] = orientation;
  if (rows === undefined || !/^[AP]/.test(rows)) return undefined;
  const directions = show(orientation.join('\\'));
  return refuse(
    'header-view',
    `was taken from the side by its header (rows run ${directions}), where a frontal view is needed`,
  );
}

function findFlags(facts: HeaderFacts, { ages }: HeaderGateOptions): readonly HeaderRemark<HeaderFlag>[] {
  const { age, bodyPart, view, sopClass, hasBurnedInWords, hasOverlays, isLossy, compressionRatio } = facts;
  const flags: readonly (readonly [isSet: boolean, HeaderFlag, string])[] = [
    [ages !== null && typeof age === 'string', 'age-unknown', 'the age of the patient is not known'],
    [bodyPart === null, 'body-part-unknown', 'the header does not say which part of the body this is'],
    [view === null || !isFrontal(view), 'view-unknown', 'the header does not say that this is a frontal view'],
    [sopClass === secondaryCapture, 'secondary-capture', 'this is a secondary capture, not the X-ray as it was taken'],
    [hasBurnedInWords, 'burned-in-words', 'words stand in the pixels'],
    [hasOverlays, 'overlays', 'the file has drawings over the pixels; they were left out'],
    [isLossy && (compressionRatio ?? 0) > muchCompressed, 'lossy', describeLoss(compressionRatio)],
  ];
  return flags.flatMap(([isSet, code, sentence]) => (isSet ? [{ code, sentence }] : []));
}

function describeLoss(ratio: number | null): string {
  return `the pixels were compressed with loss, about ${Math.round(ratio ?? 0)} to 1`;
}

function refuse(code: HeaderRefusal, what: string): HeaderRemark<HeaderRefusal> {
  return { code, sentence: `The image ${what}` };
}

const longestShown = 40;

/** Words of a stranger: short, and none that a terminal would obey. */
function show(words: string): string {
  const plain = words.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, ' ').trim();
  return plain.length > longestShown ? `${plain.slice(0, longestShown)}…` : plain;
}
