/** A model file, opened: image files in, class names and probabilities out, along the one path that training took. */
/// <reference lib="esnext.disposable" preserve="true" />
import { PneumoscopeError } from '../../base/errors.ts';
import { hashBytes } from '../../base/files/digest.ts';
import { isUncertain } from '../../statistics/calibration/abstention.ts';
import { computeProbabilities } from '../../statistics/calibration/temperature.ts';
import {
  failAnswer,
  refuseImage,
  type AboutImage,
  type Answer,
  type Answered,
  type Classification,
  type Failed,
  type FileAnswer,
  type Refused,
} from './answer.ts';
import type { HeaderFacts } from '../../dicom/header-facts.ts';
import { reportHeader, type HeaderReport } from '../gate/header-report.ts';
import { Guard, type GuardResult } from '../guard/guard.ts';
import { preprocessImage } from '../../imaging/prepare/preprocess.ts';
import type { DecodeLimits } from '../../imaging/decode/decode.ts';
import { readImageFile } from '../../imaging/decode/read-image-file.ts';
import { readModelHeader } from '../../engine/onnx/model-header.ts';
import {
  InferenceClient,
  type InferenceResult,
  type InferenceSettings,
} from '../../engine/runtime/inference-client.ts';
import type { Device } from '../../engine/runtime/tensor.ts';
import {
  classifyBatches,
  type AskOptions,
  type ClassifyFilesOptions,
  type PreparedImage,
  type ReadOptions,
} from './classify-files.ts';
import { defaultModelPath } from '../file/default-model.ts';
import { parseMetadata, type ClassifierMetadata } from '../file/metadata.ts';

export interface LoadOptions {
  /** 'cpu' unless given. */
  readonly device?: Device;
  /** Threads of the runtime; the machine's cores unless given. */
  readonly threads?: number | undefined;
  /** Take the model as if it had never been calibrated, but for its threshold: probabilities are those of the network itself. */
  readonly ignoreOperation?: boolean;
  /** Take the model as if nothing had been measured, for who measures it anew. */
  readonly ignoreEvaluation?: boolean;
}

export interface ClassifyOptions extends ReadOptions, AskOptions {}

/**
 * Opens a model file.
 *
 * @param path the model that comes with this package unless given, see `defaultModelPath`
 * @throws PneumoscopeError E_NOT_FOUND; E_MODEL_FILE when the file is damaged or of another program; E_DEVICE
 */
export async function loadClassifier(
  path: string = defaultModelPath(),
  options: LoadOptions = {},
): Promise<Classifier> {
  const metadata = await readModelMetadata(path, options);
  const { device = 'cpu', threads } = options;
  const client = await InferenceClient.start({ path, ...describeNetwork(metadata), device, threads });
  return new Classifier(path, metadata, client);
}

/** What the runtime must know of a model's network. */
export function describeNetwork({
  preprocessing,
  classes,
}: Pick<ClassifierMetadata, 'preprocessing' | 'classes'>): Pick<InferenceSettings, 'imageShape' | 'rescale' | 'units'> {
  const { channels, height, width, rescale } = preprocessing;
  const units = classes.output === 'sigmoid' ? 1 : classes.names.length;
  return { imageShape: [channels, height, width], rescale, units };
}

/** Reads what a model file says about itself, at once also for a large one. @throws PneumoscopeError as {@link loadClassifier} */
export async function readModelMetadata(
  path: string = defaultModelPath(),
  options: Pick<LoadOptions, 'ignoreOperation' | 'ignoreEvaluation'> = {},
): Promise<ClassifierMetadata> {
  return parseMetadata(await readModelHeader(path), path, options);
}

export class Classifier {
  readonly path: string;
  readonly metadata: ClassifierMetadata;
  readonly #client: Pick<InferenceClient, 'runBytes' | 'close'>;
  readonly #guard: Guard | null;

  /** Use {@link loadClassifier}. */
  constructor(path: string, metadata: ClassifierMetadata, client: Pick<InferenceClient, 'runBytes' | 'close'>) {
    this.path = path;
    this.metadata = metadata;
    this.#client = client;
    this.#guard = metadata.guard === undefined ? null : new Guard(metadata.guard);
  }

  /** In the order of the labels; of two classes the positive one is the second. */
  get classNames(): readonly string[] {
    return this.metadata.classes.names;
  }

  /**
   * Classifies one image.
   *
   * @param image the path of a file, or the content of one
   * @param options.name what sentences call content without a path; 'The file' unless given
   * @returns answered; refused by the header or the input guard; or failed, with the reason, where the image cannot be read
   * @throws PneumoscopeError E_NOT_FINITE: the model is damaged
   */
  async classify(image: string | Uint8Array, options: ClassifyOptions = {}): Promise<Answer> {
    const read = await this.read(image, options);
    if ('status' in read) return read;
    const [answer] = await this.answer([read], options);
    return answer as Answer;
  }

  /**
   * Classifies many files in batches; the next images are decoded while the model works on the present ones.
   *
   * @returns in the order of the files; files that cannot be read are among them only with `skipUnreadable`
   * @throws UnreadableImagesError (E_UNREADABLE_IMAGE) that lists all unreadable files, unless `skipUnreadable`;
   * E_INTERRUPTED when `signal` is aborted
   */
  classifyFiles(paths: readonly string[], options: ClassifyFilesOptions = {}): Promise<readonly FileAnswer[]> {
    return classifyBatches(this, paths, options);
  }

