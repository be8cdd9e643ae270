/** What an AUC with its interval means, in one word. */
import type { Interval } from '../../statistics/intervals/cluster-bootstrap.ts';

/**
 * A feature leaks when the whole interval lies above `leaks`, and strongly so above `strong`: then no accident of which patients happen to be
 * in the set explains it. 0.6 is about where a difference begins to matter to a network that has better things to look at; some
 * honest difference between sick and well lungs lies below it.
 */
export const auditBounds = { leaks: 0.6, strong: 0.8 } as const;

/** An AUC that moves by less is called the same. */
export const noticeableChange = 0.02;

/**
 * strong: the interval lies above 0.8. leaks: above 0.6. some: neither, but some images are given away for certain (audit-giveaways.ts).
 * unclear: the AUC is above 0.6 but its interval is not. little: the rest. constant: the same in all images. undefined: could not be computed.
 */
export type AuditVerdict = 'strong' | 'leaks' | 'some' | 'unclear' | 'little' | 'constant' | 'undefined';

export interface AuditFigure {
  /** cross-validated, patients kept together; 0.5 for what is the same in all images; null where it is undefined */
  readonly auc: number | null;
  readonly interval: Interval | null;
  readonly verdict: AuditVerdict;
}

export function judge(auc: number | null, interval: Interval | null, givesSomeAway = false): AuditVerdict {
  if (auc === null) return 'undefined';
  if (interval !== null && interval.low > auditBounds.strong) return 'strong';
  if (interval !== null && interval.low > auditBounds.leaks) return 'leaks';
  if (givesSomeAway) return 'some';
  return auc > auditBounds.leaks ? 'unclear' : 'little';
}

export function isLeak({ verdict }: AuditFigure): boolean {
  return verdict === 'strong' || verdict === 'leaks' || verdict === 'some';
}

/**
 * removes: it leaked, and is now little or constant. reduces, worse: the AUC moved by more than 0.02. creates: it did not leak, and
 * does now. same: none of these.
 */
export type AuditEffect = 'removes' | 'reduces' | 'same' | 'worse' | 'creates';

export function compareFigures(before: AuditFigure, after: AuditFigure): AuditEffect {
  if (before.auc === null || after.auc === null) return 'same';
  if (!isLeak(before) && isLeak(after)) return 'creates';
  if (isLeak(before) && (after.verdict === 'little' || after.verdict === 'constant')) return 'removes';
  if (after.auc > before.auc + noticeableChange) return 'worse';
  return after.auc < before.auc - noticeableChange ? 'reduces' : 'same';
}
