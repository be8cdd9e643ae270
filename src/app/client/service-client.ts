/**
 * The client of the service, for browsers and Node. Generated from the service's OpenAPI document by scripts/generate-client.ts; not to be
 * changed by hand.
 */
import { call, type CallOptions, type ClientOptions } from './request.ts';

export { ServiceError, type CallOptions, type ClientOptions } from './request.ts';

export interface ClassifyAnswer {
  model: ModelReference;
  results: ImageAnswer[];
  milliseconds: number;
  notice: string;
}

export interface ExplainAnswer {
  model: ModelReference;
  method: 'grad-cam';
  /** the class that is explained */
  class: string;
  classProbability: number;
  answer: ImageAnswer;
  /**
   * of the network's input, to which the whole image is fitted
   */
  width: number;
  height: number;
  /** row by row; 1 is the hottest place, 0 says nothing or speaks against the class */
  heat: number[];
  milliseconds: number;
  notice: string;
}

/** Whether the image looks like the X-rays the model was trained on. */
export interface Guard {
  /**
   * 0: as usual; 0.5: where one X-ray in a hundred lies; 1: nothing like one
   */
  score: number;
  verdict: 'accepted' | 'flagged' | 'refused';
  /** what is most unlike an X-ray; null where the image is accepted */
  reason: string | null;
  /** the reason as words; empty where the image is accepted */
  sentence: string;
}

/** Whether the DICOM header lets the model be asked. It names no person. */
export interface Header {
  verdict: 'accepted' | 'flagged' | 'refused';
  /** why the model was not asked; null where it was */
  reason: HeaderRemark | null;
  /** what to know of an image about which the model was asked */
  flags: HeaderRemark[];
  modality: string | null;
  /** years; null where it is not known */
  age: number | null;
  bodyPart: string | null;
  view: string | null;
}

export interface HeaderRemark {
  /** stable */
  code: string;
  sentence: string;
}

export interface ImageAnswer {
  /**
   * place in the request, from 0
   */
  index: number;
  /** as the client named the file; null for a raw body */
  name: string | null;
  /** refused: the header or the input guard says that this is no such X-ray, and there is no answer; failed: see problem */
  status: 'answered' | 'refused' | 'failed';
  label: string | null;
  /** whether the label is the class that is looked for; null for more than two classes */
  positive: boolean | null;
  /** calibrated; of two classes that of the positive one, of more that of the label */
  probability: number | null;
  /** positive is what lies strictly above; null for more than two classes */
  threshold: number | null;
  /** of every class */
  probabilities: Partial<Record<string, number>> | null;
  /** in the model's uncertain band: a person should look first */
  uncertain: boolean;
  /** of a DICOM file; null for any other */
  header: Header | null;
  /** null where the model has none, the header refused the image first, or it could not be read */
  guard: Guard | null;
  /** how its values became grey levels; null for an image of 8 bits without a window */
  display: string | null;
  /** of the image's bytes; null where it could not be read */
  sha256: string | null;
  /** images in the file, such as the pages of a TIFF: the answer is about the first; null where it could not be read */
  pages: number | null;
  /** why there is no answer; null where there is one */
  reason: {
    /** stable */
    code: string;
    sentence: string;
  } | null;
  timings: Timings | null;
  /** of a failed image: the reason as an HTTP problem */
  problem: Problem | null;
}

/** The validation images on which the threshold was chosen. */
export interface ModelCalibration {
  images: number;
  patients: number;
  /** by which the threshold was chosen; null for more than two classes */
  rule: {
    kind: 'youden' | 'sensitivity' | 'cost-ratio';
    /** the target sensitivity, or what a missed positive costs in false alarms */
    value: number | null;
  } | null;
  /** what the rule would choose from other patients of the same kind */
  thresholdInterval: {
    low: number;
    high: number;
  } | null;
  /** on these images, so a little too good */
  sensitivity: Rate | null;
  /** on these images, so a little too good */
  specificity: Rate | null;
  /** for what another threshold would do; null in files of before */
  counts: {
    /** positive images in each of 200 steps of probability, from 0 to 1 */
    positives: number[];
    negatives: number[];
    positivePatients: number;
    negativePatients: number;
  } | null;
}

