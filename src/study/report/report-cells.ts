/** Which images of a test set a report shows: for each cell of the confusion matrix those that a reader learns most from. */
import { binaryCrossEntropy } from '../../statistics/prediction/loss.ts';
import type { Prediction } from '../../statistics/prediction/prediction.ts';

export interface CellImage {
  readonly prediction: Prediction;
  /** binary cross-entropy of this image, in nats */
  readonly loss: number;
}

/** One cell of the confusion matrix. */
export interface ReportCell {
  /** the class the images are of, and the one they were called: 0 negative, 1 positive */
  readonly label: 0 | 1;
  readonly answer: 0 | 1;
  /** how many there are */
  readonly count: number;
  /** those that are shown, the largest loss first: the worst mistakes, or the right answers that were nearest to being wrong */
  readonly images: readonly CellImage[];
}

/** Mistakes first, the missed positives before all: that is what a reader came for. */
const order = [
  { label: 1, answer: 0 },
  { label: 0, answer: 1 },
  { label: 1, answer: 1 },
  { label: 0, answer: 0 },
] as const;

/**
 * @param threshold positive is what lies strictly above
 * @param options.mistakes how many of each kind of mistake are shown at most
 * @param options.right how many right answers of each class
 */
export function chooseCells(
  predictions: readonly Prediction[],
  threshold: number,
  options: { readonly mistakes: number; readonly right: number },
): ReportCell[] {
  const images = predictions
    .map((prediction): CellImage => {
      return { prediction, loss: binaryCrossEntropy(prediction.probability, prediction.label) };
    })
    // Equal losses keep the order of the files.
    .toSorted((a, b) => b.loss - a.loss);
  return order.map(({ label, answer }) => {
    const own = images.filter(
      ({ prediction }) => prediction.label === label && Number(prediction.probability > threshold) === answer,
    );
    return {
      label,
      answer,
      count: own.length,
      images: own.slice(0, label === answer ? options.right : options.mistakes),
    };
  });
}
