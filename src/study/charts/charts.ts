/** The charts of a run and of an evaluation; each returns an SVG and the same picture as PNG. */
export { abstentionChart } from './abstention-chart.ts';
export { confusionChart, toConfusionMatrix } from './confusion-chart.ts';
export { learningRateChart } from './learning-rate-chart.ts';
export { precisionRecallChart } from './precision-recall-chart.ts';
export { reliabilityChart } from './reliability-chart.ts';
export type { Chart } from './render-chart.ts';
export { rocChart } from './roc-chart.ts';
export { trainingCurves } from './training-curves.ts';