export interface ModelDescription {
  id: string;
  version: string;
  /** answers where no model is named */
  isDefault: boolean;
  /** answers where the model is named without a version */
  isLatest: boolean;
  classes: string[];
  positive: string | null;
  threshold: number | null;
  /** logits are divided by it */
  temperature: number;
  /** then added to the log-odds of the positive class */
  shift: number;
  uncertain: {
    low: number;
    high: number;
  } | null;
  calibrated: boolean;
  hasGuard: boolean;
  input: {
    width: number;
    height: number;
    channels: number;
  };
  createdBy: string;
  createdAt: string;
  trainingImages: number;
  /** trained on drawn phantoms: its answers about X-rays mean nothing */
  synthetic: boolean;
  licence: string;
  intendedUse: string;
  /** null: the model's file states nothing */
  statement: ModelStatement | null;
  /** null: there are no figures in the model's file */
  evaluation: ModelEvaluation | null;
  /** null: the model was never calibrated */
  calibration: ModelCalibration | null;
  /** all of this as English text */
  card: {
    /** what the section is about; stable */
    topic: 'model' | 'purpose' | 'misuse' | 'data' | 'figures' | 'operation' | 'limits' | 'ethics' | 'advice';
    title: string;
    paragraphs: string[];
  }[];
}

/** How the model did on images that nothing was chosen on. */
export interface ModelEvaluation {
  images: number;
  positives: number;
  negatives: number;
  patients: number;
  threshold: number;
  /**
   * of the intervals, such as 0.95
   */
  level: number;
  truePositives: number;
  trueNegatives: number;
  falsePositives: number;
  falseNegatives: number;
  sensitivity: Rate;
  specificity: Rate;
  /** at the share of positives of these images, and no other */
  ppv: Rate;
  /** at the share of positives of these images, and no other */
  npv: Rate;
  accuracy: Rate;
  rocAuc: Rate;
  expectedCalibrationError: Rate;
  groups: {
    column: string;
    /** null: the images of which the column says nothing */
    value: string | null;
    positives: number;
    negatives: number;
    patients: number;
    /** so few patients that little can be told */
    few: boolean;
    sensitivity: Rate;
    specificity: Rate;
    /** the negatives are those of all groups */
    sharesNegatives: boolean;
  }[];
  /** what the uncertain band left to a person; null: there is no band */
  uncertain: {
    images: number;
    /**
     * answers among them that are wrong
     */
    wrong: number;
  } | null;
}

export interface ModelReference {
  /** the name under which the model is served */
  id: string;
  /** the first 12 hexadecimal digits of the SHA-256 of its file */
  version: string;
}

/** What the publisher of the model states of it. */
export interface ModelStatement {
  /** years, both included; null: not known */
  ages: {
    low: number;
    high: number;
  } | null;
  /** empty: not known */
  hospitals: Partial<Record<string, string>>[];
  /** the data set */
  source: Partial<Record<string, string>>;
  /** who labelled the images, and from what */
  labels: Partial<Record<string, string>>;
  /** known failures, the gravest first */
  limits: Partial<Record<string, string>>[];
}

export interface ModelsAnswer {
  models: ModelDescription[];
  limits: {
    bodyBytes: number;
    imagePixels: number;
    filesPerRequest: number;
  };
  tokenRequired: boolean;
  notice: string;
}

/** RFC 9457. */
export interface Problem {
  /** a URN that ends in the code */
  type: string;
  title: string;
  status: number;
  /** one sentence: what was wrong and what to do */
  detail: string;
  /** stable; see the list of problems in docs/serving.md */
  code: string;
}

export interface Rate {
  /** null where the images leave it undefined */
  value: number | null;
  /** from draws of patients */
  interval: {
    low: number;
    high: number;
  } | null;
}

export interface Readiness {
  ready: boolean;
  detail: string;
  models: {
    id: string;
    version: string;
    ok: boolean;
    /** of the known image, now */
    logits: number[];
    /** of the known image, as recorded */
    expected: number[];
    recorded: 'in the model file' | 'when the model was loaded';
  }[];
}

