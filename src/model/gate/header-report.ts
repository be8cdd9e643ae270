/** What is told of an image's DICOM header: whether the model may be asked, why not, and what a reader should know. Nothing names a person. */
import type { HeaderFacts } from '../../dicom/header-facts.ts';
import {
  askHeader,
  type HeaderFlag,
  type HeaderGateOptions,
  type HeaderRefusal,
  type HeaderRemark,
} from './header-gate.ts';

export interface HeaderReport {
  /** `flagged`: the model may be asked, and {@link flags} has what to know */
  readonly verdict: 'accepted' | 'flagged' | 'refused';
  /** why the model may not be asked; null where it may */
  readonly reason: HeaderRemark<HeaderRefusal> | null;
  readonly flags: readonly HeaderRemark<HeaderFlag>[];
  readonly modality: string | null;
  /** whole and broken years; null: not known */
  readonly age: number | null;
  readonly bodyPart: string | null;
  readonly view: string | null;
}

export function reportHeader(facts: HeaderFacts, options: HeaderGateOptions): HeaderReport {
  const { refusal, flags } = askHeader(facts, options);
  const { modality, age, bodyPart, view } = facts;
  const passed = flags.length === 0 ? 'accepted' : 'flagged';
  return {
    verdict: refusal === null ? passed : 'refused',
    reason: refusal,
    flags,
    modality,
    age: typeof age === 'string' ? null : age.years,
    bodyPart,
    view,
  };
}
