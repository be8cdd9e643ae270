/** How a threshold was chosen, in words. */
import type { OperatingRule } from '../../statistics/calibration/operating-point.ts';
import { formatPercent } from '../../base/text.ts';

export function describeRule(rule: OperatingRule): string {
  if (rule === 'youden') return 'the greatest sensitivity + specificity (Youden)';
  if ('sensitivity' in rule) return `a sensitivity of at least ${formatPercent(rule.sensitivity)}`;
  const { costRatio, prevalence } = rule;
  // Where both errors cost the same, the least cost is the highest accuracy.
  if (costRatio === 1 && prevalence === undefined) return 'the highest accuracy';
  const where = prevalence === undefined ? "at these images' own prevalence" : `at a prevalence of ${prevalence}`;
  return `a missed positive costs ${costRatio} false alarms, ${where}`;
}