/** Milliseconds. */
export interface Timings {
  /**
   * until a worker took the image
   */
  queue: number;
  /**
   * from bytes to the pixels that the network gets
   */
  decode: number;
  /**
   * the network's time for the batch that the image was in
   */
  network: number;
  /**
   * images in that batch
   */
  batch: number;
}

/** Every method throws a ServiceError for what the service refuses. */
export class ServiceClient {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Classify one image or many. */
  classify(
    images: readonly Blob[],
    query: {
      /** The name of a model; the first that is served unless given. */ readonly model?: string | undefined;
      /** Its version; the latest of that name unless given. */ readonly version?: string | undefined;
      /** Which of the VOI LUTs and windows of a DICOM file to use, from 1; the first that shows something unless given. */ readonly voi?:
        | string
        | undefined;
      /** Centre and width of the window for images of more than 8 bits, such as 2000,4000. */ readonly window?:
        | string
        | undefined;
    } = {},
    options: CallOptions = {},
  ): Promise<ClassifyAnswer> {
    return call(this.#options, { ...options, method: 'POST', path: '/api/v1/classify', images, query, answer: 'json' });
  }

  /** Where a model looked: a heat map of one image (Grad-CAM). */
  explain(
    images: readonly Blob[],
    query: {
      /** The name of a model; the first that is served unless given. */ readonly model?: string | undefined;
      /** Its version; the latest of that name unless given. */ readonly version?: string | undefined;
      /** Which of the VOI LUTs and windows of a DICOM file to use, from 1; the first that shows something unless given. */ readonly voi?:
        | string
        | undefined;
      /** Centre and width of the window for images of more than 8 bits, such as 2000,4000. */ readonly window?:
        | string
        | undefined;
      /** The class to explain; the one that the model chose unless given. */ readonly class?: string | undefined;
    } = {},
    options: CallOptions = {},
  ): Promise<ExplainAnswer> {
    return call(this.#options, { ...options, method: 'POST', path: '/api/v1/explain', images, query, answer: 'json' });
  }

  /** An image as a screen shows it: a grey PNG of 8 bits. */
  display(
    images: readonly Blob[],
    query: {
      /** Which of the VOI LUTs and windows of a DICOM file to use, from 1; the first that shows something unless given. */ readonly voi?:
        | string
        | undefined;
      /** Centre and width of the window for images of more than 8 bits, such as 2000,4000. */ readonly window?:
        | string
        | undefined;
      /** Pixels of the longer side at most: a larger image is scaled down. 8192 unless given; more is refused. */ readonly maximumSide?:
        | string
        | undefined;
    } = {},
    options: CallOptions = {},
  ): Promise<Blob> {
    return call(this.#options, { ...options, method: 'POST', path: '/api/v1/display', images, query, answer: 'blob' });
  }

  /** The models that are served, with their cards, and the limits of a request. */
  listModels(options: CallOptions = {}): Promise<ModelsAnswer> {
    return call(this.#options, { ...options, method: 'GET', path: '/api/v1/models', answer: 'json' });
  }

  /** Read all model files again. */
  reload(options: CallOptions = {}): Promise<ModelsAnswer> {
    return call(this.#options, { ...options, method: 'POST', path: '/api/v1/reload', answer: 'json' });
  }

  /** Whether every model gets the known number of a known image. */
  readiness(options: CallOptions = {}): Promise<Readiness> {
    return call(this.#options, { ...options, method: 'GET', path: '/readyz', answer: 'json', alsoAnswers: [503] });
  }

  /** Whether the service answers and has threads that work. */
  liveness(options: CallOptions = {}): Promise<string> {
    return call(this.#options, { ...options, method: 'GET', path: '/healthz', answer: 'text' });
  }

  /** Counters for Prometheus. */
  metrics(options: CallOptions = {}): Promise<string> {
    return call(this.#options, { ...options, method: 'GET', path: '/metrics', answer: 'text' });
  }
}
