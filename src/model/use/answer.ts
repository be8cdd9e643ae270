/** What is said about one image: the one shape that command line, library, service and page render. */
import type { GuardResult } from '../guard/guard.ts';

/** What a model says about one image. */
export interface Classification {
  /** The name of the class. */
  readonly label: string;
  /** Two classes: of the positive class, 0..1. More: of the class that was chosen. At the model's temperature, where it has one. */
  readonly probability: number;
  /** Two classes: positive is what lies strictly above. Null for more: the most probable class is chosen. */
  readonly threshold: number | null;
  /** Of each class, in the order of the model's class names. */
  readonly probabilities: readonly number[];
  /** What the network gave, before temperature and shift: one for a sigmoid, one per class for a softmax. */
  readonly logits: readonly number[];
  /** Whether the probability lies in the model's uncertain band, so that a person should look; false where it has none. */
  readonly uncertain: boolean;
}

/** What a model says about one image, and whether it is one that the model can say anything about. */
export interface GuardedClassification extends Classification {
  /** null where the model has no guard. A refused image has a label all the same, which means nothing: do not show it. */
  readonly guard: GuardResult | null;
}
