/**
 * What a model is, what it is for and what it is not for (Mitchell et al., Model Cards for Model Reporting, 2019). All of it comes from the
 * model's file: the service's page, the report and `card` show the same.
 */
import type { MeasuredFigure, MeasuredName } from '../../model/file/measured.ts';
import type { ClassifierMetadata, Provenance } from '../../model/file/metadata.ts';
import { formatCount, formatPercent, formatProbability, joinWords } from '../../base/text.ts';
import { describeRule } from './rule-words.ts';
import { figureTitles, formatLevel, formatStudyInterval, formatStudyValue } from '../charts/study-words.ts';

export interface ModelCardSection {
  /** What it is about, by a name that stays. */
  readonly topic: 'model' | 'purpose' | 'misuse' | 'data' | 'figures' | 'operation' | 'limits' | 'ethics' | 'advice';
  readonly title: string;
  /** plain text, a paragraph each */
  readonly paragraphs: readonly string[];
}

/** @param options.kermany whether the images are those of Kermany et al., where the file states nothing */
export function writeModelCard(
  metadata: ClassifierMetadata,
  options: { readonly kermany: boolean },
): ModelCardSection[] {
  const { classes, preprocessing, provenance, guard, statement } = metadata;
  const { recipe } = provenance;
  const single =
    typeof recipe['network'] === 'string' ? `the network «${recipe['network']}»` : 'a convolutional network';
  const network = provenance.ensemble === undefined ? single : 'a mean of convolutional networks';
  const names = classes.names.join(' or ');
  const unlike =
    guard === undefined
      ? 'It answers for any picture, also for one that shows no chest, and its answer is then worth nothing.'
      : 'Its input guard refuses most pictures that are no such X-ray, but not all. What passes is no proof that it is one.';
  return [
    {
      topic: 'model',
      title: 'The model',
      paragraphs: [
        `${capitalise(network)} that calls a grey image of ${preprocessing.width} x ${preprocessing.height} pixels ${names}. Written by ${provenance.createdBy} on ${provenance.createdAt.slice(0, 10)}, seed ${provenance.seed}.`,
        ...describeMembers(provenance),
        `Licence of the weights: ${provenance.licence}.`,
      ],
    },
    {
      topic: 'purpose',
      title: 'Meant for',
      paragraphs: [
        'Research and teaching: reproducing a published result, comparing networks, learning how such a model is measured and where it fails.',
      ],
    },
    {
      topic: 'misuse',
      title: 'Not meant for',
      paragraphs: [
        'The diagnosis, triage or treatment of anyone. It is not a medical device, has been approved by nobody, and was tried on no patient.',
        `Images unlike those it was trained on: other ages, other machines, other views, other body parts, photographs of films. ${unlike}`,
        `Any other disease: it knows the words ${names} only, and what is neither is called one of them.`,
      ],
    },
    { topic: 'data', title: 'Data it was trained on', paragraphs: describeData(metadata, options) },
    { topic: 'figures', title: 'How often it is right', paragraphs: describeFigures(metadata) },
    { topic: 'operation', title: 'Threshold', paragraphs: describeOperation(metadata) },
    {
      topic: 'limits',
      title: 'Known failures',
      paragraphs: statement?.limits.map(({ en }) => en) ?? [
        "This model's file names none. That does not mean that it has none.",
      ],
    },
    {
      topic: 'ethics',
      title: 'Ethics',
      paragraphs: [
        'Nothing is known here of sex, origin, illness beside pneumonia, or machine; whether the model fails one group more often than another cannot be told from such data, and must be asked before any use.',
        'A model that is right most of the time teaches its readers not to look. Whoever uses one for study should read the image first and the answer after.',
        'The images are of people. This program sends them nowhere; treat every page that shows them as the images themselves.',
      ],
    },
    {
      topic: 'advice',
      title: 'What to do before believing it',
      paragraphs: [
        'Measure it on images of your own, with the patients kept apart, at the prevalence you have; fit threshold and calibration there on one part and measure on another; look at the mistakes with somebody who reads X-rays.',
      ],
    },
  ];
}

function describeData(
  { provenance: { data }, statement, operation }: ClassifierMetadata,
  { kermany }: { readonly kermany: boolean },
): string[] {
  const trained = `${formatCount(data.images)} images (fingerprint ${data.fingerprint.slice(0, 16)}).`;
  const chosen =
    operation === undefined
      ? []
      : [
          `A further ${formatCount(operation.fittedOn.images)} images of ${formatCount(operation.fittedOn.patients)} patients chose the threshold and calibrated the probabilities.`,
        ];
  if (data.synthetic) {
    return [
      `${trained} They are synthetic phantoms, drawn by a program: of real X-rays the model knows nothing.`,
      ...chosen,
    ];
  }
  if (statement !== undefined) {
    const { ages, hospitals, source, labels } = statement;
    const people =
      ages === null ? 'Of what age they are is not known' : `People aged ${ages.low} to ${ages.high} years`;
    const places =
      hospitals.length === 0
        ? 'where they were examined is not known'
        : `${hospitals.length === 1 ? 'one hospital' : `${hospitals.length} hospitals`}: ${joinWords(
            hospitals.map(({ en }) => en),
            'and',
          )}`;
    return [`${trained} ${source.en}`, `${people}; ${places}.`, labels.en, ...chosen];
  }
  const origin = kermany
    ? 'Their names are those of the chest X-rays of Kermany, Zhang and Goldbaum (Mendeley Data, doi:10.17632/rscbjbr9sj, CC BY 4.0): children aged one to five, one hospital, labels read by physicians from the same images.'
    : 'Where they come from, of whom, and who labelled them, this file does not say: write it down beside it.';
  return [`${trained} ${origin}`, ...chosen];
}

