/**
 * Can the label be guessed without looking at the lungs? Each piece of metadata, and each plain figure of the prepared pixels, is given to a
 * logistic regression that is tested on patients it has not seen; then the same again for every way to prepare the images.
 */
import { setImmediate } from 'node:timers/promises';
import { isPhantom } from '../../data/phantoms/is-phantom.ts';
import { throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { PneumoscopeError, refuse } from '../../base/errors.ts';
import { ClusterBootstrap } from '../../statistics/intervals/cluster-bootstrap.ts';
import { crossValidateScores } from '../../statistics/regression/cross-validate.ts';
import { assignGroupFolds, type GroupFolds } from '../../statistics/regression/group-folds.ts';
import { auditFeatures, type AuditFeature, type AuditSample } from './audit-features.ts';
import { contrastOf } from './audit-contrast.ts';
import { findGiveaways } from './audit-giveaways.ts';
import { bytesKeptPerImage, measureImages, type AuditMeasurements } from './audit-measure.ts';
import {
  auditOptions,
  hiddenByBars,
  rewriteQuality,
  toSpec,
  type AuditOption,
  type AuditOptionId,
} from './audit-options.ts';
import { countPatients, numberPatients, samplePatients } from './audit-patients.ts';
import type { AuditedFeature, AuditRemedy, AuditResult } from './audit-result.ts';
import { compareFigures, isLeak, judge, type AuditFigure } from './audit-verdict.ts';
import { buildFeatureMatrix } from './feature-columns.ts';
import type { ImageRecord } from '../records/image-record.ts';
import { defaultPositive } from '../../data/healthy-class.ts';
import { openCatalogue } from '../records/image-records.ts';
import { minimumAuditSide } from './pixel-features.ts';

export interface AuditOptions extends TaskOptions {
  readonly folder: string;
  /** CSV with the columns file, label and perhaps patient, split; then folders mean nothing */
  readonly labels?: string | undefined;
  /** of that table, such as gbk; default: UTF-8, or UTF-16 where a byte-order mark says so */
  readonly encoding?: string | undefined;
  /** side of the prepared image, 32 to 1024; default 256, the article's */
  readonly size?: number | undefined;
  /** default 0: of the folds, the bootstrap and the sample */
  readonly seed?: number | undefined;
  /** default 5; fewer are made where a class has fewer patients */
  readonly folds?: number | undefined;
  /** replicates; default 1000 */
  readonly bootstrap?: number | undefined;
  /** the class that is told from all others; default: the last one in order, which is PNEUMONIA beside NORMAL */
  readonly positive?: string | undefined;
  /** of more images, whole patients are drawn at random until there are about so many; default 10,000 */
  readonly maxImages?: number | undefined;
}

const defaults = { size: 256, seed: 0, folds: 5, bootstrap: 1000, maxImages: 10_000 } as const;
/**
 * Every file that is drawn is read and decoded once, and some 8 KB are kept of it; the others are not in memory. With three classes or
 * more, the positive one is told from all the others together.
 *
 * @throws PneumoscopeError E_NOT_FOUND, E_DATASET: no such folder, or nothing to compare in it: one class, or a class of one patient;
 * E_USAGE: an impossible setting; E_INTERRUPTED
 */
export async function auditDataset(options: AuditOptions): Promise<AuditResult> {
  const { folder, onProgress, signal } = options;
  const settings = readSettings(options);
  const { size, seed, bootstrap: replicates } = settings;
  const { drawn, positive, classNames, splits, sampledFrom } = await drawImages(options, settings);

  const specs = auditOptions.map((option) => toSpec(option, size));
  const measured = await measureImages(drawn, specs, { onProgress, signal, quality: rewriteQuality });
  const { images, unreadable } = measured;
  const clusters = numberPatients(images);
  const isPositive = (index: number): boolean => images[index]?.label === positive;
  const sides = Int32Array.from(images, (_, index) => Number(isPositive(index)));
  const folds = assignGroupFolds(sides, clusters, { folds: settings.folds, seed });
  if (folds === null) refuseTooFew(folder, images, positive);

  const bootstrap = new ClusterBootstrap({ clusters, replicates, seed });
  const context: Context = { folds, bootstrap, isPositive, images };
  const features: AuditedFeature[] = [];
  for (const [index, feature] of auditFeatures.entries()) {
    const report = (option: number): void => {
      throwIfInterrupted(signal);
      const [done, total] = [index * auditOptions.length + option, auditFeatures.length * auditOptions.length];
      onProgress?.({ label: 'Comparing the classes', done, total, unit: 'figures' });
    };
    features.push(await auditFeature(feature, measured, context, report));
  }

  return {
    folder,
    images: images.length,
    patients: countPatients(images),
    imagesWithoutPatient: images.filter(({ patientKnown }) => !patientKnown).length,
    classNames,
    synthetic: await showsPhantoms(images, classNames),
    positive,
    classes: countClasses(images, classNames),
    splits,
    sampledFrom,
    unreadable,
    size,
    seed,
    folds: folds.count,
    bootstrap: { replicates, level: bootstrap.level },
    rewriteQuality,
    bytesPerImage: bytesKeptPerImage(specs.length),
    options: auditOptions,
    features: features.toSorted((a, b) => rankOf(b) - rankOf(a)),
  };
}

interface Drawn extends Pick<AuditResult, 'positive' | 'classNames' | 'splits' | 'sampledFrom'> {
  readonly drawn: readonly ImageRecord[];
}

/** Of all images of the data set only those that are drawn come into memory. */
async function drawImages(
  options: AuditOptions,
  { maxImages, seed }: Readonly<Record<Setting, number>>,
): Promise<Drawn> {
  const { folder, labels, encoding, positive, onProgress, signal } = options;
  const catalogue = await openCatalogue(folder, { labels, encoding, onProgress, signal });
  try {
    const { classNames, splits, images } = catalogue;
    const chosen = choosePositive(classNames, positive, folder);
    const drawn = samplePatients(catalogue, maxImages, seed);
    return {
      drawn,
      positive: chosen,
      classNames,
      splits,
      sampledFrom: drawn.length === images ? null : { images, patients: catalogue.countPatients() },
    };
  } finally {
    catalogue.close();
  }
}

/** Looks at the first image of each class. */
async function showsPhantoms(images: readonly ImageRecord[], classNames: readonly string[]): Promise<boolean> {
  const first = classNames.flatMap((name) => images.find(({ label }) => label === name) ?? []);
  return (await Promise.all(first.map((image) => isPhantom(image.path)))).includes(true);
}

interface Context {
  readonly folds: GroupFolds;
  readonly bootstrap: ClusterBootstrap;
  readonly isPositive: (index: number) => boolean;
  readonly images: readonly ImageRecord[];
}

/** The feature as found, and after each option. */
async function auditFeature(
  feature: AuditFeature,
  { found, prepared }: AuditMeasurements,
  context: Context,
  report: (option: number) => void,
): Promise<AuditedFeature> {
  const before = await computeFigure(feature, found, context);
  const after: AuditRemedy[] = [];
  for (const [index, option] of auditOptions.entries()) {
    report(index);
    const sample = prepared[index] as AuditSample;
    const figure = isUnchanged(feature, option) ? before : await computeFigure(feature, sample, context);
    const { auc, interval, verdict } = figure;
    after.push({ option: option.id, auc, interval, verdict, effect: compareFigures(before, figure) });
  }
  const { id, title, of, together, meaning } = feature;
  const contrast = contrastOf(feature, found, context.isPositive);
  return { id, title, of, together, ...before, contrast, meaning, after, best: findBest(id, before, after) };
}

type Measured = AuditFigure & Pick<AuditedFeature, 'columns' | 'giveaways'>;

async function computeFigure(
  feature: AuditFeature,
  sample: AuditSample,
  { folds, bootstrap, isPositive, images }: Context,
): Promise<Measured> {
  // Long sums follow: let the progress line be drawn and Ctrl-C be heard between them.
  await setImmediate();
  const matrix = buildFeatureMatrix(feature.columns(sample), images.length);
  const { columns } = matrix;
  if (columns === 0) {
    return { auc: 0.5, interval: { low: 0.5, high: 0.5 }, verdict: 'constant', columns, giveaways: [] };
  }
  const area = bootstrap.rocAuc(crossValidateScores(matrix, isPositive, folds), isPositive);
  const auc = area?.value ?? null;
  const interval = area?.interval ?? null;
  const giveaways = feature.category === undefined ? [] : findGiveaways(feature.category(sample), images, isPositive);
  return { auc, interval, verdict: judge(auc, interval, giveaways.length > 0), columns, giveaways };
}

/** The article's way is how pixels are measured to begin with; and preparing an image does not rename it. */
function isUnchanged(feature: AuditFeature, option: AuditOption): boolean {
  return feature.id === 'fileName' || (feature.of === 'pixels' && option.id === 'article');
}

function findBest(id: string, before: AuditFigure, after: readonly AuditRemedy[]): AuditOptionId | null {
  let best: AuditRemedy | undefined;
  for (const [state, remedy] of after.entries()) {
    const helps = remedy.effect === 'removes' || remedy.effect === 'reduces';
    if (auditOptions[state]?.combined === true || !helps || remedy.auc === null) continue;
    if (remedy.option === 'letterbox' && hiddenByBars.has(id)) continue;
    if (best === undefined || remedy.auc < (best.auc as number)) best = remedy;
  }
  return isLeak(before) || before.verdict === 'unclear' ? (best?.option ?? null) : null;
}

/** By the lower end of the interval, then by the AUC; what is constant or undefined comes last. */
function rankOf({ auc, interval, verdict }: AuditFigure): number {
  if (auc === null) return -2;
  if (verdict === 'constant') return -1;
  return (interval?.low ?? 0) + auc / 1000;
}

function countClasses(images: readonly ImageRecord[], classNames: readonly string[]): AuditResult['classes'] {
  return Object.fromEntries(
    classNames.map((name) => {
      const own = images.filter(({ label }) => label === name);
      return [name, { images: own.length, patients: countPatients(own) }];
    }),
  );
}

function choosePositive(classNames: readonly string[], wanted: string | undefined, folder: string): string {
  if (classNames.length < 2) {
    const found = classNames.length === 0 ? 'no class' : `the single class ${classNames[0]}`;
    refuse('E_DATASET', `${folder} has ${found}, but at least two are needed; name the folder above, or --labels`);
  }
  if (wanted === undefined) return defaultPositive(classNames);
  if (classNames.includes(wanted)) return wanted;
  throw new PneumoscopeError(
    'E_USAGE',
    `The positive class must be one of ${classNames.join(', ')}, but '${wanted}' was given`,
  );
}

function refuseTooFew(folder: string, images: readonly ImageRecord[], positive: string): never {
  if (images.length === 0) refuse('E_DATASET', `${folder} has no image that can be read`);
  const own = images.filter(({ label }) => label === positive);
  const others = images.filter(({ label }) => label !== positive);
  refuse(
    'E_DATASET',
    `${folder} has too little to compare: readable images of ${countPatients(own)} patients of the class ${positive} and of ${countPatients(others)} others, where two of each are needed at least; add images of other patients`,
  );
}

type Setting = keyof typeof defaults;

const limits: Readonly<Record<Setting, readonly [least: number, most: number]>> = {
  size: [minimumAuditSide, 1024],
  seed: [0, Number.MAX_SAFE_INTEGER],
  folds: [2, 100],
  bootstrap: [100, 100_000],
  maxImages: [10, 10_000_000],
};

function readSettings(options: AuditOptions): Readonly<Record<Setting, number>> {
  const settings: Record<Setting, number> = { ...defaults };
  for (const name of Object.keys(defaults) as Setting[]) {
    const value = options[name] ?? defaults[name];
    const [least, most] = limits[name];
    if (!Number.isInteger(value) || value < least || value > most) {
      const sentence = `${name} must be a whole number from ${least} to ${most}, but ${value} was given`;
      throw new PneumoscopeError('E_USAGE', sentence);
    }
    settings[name] = value;
  }
  return settings;
}
