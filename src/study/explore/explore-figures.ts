/** All figures of a data set's exploration, each with what one sees in it and how it was computed. */
import type { ExploreFigures, ExploreResult } from './explore.ts';
import { buildHistogramChart, buildSizesChart, buildVariabilityChart } from './explore-charts.ts';
import { buildCountsChart, buildGermsChart, buildImagesPerPatientChart, hasGerms } from './explore-count-charts.ts';
import { chooseScales, drawClassStatistics, drawRegions, drawSamples, splitsOf } from './explore-maps.ts';
import { wholeGroups } from './explore-text.ts';
import { type Chart, renderChart } from '../charts/render-chart.ts';

export type ExploreSection = 'counts' | 'samples' | 'statistics' | 'variability' | 'levels' | 'sizes';

export interface ExploreFigure {
  /** of its files, without an ending */
  readonly name: string;
  readonly section: ExploreSection;
  /** what one sees and how it was computed; plain text */
  readonly caption: string;
  /** absent of the samples, which are pictures through and through */
  readonly svg?: string;
  readonly png: Uint8Array;
}

/** Whether a file of this name may be one of these figures: what an earlier exploration left and a new one replaces. */
export function isFigureName(fileName: string): boolean {
  return /^(samples\.png|(counts|germs|images-per-patient|class-statistics(-\w[\w-]*)?|regions|variability|histogram|sizes)\.(svg|png))$/.test(
    fileName,
  );
}

/** @param options.samples whether to draw the samples, which show images of patients; default true */
export async function drawExploration(
  result: ExploreResult,
  options: { readonly samples?: boolean } = {},
): Promise<ExploreFigure[]> {
  const { figures } = result;
  const drawn: ExploreFigure[] = [];
  const add = (name: string, section: ExploreSection, { svg, png }: Chart, caption: string): void => {
    drawn.push({ name, section, caption, svg, png });
  };
  add(
    'counts',
    'counts',
    await renderChart(buildCountsChart(figures)),
    'Images and patients of each class. Patients are told by the file names, the manifest or the table of labels; an image of nobody known counts as a patient of its own.',
  );
  if (hasGerms(figures)) {
    add(
      'germs',
      'counts',
      await renderChart(buildGermsChart(figures)),
      'Images of pneumonia by the germ that stands in the file name. Names without a germ are not counted here.',
    );
  }
  if (knowsPatients(figures)) {
    add(
      'images-per-patient',
      'counts',
      await renderChart(buildImagesPerPatientChart(figures)),
      'How many images the patients of a class have. Where many have several, a split by image puts the same patient on both sides.',
    );
  }
  if (options.samples !== false && result.samples.length > 0) {
    drawn.push({ name: 'samples', section: 'samples', png: await drawSamples(result), caption: samplesCaption });
  }
  const scales = chooseScales(result);
  for (const split of splitsOf(result)) {
    add(
      split === null ? 'class-statistics' : `class-statistics-${slug(split)}`,
      'statistics',
      await drawClassStatistics(result, split, scales),
      statisticsCaption(figures, split),
    );
  }
  add('regions', 'variability', await drawRegions(result), regionsCaption);
  if (figures.variability.some(({ classes }) => classes.some((one) => one.standardDeviation !== null))) {
    add('variability', 'variability', await renderChart(buildVariabilityChart(figures)), variabilityCaption(figures));
  }
  add('histogram', 'levels', await renderChart(buildHistogramChart(figures)), histogramCaption);
  if (!isOneSize(figures)) add('sizes', 'sizes', await renderChart(buildSizesChart(result)), sizesCaption);
  return drawn;
}

/** Whether all files have the same width and height, which needs no chart. */
export function isOneSize(figures: ExploreFigures): boolean {
  const sizes = wholeGroups(figures).flatMap(({ images, onlySize }) => (images === 0 ? [] : [onlySize]));
  const [first] = sizes;
  return (
    first !== undefined &&
    sizes.every((size) => size?.width === first?.width && size?.height === first?.height) &&
    first !== null
  );
}

function knowsPatients(figures: ExploreFigures): boolean {
  return wholeGroups(figures).some(({ imagesPerPatient }) => imagesPerPatient.length > 0);
}

/** A split's name comes from a folder or a table and becomes part of a file's name. */
function slug(split: string): string {
  return (
    split
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'split'
  );
}

const samplesCaption =
  'A few images of each class as they are, their aspect ratio kept, with their file names; one image per patient. Whether an image is among them depends on the seed and on its name alone.';

function statisticsCaption({ size, classNames }: ExploreFigures, split: string | null): string {
  if (split !== null) return `The same for the images of ${split} alone, with the same colour scales.`;
  const differences =
    classNames.length < 2
      ? ''
      : ' In the differences red means that the class named first is brighter, or varies more, and blue that it is darker, or varies less.';
  return `Mean and standard deviation (n − 1) of every pixel over the images of a class, each stretched to ${size} x ${size} pixels with an antialiased filter; the aspect ratio is lost, as in training.${differences} The colours end where one of 200 pixels goes beyond; those have the colour of the end.`;
}

const regionsCaption =
  'The boxes in which variability is measured. They are fixed shares of the frame (cells of a 32 x 32 grid), placed by eye on the mean of X-rays of children; they follow no anatomy, and in a turned or badly centred picture they lie elsewhere. «Around the lungs» is what is left between the border and the other boxes.';

function variabilityCaption({ replicates }: ExploreFigures): string {
  return `Each image is reduced to the means of 32 x 32 cells; every cell has a standard deviation across the images of a class, and the mean over the cells of a region is shown. It holds everything in which images differ: disease, anatomy, position, exposure, markers. Intervals: 95 %, from the spread of ${replicates} replicates of a Poisson bootstrap in which patients are drawn, not images.`;
}

const histogramCaption =
  'The share of the pixels at each grey level, from all pixels of the files as they are, averaged over the images of a class, so that a large image counts as much as a small one.';

const sizesCaption =
  'Left: width and height of the files. Right: width divided by height, in steps of 0.1. Where the classes differ here, stretching every image to a square distorts them differently, and the label can be told from the distortion.';
