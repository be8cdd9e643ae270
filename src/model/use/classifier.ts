/** A model file, opened: image files in, class names and probabilities out, along the one path that training took. */
import { createHash } from 'node:crypto';
import { PneumoscopeError } from '../../base/errors.ts';
import { isUncertain } from '../../statistics/calibration/abstention.ts';
import { computeProbabilities } from '../../statistics/calibration/temperature.ts';
import type { Classification, GuardedClassification } from './answer.ts';
import { Guard, type GuardResult } from '../guard/guard.ts';
import { preprocess, writeNetworkInput } from '../../imaging/prepare/preprocess.ts';
import { readImageFile } from '../../imaging/decode/read-image-file.ts';
import { readModelHeader } from '../../engine/onnx/model-header.ts';
import { InferenceClient, type InferenceResult } from '../../engine/runtime/inference-client.ts';
import type { Device } from '../../engine/runtime/tensor.ts';
import { classifyBatches, type ClassifyFilesOptions, type FileClassifications } from './classify-files.ts';
import { defaultModelPath } from '../file/default-model.ts';
import { parseMetadata, type ClassifierMetadata } from '../file/metadata.ts';

export interface LoadOptions {
  /** 'cpu' unless given. */
  readonly device?: Device;
  /** Threads of the runtime; the machine's cores unless given. */
  readonly threads?: number;
  /** Take the model as if it had never been calibrated, but for its threshold: probabilities are those of the network itself. */
  readonly ignoreOperation?: boolean;
}

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
  const { preprocessing, classes } = metadata;
  const client = await InferenceClient.start({
    path,
    imageShape: [preprocessing.channels, preprocessing.height, preprocessing.width],
    units: classes.output === 'sigmoid' ? 1 : classes.names.length,
    device: options.device ?? 'cpu',
    threads: options.threads,
  });
  return new Classifier(path, metadata, client);
}

/** Reads what a model file says about itself, at once also for a large one. @throws PneumoscopeError as {@link loadClassifier} */
export async function readModelMetadata(
  path: string = defaultModelPath(),
  options: Pick<LoadOptions, 'ignoreOperation'> = {},
): Promise<ClassifierMetadata> {
  return parseMetadata(await readModelHeader(path), path, options);
}

export class Classifier {
  readonly path: string;
  readonly metadata: ClassifierMetadata;
  readonly #client: Pick<InferenceClient, 'run' | 'close'>;
  readonly #guard: Guard | null;

  /** Use {@link loadClassifier}. */
  constructor(path: string, metadata: ClassifierMetadata, client: Pick<InferenceClient, 'run' | 'close'>) {
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
   * @param name used in errors for content without a path
   * @throws PneumoscopeError E_NOT_FOUND, E_UNREADABLE_IMAGE
   */
  async classify(image: string | Uint8Array, name = 'The image'): Promise<GuardedClassification> {
    const pixels =
      typeof image === 'string'
        ? await this.prepare(image)
        : await preprocess(image, name, this.metadata.preprocessing);
    const [result] = await this.classifyPixels([pixels]);
    return { ...(result as Classification), guard: this.inspect(pixels) };
  }

  /**
   * Classifies many files in batches; the next images are decoded while the model works on the present ones.
   *
   * @returns in the order of the files; with `skipUnreadable` those that cannot be read are listed instead
   * @throws UnreadableImagesError (E_UNREADABLE_IMAGE) that lists all unreadable files, unless `skipUnreadable`;
   * E_INTERRUPTED when `signal` is aborted
   */
  classifyFiles(paths: readonly string[], options: ClassifyFilesOptions = {}): Promise<FileClassifications> {
    return classifyBatches(this, paths, options);
  }

  /** Reads a file as this model sees it: width * height grey bytes. @throws PneumoscopeError E_NOT_FOUND, E_UNREADABLE_IMAGE */
  async prepare(path: string): Promise<Uint8Array> {
    return (await this.prepareFile(path)).pixels;
  }

  /** As {@link prepare}, with the SHA-256 of the file, hexadecimal. */
  async prepareFile(path: string): Promise<{ readonly pixels: Uint8Array; readonly sha256: string }> {
    const bytes = await readImageFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error instanceof PneumoscopeError) throw error;
      if (error.code === 'ENOENT') throw new PneumoscopeError('E_NOT_FOUND', `${path} does not exist.`);
      throw new PneumoscopeError('E_UNREADABLE_IMAGE', `${path} cannot be opened (${error.code}).`, { cause: error });
    });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { pixels: await preprocess(bytes, path, this.metadata.preprocessing), sha256 };
  }

  /** Whether the image looks like those the model was trained on; null where it has no guard. @param pixels as {@link prepare} gives them */
  inspect(pixels: Uint8Array): GuardResult | null {
    const { width, height } = this.metadata.preprocessing;
    return this.#guard === null ? null : this.#guard.score(pixels, width, height);
  }

  /** What the network says, whatever the images show. @param images grey bytes, width * height each, as {@link prepare} gives them */
  async classifyPixels(images: readonly Uint8Array[]): Promise<Classification[]> {
    const { preprocessing } = this.metadata;
    const size = preprocessing.width * preprocessing.height;
    const input = new Float32Array(images.length * size);
    images.forEach((pixels, index) => writeNetworkInput(pixels, preprocessing, input, index * size));
    return this.interpret(await this.#client.run(input, images.length), images.length);
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
          `${this.path} gives a probability that is not a number: its weights are damaged or its training diverged; train it again.`,
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
