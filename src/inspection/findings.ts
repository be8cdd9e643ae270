/** The rule of what needs a decision before training, and in which order findings are told. */
import type { DuplicateGroup } from './duplicates.ts';
import type { CheckResult, Finding, FindingKind } from './check-result.ts';

/** What a quarantine leaves to decide about: files that were not moved, groups of which two images were not. */
export function ignoreMoved(quarantine: CheckResult['quarantine']): {
  readonly stays: (image: { readonly file: string }) => boolean;
  readonly remains: (group: DuplicateGroup) => boolean;
} {
  const gone = new Set(quarantine?.moved.map(({ file }) => file));
  const stays = ({ file }: { readonly file: string }): boolean => !gone.has(file);
  return { stays, remains: ({ images }) => images.filter(stays).length > 1 };
}

/** The most important first. Files that were moved aside are decided about. */
export function listFindings(
  found: Omit<CheckResult, 'findings' | 'needsDecision' | 'quarantine'>,
  quarantine: CheckResult['quarantine'],
): Finding[] {
  const { stays, remains } = ignoreMoved(quarantine);
  const identical = found.identical.filter(remains);
  const similar = found.similar.filter(remains);
  const count = (groups: readonly DuplicateGroup[], test: (group: DuplicateGroup) => boolean): number =>
    groups.filter(test).length;
  const twoLabels = ({ severalLabels }: DuplicateGroup): boolean => severalLabels;
  const acrossSplits = ({ severalLabels, crossesSplits }: DuplicateGroup): boolean => !severalLabels && crossesSplits;
  const harmless = ({ severalLabels, crossesSplits }: DuplicateGroup): boolean => !severalLabels && !crossesSplits;
  const decisions: [FindingKind, number][] = [
    ['unreadable', found.unreadable.filter(stays).length],
    ['unreadable-folders', found.unreadableFolders.length],
    ['identical-with-two-labels', count(identical, twoLabels)],
    ['identical-across-splits', count(identical, acrossSplits)],
    ['similar-with-two-labels', count(similar, twoLabels)],
    ['similar-across-splits', count(similar, acrossSplits)],
    ['patients-across-splits', found.patientsInSeveralSplits.length],
    ['empty-classes', found.emptyClasses.length],
    ['misnamed', found.misnamed.filter(stays).length],
    ['hidden', found.hidden.length],
    ['blank', found.blank.filter((file) => stays({ file })).length],
  ];
  const notices: [FindingKind, number][] = [
    ['identical', count(identical, harmless)],
    ['similar', count(similar, harmless)],
    ['mixed-modes', found.modes.length > 1 ? found.readable - (found.modes[0]?.images ?? 0) : 0],
    ['size-outliers', found.sizeOutliers.length],
    ['one-class', found.classNames.length < 2 ? 1 : 0],
    ['patients-unknown', found.imagesWithoutPatient],
    ['left-out', found.leftOut.length - found.hidden.length],
  ];
  return [
    ...decisions.map(([kind, number]) => ({ kind, needsDecision: true, count: number })),
    ...notices.map(([kind, number]) => ({ kind, needsDecision: false, count: number })),
  ].filter((finding) => finding.count > 0);
}
