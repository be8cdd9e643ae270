/** Keras's ImageDataGenerator and what its flow_from_directory gives: images from class folders in batches. */
import { createHash } from 'node:crypto';
import { openBatchLoader } from '../../data/batches/batches.ts';
import type { BatchLoader } from '../../engine/fit/batch.ts';
import { listDatasetFolder, type LabelledImage } from '../../data/folder/dataset-folder.ts';
import { prepareImages, type PreparedImages } from '../../data/cache/image-cache.ts';
import { showsPhantoms } from '../../data/phantoms/is-phantom.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { parseAugmentationSpec, type AugmentationSpec } from '../../imaging/augment/augmentation-spec.ts';
import {
  parsePreprocessingSpec,
  type PreprocessingOptions,
  type PreprocessingSpec,
} from '../../imaging/prepare/preprocessing-spec.ts';

export interface ImageDataGeneratorOptions {
  /** Each grey level is multiplied by it, in float32; 1 unless given. */
  readonly rescale?: number;
  /** Degrees. */
  readonly rotationRange?: number;
  /** Degrees, as in Keras. */
  readonly shearRange?: number;
  /** z means [1 - z, 1 + z]; above 1 zooms out. */
  readonly zoomRange?: number | readonly [number, number];
  readonly brightnessRange?: readonly [number, number];
  readonly horizontalFlip?: boolean;
  readonly verticalFlip?: boolean;
}

export interface FlowOptions {
  /** Height and width; [256, 256] unless given. */
  readonly targetSize?: readonly [height: number, width: number];
  /** nearest unless given. */
  readonly interpolation?: 'nearest' | 'bilinear';
  /** What Keras does not have: crop, letterbox, histogram, JPEG. None unless given; see docs/preprocessing.md. */
  readonly preprocessing?: PreprocessingOptions;
  /** Networks here see grey images. */
  readonly colorMode?: 'grayscale';
  /** 32 unless given. */
  readonly batchSize?: number;
  /** binary: two classes; categorical: any number. Labels are class indices either way. */
  readonly classMode?: 'binary' | 'categorical' | 'sparse';
  /** The classes and their order; the folders by name unless given. */
  readonly classes?: readonly string[];
  /** True unless given. It concerns fit() only: evaluate() and predict() always take the images in file order. */
  readonly shuffle?: boolean;
  /** Of the order and the augmentation; 0 unless given. */
  readonly seed?: number;
  /** Of decoded images; the user's cache folder unless given, null for none. */
  readonly cacheDir?: string | null;
}

export interface ImageDataGenerator {
  /**
   * Lists the images of `folder/CLASS/...` in Keras's order; they are read when they are needed first.
   * @throws PneumoscopeError E_NOT_FOUND, E_DATASET
   */
  flowFromDirectory(folder: string, options?: FlowOptions): Promise<DirectoryIterator>;
}

/** `ImageDataGenerator(...)`, with the transform of Keras 2.9 and later. @throws PneumoscopeError E_RECIPE for impossible ranges */
export function imageDataGenerator(options: ImageDataGeneratorOptions = {}): ImageDataGenerator {
  const augmentation = readAugmentation(options);
  return {
    flowFromDirectory: async (folder, flow = {}) => {
      const { classes, classMode } = flow;
      const { classNames, images } = await listDatasetFolder(
        folder,
        classes === undefined ? {} : { classNames: classes },
      );
      if (classMode === 'binary' && classNames.length !== 2) {
        throw new PneumoscopeError(
          'E_DATASET',
          `${folder} has ${classNames.length} classes, but classMode 'binary' needs two; use 'categorical'`,
        );
      }
      return new DirectoryIterator(folder, classNames, images, augmentation, options.rescale ?? 1, flow);
    },
  };
}

function readAugmentation(options: ImageDataGeneratorOptions): AugmentationSpec | undefined {
  const {
    rotationRange = 0,
    shearRange = 0,
    zoomRange = 0,
    brightnessRange = null,
    horizontalFlip = false,
    verticalFlip = false,
  } = options;
  const spec = parseAugmentationSpec(
    {
      rotation: rotationRange,
      shear: shearRange,
      zoom: zoomRange,
      brightness: brightnessRange,
      horizontalFlip,
      verticalFlip,
      kerasVersion: '2.9',
    },
    'The imageDataGenerator',
  );
  const isIdentity =
    rotationRange === 0 &&
    shearRange === 0 &&
    zoomRange === 0 &&
    brightnessRange === null &&
    !horizontalFlip &&
    !verticalFlip;
  return isIdentity ? undefined : spec;
}

/** The images of a folder, in file order; what `fit`, `evaluate` and `predict` take. */
export class DirectoryIterator {
  readonly directory: string;
  readonly classNames: readonly string[];
  /** In file order, whether shuffled or not. */
  readonly filenames: readonly string[];
  /** Class index per image, in file order. */
  readonly classes: readonly number[];
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly preprocessing: PreprocessingSpec;
  readonly augmentation: AugmentationSpec | undefined;
  readonly #images: readonly LabelledImage[];
  readonly #cacheDir: string | null | undefined;
  #prepared: Promise<PreparedImages> | undefined;

  /** Use {@link imageDataGenerator}. */
  constructor(
    directory: string,
    classNames: readonly string[],
    images: readonly LabelledImage[],
    augmentation: AugmentationSpec | undefined,
    rescale: number,
    options: FlowOptions,
  ) {
    const { targetSize: [height, width] = [256, 256], batchSize = 32, shuffle = true, seed = 0, cacheDir } = options;
    const { interpolation: resize = 'nearest', preprocessing = {} } = options;
    this.directory = directory;
    this.classNames = classNames;
    this.#images = images;
    this.filenames = images.map(({ file }) => file);
    this.classes = images.map(({ label }) => label);
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.seed = seed;
    this.augmentation = augmentation;
    this.preprocessing = parsePreprocessingSpec(
      { version: 1, width, height, channels: 1, resize, rescale, ...preprocessing },
      'The imageDataGenerator',
    );
    this.#cacheDir = cacheDir;
  }

  /** Number of images. */
  get samples(): number {
    return this.#images.length;
  }

  /** Number of batches of an epoch; the last one may be partial. */
  get length(): number {
    return Math.ceil(this.samples / this.batchSize);
  }

  /** Class indices by name. */
  get classIndices(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.classNames.map((name, index) => [name, index]));
  }

  /** SHA-256 over names, labels and contents of the images. */
  async fingerprint(): Promise<string> {
    const { images, sha256 } = await this.#prepare();
    const hash = createHash('sha256').update(JSON.stringify(this.classNames));
    images.forEach(({ file, label }, index) => hash.update(JSON.stringify([file, label, sha256[index]])));
    return hash.digest('hex');
  }

  /** Whether the images are drawn phantoms, which a model of them will say. */
  isSynthetic(): Promise<boolean> {
    return showsPhantoms(this.#images);
  }

  /** Batches with the memory and the thread that they need. @throws UnreadableImagesError listing all unreadable files */
  async open(): Promise<BatchLoader> {
    const { pixels } = await this.#prepare();
    const { classes: labels, preprocessing: spec, batchSize, seed, augmentation } = this;
    return openBatchLoader({ pixels, labels, spec, batchSize, seed, augmentation });
  }

  #prepare(): Promise<PreparedImages> {
    this.#prepared ??= prepareImages(this.#images, this.preprocessing, { cacheDir: this.#cacheDir });
    const own = this.#prepared;
    // Images that could not be read may be there the next time.
    own.catch(() => {
      if (this.#prepared === own) this.#prepared = undefined;
    });
    return own;
  }
}
