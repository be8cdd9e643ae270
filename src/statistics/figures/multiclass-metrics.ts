/** The figures of an evaluation with any number of classes: each class against the rest, and their averages. */
import { crossEntropy, crossEntropyFromLogits } from '../prediction/loss.ts';
import { checkMulticlassPredictions, type MulticlassPrediction } from '../prediction/prediction.ts';
import { computeRocAuc } from './roc.ts';

/** One class against all the others; a figure that the data leaves undefined is null and has its reason. */
export interface ClassMetrics {
  readonly className: string;
  /** Number of images of this class. */
  readonly support: number;
  readonly recall: number | null;
  readonly precision: number | null;
  readonly f1: number | null;
  readonly rocAuc: number | null;
  readonly undefinedBecause: Readonly<Partial<Record<'recall' | 'precision' | 'f1' | 'rocAuc', string>>>;
}

export interface MulticlassMetrics {
  readonly count: number;
  /** Mean cross-entropy in nats, from logits where they are known. */
  readonly loss: number;
  /** The share of images whose most probable class is the right one. */
  readonly accuracy: number;
  readonly classes: readonly ClassMetrics[];
  /** Means over the classes that have images; an undefined precision counts as 0, because that class was never found. */
  readonly macroRecall: number;
  readonly macroPrecision: number;
  readonly macroF1: number;
  /** The mean of the one-against-the-rest areas; null if that of some class with images is undefined. */
  readonly macroRocAuc: number | null;
  /** confusion[label][answer]: number of images. */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * The answer is the most probable class, the first one of equals.
 *
 * @param classNames in the order of the labels
 * @throws PneumoscopeError as {@link checkMulticlassPredictions}
 */
export function computeMulticlassMetrics(
  predictions: readonly MulticlassPrediction[],
  classNames: readonly string[],
): MulticlassMetrics {
  checkMulticlassPredictions(predictions, classNames.length);
  const confusion = classNames.map(() => classNames.map(() => 0));
  let loss = 0;
  let correct = 0;
  for (const { label, probabilities, logits } of predictions) {
    const answer = indexOfLargest(probabilities);
    const row = confusion[label] as number[];
    row[answer] = (row[answer] as number) + 1;
    if (answer === label) correct++;
    loss += logits === undefined ? crossEntropy(probabilities, label) : crossEntropyFromLogits(logits, label);
  }

  const classes = classNames.map((className, index) => computeClassMetrics(predictions, confusion, className, index));
  const present = classes.filter(({ support }) => support > 0);
  const mean = (pick: (metrics: ClassMetrics) => number | null): number =>
    present.reduce((sum, metrics) => sum + (pick(metrics) ?? 0), 0) / present.length;
  return {
    count: predictions.length,
    loss: loss / predictions.length,
    accuracy: correct / predictions.length,
    classes,
    macroRecall: mean(({ recall }) => recall),
    macroPrecision: mean(({ precision }) => precision),
    macroF1: mean(({ f1 }) => f1),
    macroRocAuc: present.some(({ rocAuc }) => rocAuc === null) ? null : mean(({ rocAuc }) => rocAuc),
    confusion,
  };
}

function computeClassMetrics(
  predictions: readonly MulticlassPrediction[],
  confusion: readonly (readonly number[])[],
  className: string,
  index: number,
): ClassMetrics {
  const truePositives = confusion[index]?.[index] ?? 0;
  const support = (confusion[index] ?? []).reduce((sum, count) => sum + count, 0);
  const called = confusion.reduce((sum, row) => sum + (row[index] ?? 0), 0);
  const rocAuc = computeRocAuc(
    predictions.map(({ probabilities }) => probabilities[index] as number),
    (sample) => predictions[sample]?.label === index,
  );
  const noImages = `there are no images of the class ${className}`;
  return {
    className,
    support,
    recall: support === 0 ? null : truePositives / support,
    precision: called === 0 ? null : truePositives / called,
    f1: support + called === 0 ? null : (2 * truePositives) / (support + called),
    rocAuc,
    undefinedBecause: {
      ...(support === 0 && { recall: noImages }),
      ...(called === 0 && { precision: `no image was called ${className}` }),
      ...(support + called === 0 && { f1: `${noImages}, and none was called it` }),
      ...(rocAuc === null && { rocAuc: support === 0 ? noImages : `all images are of the class ${className}` }),
    },
  };
}

/** The first index of the largest value. */
export function indexOfLargest(values: readonly number[]): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) {
    if ((values[index] as number) > (values[best] as number)) best = index;
  }
  return best;
}
