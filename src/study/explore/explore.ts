/**
 * What a data set looks like: counts, sizes, grey levels, mean and standard deviation of every pixel, and how much the classes vary
 * where. Every file is decoded once; beside a few bytes per image (its width and height) memory does not grow with their number.
 */
import { decodeImage, toLuma } from '../../imaging/decode/decode.ts';
import type { GrayImage } from '../../imaging/gray-image.ts';
import { placeLetterbox } from '../../imaging/prepare/letterbox.ts';
import { preprocessDecoded } from '../../imaging/prepare/preprocess.ts';
import { createPreprocessingSpec, type PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { readImageFile } from '../../imaging/decode/read-image-file.ts';
import { release } from '../../base/release.ts';
import { orUnreadable, type UnreadableImage } from '../../imaging/decode/unreadable-image.ts';
import { isPhantom } from '../../data/phantoms/is-phantom.ts';
import { forEachConcurrently, throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { computeLevelShares, GroupTally, type GroupCounts } from './group-tally.ts';
import type { ImageCatalogue } from '../records/image-catalogue.ts';
import type { ImageRecord } from '../records/image-record.ts';
import { openCatalogue } from '../records/image-records.ts';
import { PixelSums, type PixelStatistics } from './pixel-statistics.ts';
import { gridSide } from '../../imaging/regions.ts';
import { SamplePicker, type Sample } from './sample-picker.ts';
import { VariabilityMeter, type RegionVariability } from './variability.ts';

export interface ExploreOptions extends TaskOptions {
  readonly folder: string;
  /** CSV with the columns file, label and perhaps patient, split; then folders mean nothing */
  readonly labels?: string | undefined;
  /** of that table, such as gbk; default: UTF-8, or UTF-16 where a byte-order mark says so */
  readonly encoding?: string | undefined;
  /** side of the square that images are stretched to for mean and standard deviation, 32 to 1024; default 224 */
  readonly size?: number | undefined;
  /** of the samples and the bootstrap; default 0 */
  readonly seed?: number | undefined;
  /** images of each class to keep for a look, one per patient, 0 to 100; default 12 */
  readonly samplesPerClass?: number | undefined;
  /** of the bootstrap, 100 to 10,000; default 1000, fewer with more than eight classes */
  readonly replicates?: number | undefined;
  /** files in work at once; default 12 */
  readonly concurrency?: number | undefined;
}

/** Counts of one class in one split. */
export interface ExploreGroup extends GroupCounts {
  readonly label: string;
  /** null: in all splits together, or there are none */
  readonly split: string | null;
}

/** All that can be written as JSON. */
export interface ExploreFigures {
  readonly folder: string;
  /** whether images are phantoms that this program drew */
  readonly synthetic: boolean;
  readonly size: number;
  readonly seed: number;
  readonly replicates: number;
  readonly classNames: readonly string[];
  /** the data set's own, by the names of their folders; empty where it has none */
  readonly splits: readonly string[];
  /** that could be read */
  readonly images: number;
  readonly patients: number;
  /** each class as a whole first, then class by class of each split */
  readonly groups: readonly ExploreGroup[];
  /** over all splits together */
  readonly variability: readonly RegionVariability[];
  readonly unreadable: readonly UnreadableImage[];
  readonly leftOut: readonly string[];
}

/** What only a picture shows. */
export interface ExplorePixels {
  readonly label: string;
  /** as in {@link ExploreGroup} */
  readonly split: string | null;
  /** `size * size` numbers each; undefined of a group without images */
  readonly statistics: PixelStatistics | undefined;
}

export interface ExploreResult {
  readonly figures: ExploreFigures;
  /** in the order of `figures.groups` */
  readonly pixels: readonly ExplorePixels[];
  /** of every readable image, class by class */
  readonly sizes: readonly {
    readonly label: string;
    readonly widths: readonly number[];
    readonly heights: readonly number[];
  }[];
  readonly samples: readonly Sample[];
}

/** Longer side of a sample, pixels. */
const sampleSide = 288;
/** Nothing can be seen in fewer pixels; training refuses such a file too. */
const minimumSide = 8;

/**
 * @throws PneumoscopeError E_NOT_FOUND, E_DATASET: no such folder, or no image in it that can be read; E_USAGE: an impossible
 * setting; E_INTERRUPTED
 */
export async function exploreDataset(options: ExploreOptions): Promise<ExploreResult> {
  const settings = readSettings(options);
  const { folder, labels, encoding, onProgress, signal } = options;
  const catalogue = await openCatalogue(folder, { labels, encoding, onProgress, signal });
  try {
    const synthetic = await showPhantoms(catalogue);
    const exploration = new Exploration(catalogue, settings);
    let done = 0;
    const inOrder = new Turns();
    await forEachConcurrently(catalogue.records(), options.concurrency ?? 12, (record) => {
      return inOrder.take(orUnreadable(record.file, readGray(record.path)), async (image) => {
        throwIfInterrupted(signal);
        await exploration.add(record, image);
        onProgress?.({ label: 'Looking at', done: ++done, total: catalogue.images, unit: 'images' });
      });
    });
    const result = exploration.result(folder, synthetic);
    if (result.figures.images > 0) return result;
    const [first] = result.figures.unreadable;
    const sentence = `none of the ${catalogue.images} images of ${folder} can be read: ${first?.reason}`;
    throw new PneumoscopeError('E_DATASET', sentence);
  } finally {
    catalogue.close();
  }
}

interface Settings {
  readonly size: number;
  readonly seed: number;
  readonly samplesPerClass: number;
  readonly replicates: number;
}

function readSettings(options: ExploreOptions): Settings {
  const { size = 224, seed = 0, samplesPerClass = 12, replicates = 1000 } = options;
  const check = (name: string, value: number, min: number, max: number): void => {
    if (Number.isSafeInteger(value) && value >= min && value <= max) return;
    throw new PneumoscopeError('E_USAGE', `${name} is ${value}, but a whole number from ${min} to ${max} is needed`);
  };
  check('the size', size, gridSide, 1024);
  check('the seed', seed, 0, Number.MAX_SAFE_INTEGER);
  check('the number of samples of each class', samplesPerClass, 0, 100);
  check('the number of replicates', replicates, 100, 10_000);
  return { size, seed, samplesPerClass, replicates };
}

/** Files are read side by side and taken in their order, so that the last digit of every sum is the same each time. */
class Turns {
  #last: Promise<unknown> = Promise.resolve();

  async take<T>(reading: Promise<T>, work: (value: T) => Promise<void>): Promise<void> {
    const before = this.#last;
    const own = Promise.allSettled([reading, before]).then(async () => work(await reading));
    // Who comes next waits for this one, and does not fail with it.
    this.#last = own.catch(() => undefined);
    await own;
  }
}

async function readGray(path: string): Promise<GrayImage> {
  const bytes = await readImageFile(path);
  const { width, height, channels, data } = await decodeImage(bytes, path, { minimumSide });
  release(bytes);
  if (channels === 1) return { width, height, data };
  const gray = toLuma(data, channels);
  release(data);
  return { width, height, data: gray };
}

interface Group {
  readonly label: string;
  readonly split: string | null;
  readonly tally: GroupTally;
  readonly pixels: PixelSums;
}

class Exploration {
  readonly #catalogue: ImageCatalogue;
  readonly #settings: Settings;
  readonly #spec: PreprocessingSpec;
  readonly #groups = new Map<string, Group>();
  readonly #pickers: ReadonlyMap<string, SamplePicker>;
  readonly #variability: VariabilityMeter;
  readonly #patients = new Set<string>();
  readonly #unreadable: UnreadableImage[] = [];
  readonly #classNames: readonly string[];
  #images = 0;

  constructor(catalogue: ImageCatalogue, settings: Settings) {
    const { size, seed, replicates, samplesPerClass } = settings;
    this.#catalogue = catalogue;
    this.#settings = settings;
    // As the article's network sees it, but antialiased: an alias is no property of the data.
    this.#spec = { ...createPreprocessingSpec(size), resize: 'bilinear' };
    // Images without class folders are one class without a name.
    const classNames = catalogue.classNames.length === 0 ? [''] : catalogue.classNames;
    this.#classNames = classNames;
    for (const split of [null, ...catalogue.splits]) {
      for (const label of classNames) {
        const group = { label, split, tally: new GroupTally(), pixels: new PixelSums(size * size) };
        this.#groups.set(groupKey(label, split), group);
      }
    }
    this.#pickers = new Map(classNames.map((label) => [label, new SamplePicker({ size: samplesPerClass, seed })]));
    this.#variability = new VariabilityMeter({ size, classNames, replicates, seed });
  }

  async add(record: ImageRecord, image: GrayImage | UnreadableImage): Promise<void> {
    if ('reason' in image) {
      this.#unreadable.push(image);
      return;
    }
    const { label, patient, file } = record;
    const pixels = await preprocessDecoded(image, this.#spec);
    const shares = computeLevelShares(image);
    this.#images += 1;
    this.#patients.add(patient);
    const whole = this.#groups.get(groupKey(label, null));
    const ofSplit = record.split === undefined ? undefined : this.#groups.get(groupKey(label, record.split));
    for (const group of [whole, ofSplit]) group?.tally.add(record, image, shares);
    // The sums of a class are those of its splits, which are added up at the end.
    (ofSplit ?? whole)?.pixels.add(pixels);
    this.#variability.add(label, patient, pixels);
    const picker = this.#pickers.get(label);
    if (picker?.wants(patient, file) === true) {
      picker.add({ file, patient, label, ...(await shrink(image)) });
    }
    release(pixels);
    release(image.data);
  }

  result(folder: string, synthetic: boolean): ExploreResult {
    const groups = [...this.#groups.values()];
    const whole = groups.filter(({ split }) => split === null);
    for (const group of groups) {
      if (group.split !== null) this.#groups.get(groupKey(group.label, null))?.pixels.addSums(group.pixels);
    }
    const patients = new Map(whole.map(({ label, tally }) => [label, tally.patients]));
    const splits = [...new Set(groups.flatMap(({ split }) => (split === null ? [] : [split])))];
    const { size, seed } = this.#settings;
    return {
      figures: {
        folder,
        synthetic,
        size,
        seed,
        replicates: this.#variability.replicates,
        classNames: this.#classNames,
        splits,
        images: this.#images,
        patients: this.#patients.size,
        groups: groups.map(({ label, split, tally }) => ({ label, split, ...tally.compute() })),
        variability: this.#variability.compute(patients),
        unreadable: this.#unreadable,
        leftOut: [...this.#catalogue.leftOut()],
      },
      pixels: groups.map(({ label, split, pixels }) => ({ label, split, statistics: pixels.compute() })),
      sizes: whole.map(({ label, tally }) => ({ label, ...tally.sizes })),
      samples: this.#classNames.flatMap((label) => this.#pickers.get(label)?.list() ?? []),
    };
  }
}

function groupKey(label: string, split: string | null): string {
  return JSON.stringify([split, label]);
}

async function shrink(image: GrayImage): Promise<Pick<Sample, 'pixels' | 'width' | 'height'>> {
  const { width, height } = placeLetterbox(image, { width: sampleSide, height: sampleSide });
  const spec: PreprocessingSpec = { ...createPreprocessingSpec(width, height), resize: 'bilinear' };
  return { pixels: await preprocessDecoded(image, spec), width, height };
}

/** Looks at the first image of each class in each split. */
async function showPhantoms(catalogue: ImageCatalogue): Promise<boolean> {
  const marks = await Promise.all(catalogue.firstOfEachClass().map(({ path }) => isPhantom(path)));
  return marks.includes(true);
}
