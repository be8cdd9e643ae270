/** How far stated probabilities are from what comes true: two numbers, to compare before and after a temperature. */
import { computeExpectedCalibrationError } from './calibration.ts';
import { crossEntropyFromLogits } from '../prediction/loss.ts';
import { indexOfLargest } from '../figures/multiclass-metrics.ts';
import { computeProbabilities, positiveLogOdds, type LabelledLogits } from './temperature.ts';

export interface CalibrationSummary {
  /** Mean negative log-likelihood in nats. */
  readonly loss: number;
  /**
   * See {@link computeExpectedCalibrationError}. Of two classes the positive one's probability against its share; of more, as Guo et al.
   * have it, the chosen one's against how often it was right.
   */
  readonly expectedCalibrationError: number;
}

/**
 * @param samples one at least, with finite logits
 * @param shift see `computeProbabilities`
 */
export function summariseCalibration(
  samples: readonly LabelledLogits[],
  temperature: number,
  shift = 0,
): CalibrationSummary {
  let loss = 0;
  const stated = samples.map(({ file, label, logits }) => {
    const isBinary = logits.length <= 2;
    const scaled = isBinary
      ? [0, positiveLogOdds(logits) / temperature + shift]
      : logits.map((logit) => logit / temperature);
    loss += crossEntropyFromLogits(scaled, label);
    const probabilities = computeProbabilities(logits, temperature, shift);
    const chosen = probabilities.length === 2 ? 1 : indexOfLargest(probabilities);
    return { file, label: Number(label === chosen), probability: probabilities[chosen] as number };
  });
  return { loss: loss / samples.length, expectedCalibrationError: computeExpectedCalibrationError(stated) };
}