  /** Reads an image as this model sees it, or says why it cannot be read. Never throws because of the image. */
  async read(image: string | Uint8Array, options: ReadOptions = {}): Promise<PreparedImage | Failed> {
    try {
      return typeof image === 'string'
        ? await this.prepareFile(image, options.limits)
        : await this.#prepareBytes(image, options.name ?? 'The file', options.limits);
    } catch (error) {
      return failAnswer(error);
    }
  }

  /** Asks header and guard about each image, and the network about those that pass. @returns in their order */
  async answer(images: readonly PreparedImage[], options: AskOptions = {}): Promise<(Answered | Refused)[]> {
    const looked = images.map((image) => this.judge(image, options));
    const passed = images.filter((_, index) => looked[index]?.refused === undefined);
    const classifications = passed.length === 0 ? [] : await this.classifyPixels(passed.map(({ pixels }) => pixels));
    let next = 0;
    return looked.map(
      ({ about, refused }) =>
        refused ?? { status: 'answered', ...(classifications[next++] as Classification), ...about, reason: null },
    );
  }

  /** Whether the DICOM header lets this model be asked; null for an image without one. */
  askHeader(facts: HeaderFacts | null, { allowUnknownAge }: AskOptions = {}): HeaderReport | null {
    const ages = this.metadata.statement?.ages ?? null;
    return facts === null ? null : reportHeader(facts, { ages, allowUnknownAge });
  }

  /** What is known of an image before the network is asked, and whether it may be. Whom the header refuses, the guard is not asked about. */
  judge(
    { pixels, facts, display, sha256, pages }: PreparedImage,
    options: AskOptions = {},
  ): { readonly about: AboutImage; readonly refused: Refused | undefined } {
    const header = this.askHeader(facts, options);
    const byHeader: AboutImage = { header, guard: null, display, sha256, pages };
    const refused = refuseImage(byHeader, options);
    if (refused !== undefined) return { about: byHeader, refused };
    const about = { ...byHeader, guard: this.inspect(pixels) };
    return { about, refused: refuseImage(about, options) };
  }

  /** Reads a file as this model sees it: width * height grey bytes. @throws PneumoscopeError E_NOT_FOUND, E_UNREADABLE_IMAGE */
  async prepare(path: string): Promise<Uint8Array> {
    return (await this.prepareFile(path)).pixels;
  }

  /** As {@link prepare}, with the SHA-256 of the file, hexadecimal. */
  async prepareFile(path: string, limits: DecodeLimits = {}): Promise<PreparedImage> {
    return this.#prepareBytes(await readImageFile(path), path, limits);
  }

  async #prepareBytes(bytes: Uint8Array, name: string, limits: DecodeLimits = {}): Promise<PreparedImage> {
    const sha256 = hashBytes(bytes);
    return { ...(await preprocessImage(bytes, name, this.metadata.preprocessing, limits)), sha256 };
  }

  /** Whether the image looks like those the model was trained on; null where it has no guard. @param pixels as {@link prepare} gives them */
  inspect(pixels: Uint8Array): GuardResult | null {
    const { width, height } = this.metadata.preprocessing;
    return this.#guard === null ? null : this.#guard.score(pixels, width, height);
  }

  /** What the network says, whatever the images show. @param images grey bytes, width * height each, as {@link prepare} gives them */
  async classifyPixels(images: readonly Uint8Array[]): Promise<Classification[]> {
    return this.interpret(await this.#client.runBytes(images), images.length);
  }

  /** Frees the model's memory. May be called twice. */
  async close(): Promise<void> {
    await this.#client.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What the network's outputs mean, for who runs it in another way. @throws PneumoscopeError E_NOT_FINITE */
  interpret({ logits, probabilities }: InferenceResult, count: number): Classification[] {
    const { classes, operation } = this.metadata;
    const { names, threshold } = classes;
    const units = logits.length / count;
    return Array.from({ length: count }, (_, index) => {
      const own = [...logits.subarray(index * units, (index + 1) * units)];
      const row = [...probabilities.subarray(index * units, (index + 1) * units)];
      if (row.some((probability) => !Number.isFinite(probability))) {
        throw new PneumoscopeError(
          'E_NOT_FINITE',
          `${this.path} gives a probability that is not a number: its weights are damaged or its training diverged; train it again`,
        );
      }
      const all = this.#calibrate(own, row);
      const chosen = threshold === null ? all.indexOf(Math.max(...all)) : Number((all[1] as number) > threshold);
      const probability = all[threshold === null ? chosen : 1] as number;
      return {
        label: names[chosen] as string,
        probability,
        threshold,
        probabilities: all,
        logits: own,
        uncertain: isUncertain(probability, operation?.uncertain ?? null),
      };
    });
  }

  /** Of each class. Without an operation what the network's own last layer gave, to its last bit. */
  #calibrate(logits: readonly number[], row: readonly number[]): readonly number[] {
    const { operation, classes } = this.metadata;
    if (operation !== undefined) return computeProbabilities(logits, operation.temperature, operation.shift);
    return classes.output === 'sigmoid' ? [1 - (row[0] as number), row[0] as number] : row;
  }
}
