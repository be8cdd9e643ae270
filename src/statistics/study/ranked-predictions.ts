/**
 * All figures of a study in one pass over images that were sorted once: what makes thousands of draws of patients cheap. An image
 * counts as often as its patient was drawn.
 */
import { computeBinEdges, findBin, type BinningOptions } from '../calibration/calibration.ts';
import { computeMcc, divide, studyFigureNames, type StudyFigureName } from '../intervals/figure.ts';
import { binaryCrossEntropy, binaryCrossEntropyFromLogit } from '../prediction/loss.ts';
import type { PatientClusters } from '../prediction/patient-clusters.ts';
import type { Prediction } from '../prediction/prediction.ts';

const columnOf = Object.fromEntries(studyFigureNames.map((name, index) => [name, index])) as Readonly<
  Record<StudyFigureName, number>
>;

/** Per image: the last of those with its probability; the last of its bin. */
const endsTie = 1;
const endsBin = 2;

export class RankedPredictions {
  /** Edges of the bins of the calibration error, which are those of the data, not of each draw. */
  readonly binEdges: readonly number[];
  /** All arrays: per place, highest probability first. */
  readonly #patient: Int32Array;
  readonly #label: Uint8Array;
  readonly #probability: Float64Array;
  readonly #loss: Float64Array;
  readonly #ends: Uint8Array;
  /** The bin of the last image of a bin. */
  readonly #bin: Int32Array;
  /** How many places are called positive. */
  readonly #called: number;

  /** @param predictions checked; of one model, in the order of `clusters.assignment` */
  constructor(
    predictions: readonly Prediction[],
    clusters: PatientClusters,
    options: BinningOptions & { readonly threshold: number },
  ) {
    const order = predictions
      .map((_, index) => index)
      .toSorted((a, b) => (predictions[b] as Prediction).probability - (predictions[a] as Prediction).probability);
    const sorted = order.map((index) => predictions[index] as Prediction);
    const edges = computeBinEdges(
      sorted.map(({ probability }) => probability),
      options,
    );
    this.binEdges = edges;
    this.#patient = Int32Array.from(order, (index) => clusters.assignment[index] as number);
    this.#label = Uint8Array.from(sorted, ({ label }) => label);
    this.#probability = Float64Array.from(sorted, ({ probability }) => probability);
    this.#loss = Float64Array.from(sorted, ({ label, probability, logit }) =>
      logit === undefined ? binaryCrossEntropy(probability, label) : binaryCrossEntropyFromLogit(logit, label),
    );
    this.#bin = Int32Array.from(sorted, ({ probability }) => findBin(edges, probability));
    this.#ends = Uint8Array.from(sorted, ({ probability }, place) => {
      const tie = probability === this.#probability[place + 1] ? 0 : endsTie;
      return tie + (this.#bin[place] === this.#bin[place + 1] ? 0 : endsBin);
    });
    this.#called = sorted.filter(({ probability }) => probability > options.threshold).length;
  }

  get bins(): number {
    return this.binEdges.length - 1;
  }

  /**
   * @param draws how often each patient was drawn
   * @param figures gets one value per name of {@link studyFigureNames}, NaN where it is undefined
   * @param shares gets the share of positive images per bin, NaN in an empty one
   */
  compute(draws: ArrayLike<number>, figures: Float64Array, shares: Float64Array): void {
    let wins = 0;
    let steps = 0;
    let positives = 0;
    let negatives = 0;
    let tiedPositives = 0;
    let tiedNegatives = 0;
    let truePositives = 0;
    let falsePositives = 0;
    let squares = 0;
    let losses = 0;
    let gap = 0;
    let gaps = 0;
    let binPositives = 0;
    let binNegatives = 0;
    shares.fill(NaN);
    for (let place = 0; place < this.#patient.length; place++) {
      const weight = draws[this.#patient[place] as number] as number;
      if (weight !== 0) {
        const label = this.#label[place] as number;
        const error = (this.#probability[place] as number) - label;
        gap += weight * error;
        squares += weight * error * error;
        losses += weight * (this.#loss[place] as number);
        if (label === 1) tiedPositives += weight;
        else tiedNegatives += weight;
      }
      const ends = this.#ends[place] as number;
      if (ends === 0) continue;
      // Each negative loses to the positives above it, and half to those beside it.
      wins += tiedNegatives * (positives + tiedPositives / 2);
      positives += tiedPositives;
      negatives += tiedNegatives;
      if (tiedPositives > 0) steps += (tiedPositives * positives) / (positives + negatives);
      tiedPositives = 0;
      tiedNegatives = 0;
      if (place === this.#called - 1) {
        truePositives = positives;
        falsePositives = negatives;
      }
      if (ends < endsBin) continue;
      gaps += Math.abs(gap);
      gap = 0;
      const inBin = positives - binPositives;
      shares[this.#bin[place] as number] = divide(inBin, inBin + negatives - binNegatives);
      binPositives = positives;
      binNegatives = negatives;
    }

    const count = positives + negatives;
    const falseNegatives = positives - truePositives;
    const trueNegatives = negatives - falsePositives;
    const sensitivity = divide(truePositives, positives);
    const specificity = divide(trueNegatives, negatives);
    figures[columnOf.sensitivity] = sensitivity;
    figures[columnOf.specificity] = specificity;
    figures[columnOf.ppv] = divide(truePositives, truePositives + falsePositives);
    figures[columnOf.npv] = divide(trueNegatives, trueNegatives + falseNegatives);
    figures[columnOf.accuracy] = divide(truePositives + trueNegatives, count);
    figures[columnOf.balancedAccuracy] = (sensitivity + specificity) / 2;
    figures[columnOf.f1] = divide(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives);
    figures[columnOf.mcc] = computeMcc(truePositives, falsePositives, trueNegatives, falseNegatives);
    figures[columnOf.rocAuc] = divide(wins, positives * negatives);
    figures[columnOf.averagePrecision] = negatives === 0 ? NaN : divide(steps, positives);
    figures[columnOf.brierScore] = divide(squares, count);
    figures[columnOf.expectedCalibrationError] = divide(gaps, count);
    figures[columnOf.loss] = divide(losses, count);
  }
}
