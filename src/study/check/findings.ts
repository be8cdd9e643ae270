/** The rule of what needs a decision before training, and in which order findings are told. */
import type { CheckResult, Finding, FindingKind } from './check-result.ts';
import type { GroupSort } from './duplicates.ts';
import type { WorkDatabase } from '../records/work-database.ts';

/** The most important first. Files that were moved aside, and groups of which they leave one image, are decided about. */
export function listFindings(
  database: WorkDatabase,
  found: Omit<CheckResult, 'findings' | 'needsDecision' | 'quarantine'>,
): Finding[] {
  const staying = (table: string): number =>
    database.number(`SELECT COUNT(*) FROM ${table} WHERE id NOT IN (SELECT id FROM moved)`);
  const groups = (sort: GroupSort, which: string): number =>
    database.number(`SELECT COUNT(*) FROM groups WHERE sort = ? AND remaining > 1 AND ${which}`, sort);
  const twoLabels = 'severalLabels = 1';
  const acrossSplits = 'severalLabels = 0 AND crossesSplits = 1';
  const harmless = 'severalLabels = 0 AND crossesSplits = 0';
  const { totals, modes } = found;
  const decisions: [FindingKind, number][] = [
    ['unreadable', staying('unreadable')],
    ['unreadable-folders', totals.unreadableFolders],
    ['identical-with-two-labels', groups('identical', twoLabels)],
    ['identical-across-splits', groups('identical', acrossSplits)],
    ['similar-with-two-labels', groups('similar', twoLabels)],
    ['similar-across-splits', groups('similar', acrossSplits)],
    ['patients-across-splits', totals.patientsInSeveralSplits],
    ['empty-classes', found.emptyClasses.length],
    ['misnamed', staying('misnamed')],
    ['hidden', totals.hidden],
    ['blank', staying('(SELECT id FROM scans WHERE blank = 1)')],
  ];
  const notices: [FindingKind, number][] = [
    ['identical', groups('identical', harmless)],
    ['similar', groups('similar', harmless)],
    ['crowded', found.crowded],
    ['mixed-modes', modes.length > 1 ? found.readable - (modes[0]?.images ?? 0) : 0],
    ['size-outliers', totals.sizeOutliers],
    ['several-pages', totals.severalPages],
    ['one-class', found.classNames.length < 2 ? 1 : 0],
    ['patients-unknown', found.imagesWithoutPatient],
    ['left-out', totals.leftOut - totals.hidden],
  ];
  return [
    ...decisions.map(([kind, number]) => ({ kind, needsDecision: true, count: number })),
    ...notices.map(([kind, number]) => ({ kind, needsDecision: false, count: number })),
  ].filter((finding) => finding.count > 0);
}
