/** The charts of a report, as SVG; null where the run has not what they show. */
import {
  abstentionChart,
  precisionRecallChart,
  reliabilityChart,
  rocChart,
  trainingCurves,
  type Chart,
} from '../charts/charts.ts';
import type { RunReport } from './run-report.ts';

export interface ReportFigures {
  readonly curves: string | null;
  readonly roc: string | null;
  readonly precisionRecall: string | null;
  readonly reliability: string | null;
  /** null for a threshold of 0 or 1, about which there is no band */
  readonly abstention: string | null;
}

export async function drawReportFigures({ name, history, study, test }: RunReport): Promise<ReportFigures> {
  const { roc, precisionRecall, threshold, level, figures } = study;
  const { predictions, uncertain, metrics } = test;
  const { interval } = figures.rocAuc;
  const draw = async (wanted: boolean, chart: () => Promise<Chart>): Promise<string | null> =>
    wanted ? (await chart()).svg : null;
  return {
    curves: await draw(history.length > 0, () => trainingCurves(history, { title: name })),
    roc: await draw(roc !== null, () =>
      rocChart(roc ?? [], metrics, {
        title: 'ROC curve',
        ...(interval !== null && { interval: { ...interval, level } }),
      }),
    ),
    precisionRecall: await draw(precisionRecall !== null, () =>
      precisionRecallChart(study, { title: 'Precision-recall curve' }),
    ),
    reliability: await draw(true, () => reliabilityChart(study, { title: 'Reliability' })),
    abstention: await draw(threshold > 0 && threshold < 1, () =>
      abstentionChart(predictions, { title: 'Answered and left to a person', threshold, band: uncertain }),
    ),
  };
}
