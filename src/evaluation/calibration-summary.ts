/** How far stated probabilities are from what comes true: two numbers, to compare before and after a temperature. */
import { crossEntropyFromLogits } from './loss.ts';
import { indexOfLargest } from './multiclass-metrics.ts';
import { computeProbabilities, spread, type LabelledLogits } from './temperature.ts';

export interface CalibrationSummary {
  /** Mean negative log-likelihood in nats. */
  readonly loss: number;
  /**
   * The mean distance between what was stated and what came true, over {@link calibrationBins} bins of equal width, weighted by their
   * images (Guo et al. 2017, section 2): of two classes the positive one's probability against its share, of more the chosen one's
   * against how often it was right.
   */
  readonly expectedCalibrationError: number;
}

export const calibrationBins = 15;

/** @param samples one at least, with finite logits */
export function summariseCalibration(samples: readonly LabelledLogits[], temperature: number): CalibrationSummary {
  const bins = Array.from({ length: calibrationBins }, () => ({ stated: 0, true: 0 }));
  let loss = 0;
  for (const { label, logits } of samples) {
    const scaled = spread(logits).map((logit) => logit / temperature);
    loss += crossEntropyFromLogits(scaled, label);
    const probabilities = computeProbabilities(logits, temperature);
    const chosen = probabilities.length === 2 ? 1 : indexOfLargest(probabilities);
    const stated = probabilities[chosen] as number;
    const bin = bins[Math.min(Math.floor(stated * calibrationBins), calibrationBins - 1)];
    if (bin === undefined) continue;
    bin.stated += stated;
    bin.true += Number(label === chosen);
  }
  return {
    loss: loss / samples.length,
    expectedCalibrationError: bins.reduce((sum, bin) => sum + Math.abs(bin.stated - bin.true), 0) / samples.length,
  };
}
