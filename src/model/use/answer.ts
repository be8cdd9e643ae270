/**
 * What is said about one image. There are three endings: the model answers, the image is refused because it is not one the model may be asked
 * about, or it fails because it cannot be read. Command line, library, service and page all render this one type.
 */
import { PneumoscopeError } from '../../base/errors.ts';
import type { UnreadableContent } from '../../imaging/decode/unreadable-image.ts';
import type { HeaderFlag, HeaderRefusal, HeaderRemark } from '../gate/header-gate.ts';
import type { HeaderReport } from '../gate/header-report.ts';
import { describeGuardResult, type GuardResult } from '../guard/guard.ts';

/** What a network says about one image, whatever the image shows. */
export interface Classification {
  /** The name of the class. */
  readonly label: string;
  /** Two classes: of the positive class, 0..1. More: of the class that was chosen. Calibrated, where the model is. */
  readonly probability: number;
  /** Two classes: positive is what lies strictly above. Null for more: the most probable class is chosen. */
  readonly threshold: number | null;
  /** Of each class, 0..1, in the order of the model's class names. */
  readonly probabilities: readonly number[];
  /** What the network gave, before temperature and shift: one for a sigmoid, one per class for a softmax. */
  readonly logits: readonly number[];
  /** Whether the probability lies in the model's uncertain band, so that a person should look; false where it has none. */
  readonly uncertain: boolean;
}

/** Why an image has no answer. */
export interface Reason {
  readonly code: ReasonCode;
  /** One sentence without a final stop. */
  readonly sentence: string;
}

/** Stable. `guard-refused` and those of the header belong to refused images, all others to failed ones. */
export type ReasonCode =
  | 'guard-refused'
  | HeaderRefusal
  | UnreadableContent
  | 'not-found'
  /** The file exists, but cannot be opened or is no regular file. */
  | 'not-readable';

/** What is known of an image that could be read, whatever a network says of it. */
export interface AboutImage {
  /** null: it is no DICOM file. `refused` only if the caller asked for answers in spite of it. */
  readonly header: HeaderReport | null;
  /** Likewise; null where the model has no guard, or the header refused the image first. */
  readonly guard: GuardResult | null;
  /** How its values became grey levels, such as `window 1: 2000, 4000 (LINEAR)`; null where it has 8 bits and no window. */
  readonly display: string | null;
  /** Of the image's bytes, hexadecimal. */
  readonly sha256: string;
  /** Images in the file, such as the pages of a TIFF. The answer is about the first. */
  readonly pages: number;
}

/** The model may be asked about the image, and this is what it says. */
export interface Answered extends Classification, AboutImage {
  readonly status: 'answered';
  readonly reason: null;
}

/** The header or the input guard does not let the image pass. What the network would say is a number that means nothing, so it is not kept. */
export interface Refused extends NoClassification, AboutImage {
  readonly status: 'refused';
  readonly reason: Reason;
}

/** The image cannot be read. */
export interface Failed extends NoClassification, Readonly<Record<keyof AboutImage, null>> {
  readonly status: 'failed';
  readonly reason: Reason;
}

interface NoClassification extends Readonly<Record<Exclude<keyof Classification, 'uncertain'>, null>> {
  readonly uncertain: false;
}

export type Answer = Answered | Refused | Failed;

/** An answer about a file of a list. */
export type FileAnswer = Answer & {
  /** As it was given. */
  readonly file: string;
};

const noClassification: NoClassification = {
  label: null,
  probability: null,
  threshold: null,
  probabilities: null,
  logits: null,
  uncertain: false,
};

/**
 * An image that the model may not be asked about, and why: by its header, else by how it looks.
 *
 * @returns undefined where the model may be asked
 */
export function refuseImage(
  about: AboutImage,
  { ignoreHeader = false, ignoreGuard = false }: Ignored,
): Refused | undefined {
  const { header, guard } = about;
  const reason: Reason | undefined =
    header?.reason && !ignoreHeader
      ? header.reason
      : guard?.verdict === 'refused' && !ignoreGuard
        ? { code: 'guard-refused', sentence: `The image ${describeGuardResult(guard)}` }
        : undefined;
  return reason === undefined ? undefined : { status: 'refused', ...noClassification, ...about, reason };
}

/** What does not keep the model from being asked. */
export interface Ignored {
  readonly ignoreHeader?: boolean | undefined;
  readonly ignoreGuard?: boolean | undefined;
}

const unknownImage = { header: null, guard: null, display: null, sha256: null, pages: null } as const;

/** An image that cannot be read. @throws the error itself unless it is about the image */
export function failAnswer(error: unknown): Failed {
  if (!(error instanceof PneumoscopeError)) throw error;
  const code = findReasonCode(error);
  if (code === undefined) throw error;
  const reason: Reason = { code, sentence: error.message };
  return { status: 'failed', ...noClassification, ...unknownImage, reason };
}

/** A sentence about pages that were not read; undefined where there are none. @param name of the image */
export function describePages({ pages }: Pick<Answer, 'pages'>, name: string): string | undefined {
  return pages === null || pages < 2 ? undefined : `${name} has ${pages} pages, of which the first was read`;
}

/** For callers that have nothing to say without an answer. @throws PneumoscopeError E_UNREADABLE_IMAGE with the answer's reason */
export function requireAnswered(answer: Answer): Answered {
  if (answer.status === 'answered') return answer;
  throw new PneumoscopeError('E_UNREADABLE_IMAGE', answer.reason.sentence);
}

function findReasonCode(error: PneumoscopeError): ReasonCode | undefined {
  if (error.code === 'E_NOT_FOUND') return 'not-found';
  if (error.code !== 'E_UNREADABLE_IMAGE') return undefined;
  return 'kind' in error ? (error.kind as UnreadableContent) : 'not-readable';
}

/** An answer as JSON has it, with the names of the classes: the same for `predict --json` and the service. */
export interface AnswerRecord {
  readonly status: Answer['status'];
  readonly label: string | null;
  /** Whether the label is the positive class; null without an answer and for more than two classes. */
  readonly positive: boolean | null;
  readonly probability: number | null;
  readonly threshold: number | null;
  /** By the name of the class. */
  readonly probabilities: Readonly<Record<string, number>> | null;
  readonly uncertain: boolean;
  readonly header: (HeaderReport & { readonly flags: HeaderRemark<HeaderFlag>[] }) | null;
  readonly guard: (GuardResult & { readonly sentence: string }) | null;
  readonly display: string | null;
  readonly sha256: string | null;
  readonly pages: number | null;
  readonly reason: Reason | null;
}

/** @param classes of the model that answered */
export function describeAnswer(
  answer: Answer,
  classes: { readonly names: readonly string[]; readonly positive: string | null },
): AnswerRecord {
  const { status, label, probability, threshold, probabilities, uncertain, reason } = answer;
  const { header, guard, display, sha256, pages } = answer;
  return {
    status,
    label,
    positive: label === null || classes.positive === null ? null : label === classes.positive,
    probability,
    threshold,
    probabilities:
      probabilities === null
        ? null
        : Object.fromEntries(classes.names.map((name, index): [string, number] => [name, probabilities[index] ?? 0])),
    uncertain,
    header: header === null ? null : { ...header, flags: [...header.flags] },
    guard: guard === null ? null : { ...guard, sentence: describeGuardResult(guard) },
    display,
    sha256,
    pages,
    reason,
  };
}