const noFigures =
  "There are no figures in this model's file. 'evaluate --write' measures the model and writes them there.";

function describeFigures({ classes, evaluation }: ClassifierMetadata): string[] {
  if (evaluation === undefined) return [noFigures];
  const { images, patients, positives, negatives, level, groups, confusion, figures } = evaluation;
  const [negative, positive] = classes.names;
  const { truePositives, trueNegatives } = confusion;
  const line = (name: MeasuredName, of = ''): string => describeFigure(name, figures[name], level, of);
  return [
    `Measured on ${formatCount(images)} images of ${formatCount(patients)} patients who are in no other set: ${formatCount(positives)} ${positive}, ${formatCount(negatives)} ${negative}.`,
    line('sensitivity', `, ${truePositives} of ${positives} images`),
    line('specificity', `, ${trueNegatives} of ${negatives} images`),
    line('accuracy', `, ${truePositives + trueNegatives} of ${images} images`),
    line('rocAuc'),
    line('expectedCalibrationError'),
    ...groups.flatMap(({ value, sensitivity, positives: ill, few }) =>
      ill === 0 || value === null
        ? []
        : [
            `Sensitivity for ${value}: ${formatWithInterval('sensitivity', sensitivity, level)}, ${formatCount(ill)} images${few ? ', few patients' : ''}.`,
          ],
    ),
    `${formatPercent(positives / images, 0)} of these images show ${positive}. Where few of those examined are ill, most alarms are false: restate with 'evaluate --prevalence'.`,
  ];
}

function describeFigure(name: MeasuredName, figure: MeasuredFigure, level: number, of: string): string {
  return `${figureTitles[name]}: ${formatWithInterval(name, figure, level)}${of}.`;
}

function formatWithInterval(name: MeasuredName, { value, interval }: MeasuredFigure, level: number): string {
  const reach =
    interval === null ? 'no interval' : `${formatLevel(level)} interval ${formatStudyInterval(name, interval)}`;
  return `${formatStudyValue(name, value)} (${reach})`;
}

function describeOperation({ classes, operation, evaluation }: ClassifierMetadata): string[] {
  const [, positive] = classes.names;
  if (classes.threshold === null) return ['The most probable class is the answer.'];
  const above = `An image is called ${positive} above a probability of ${formatProbability(classes.threshold)}.`;
  if (operation?.point === undefined || operation.point === null) {
    return [above, 'The threshold was not chosen on validation images, and the probabilities are not calibrated.'];
  }
  const { rule, thresholdInterval } = operation.point;
  const reach =
    thresholdInterval === null
      ? ''
      : ` Other patients of the same kind might have led to any threshold from ${formatProbability(thresholdInterval.low)} to ${formatProbability(thresholdInterval.high)} (95 % interval).`;
  const band = operation.uncertain;
  const wrong =
    evaluation === undefined ? 0 : evaluation.confusion.falseNegatives + evaluation.confusion.falsePositives;
  const held =
    evaluation?.uncertain === undefined || evaluation.uncertain === null
      ? ''
      : ` Of the ${formatCount(evaluation.images)} test images it left ${formatCount(evaluation.uncertain.images)} to a person, with ${evaluation.uncertain.wrong} of the ${wrong} wrong answers among them.`;
  return [
    `${above} It was chosen on the validation images for this: ${describeRule(rule)}.${reach}`,
    band === null
      ? 'There is no uncertain band: every image gets an answer.'
      : `From ${formatProbability(band.low)} to ${formatProbability(band.high)} an answer is marked uncertain.${held}`,
  ];
}

/** What an ensemble is made of; nothing for one network. */
function describeMembers({ ensemble, float16From }: Provenance): readonly string[] {
  const rounded =
    float16From === undefined
      ? []
      : [`Its weights were rounded to float16 (from the file ${float16From.slice(0, 16)}).`];
  if (ensemble === undefined) return rounded;
  const members = ensemble.members.map(({ file, sha256, share, provenance }) => {
    const name = typeof provenance.recipe['name'] === 'string' ? `, recipe «${provenance.recipe['name']}»` : '';
    return `${file} (${sha256.slice(0, 16)}${name}, share ${share.toFixed(2)})`;
  });
  const mirror = ensemble.flip ? ' Each also looks at the mirror image.' : '';
  return [`Its logit is the mean of those of ${members.join(', ')}.${mirror}`, ...rounded];
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The card as Markdown, a list where a section has several paragraphs. @param name what the card is of, such as a file */
export function renderModelCard(metadata: ClassifierMetadata, name = 'a model'): string {
  const sections = writeModelCard(metadata, { kermany: false }).map(({ title, paragraphs }) => {
    const lines = paragraphs.length === 1 ? paragraphs : paragraphs.map((text) => `- ${text}`);
    return `## ${title}\n\n${lines.join('\n')}\n`;
  });
  return [
    `# Model card: ${name}\n`,
    '> Not a medical device. Research and teaching only: not for the diagnosis or treatment of anyone.\n',
    ...sections,
  ].join('\n');
}
