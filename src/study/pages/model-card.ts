/** What a model is, what it is for and what it is not for (Mitchell et al., Model Cards for Model Reporting, 2019), from what its file says. */
import type { ClassifierMetadata, Provenance } from '../../model/file/metadata.ts';
import { formatCount } from '../../base/text.ts';

export interface ModelCardSection {
  readonly title: string;
  /** plain text, a paragraph each */
  readonly paragraphs: readonly string[];
}

/** @param options.kermany whether the images are those of Kermany et al. */
export function writeModelCard(
  { classes, preprocessing, provenance }: ClassifierMetadata,
  options: { readonly kermany: boolean },
): ModelCardSection[] {
  const { data, recipe } = provenance;
  const single =
    typeof recipe['network'] === 'string' ? `the network «${recipe['network']}»` : 'a convolutional network';
  const network = provenance.ensemble === undefined ? single : 'a mean of convolutional networks';
  const names = classes.names.join(' or ');
  const origin = data.synthetic
    ? 'They are synthetic phantoms, drawn by a program: of real X-rays the model knows nothing.'
    : options.kermany
      ? 'Their names are those of the chest X-rays of Kermany, Zhang and Goldbaum (Mendeley Data, doi:10.17632/rscbjbr9sj, CC BY 4.0): children aged one to five, one hospital, labels read by physicians from the same images.'
      : 'Where they come from, of whom, and who labelled them, this file does not say: write it down beside it.';
  return [
    {
      title: 'The model',
      paragraphs: [
        `${capitalise(network)} that calls a grey image of ${preprocessing.width} x ${preprocessing.height} pixels ${names}. Written by ${provenance.createdBy} on ${provenance.createdAt.slice(0, 10)}, seed ${provenance.seed}.`,
        ...describeMembers(provenance),
        `Licence of the weights: ${provenance.licence}.`,
      ],
    },
    {
      title: 'Meant for',
      paragraphs: [
        'Research and teaching: reproducing a published result, comparing networks, learning how such a model is measured and where it fails.',
      ],
    },
    {
      title: 'Not meant for',
      paragraphs: [
        'The diagnosis, triage or treatment of anyone. It is not a medical device, has been approved by nobody, and was tried on no patient.',
        'Images unlike those it was trained on: other ages, other machines, other views, other body parts, photographs of films. It answers for any picture, also for one that shows no chest, and its answer is then worth nothing.',
        `Any other disease: it knows the words ${names} only, and what is neither is called one of them.`,
      ],
    },
    {
      title: 'Data it was trained on',
      paragraphs: [`${formatCount(data.images)} images (fingerprint ${data.fingerprint.slice(0, 16)}). ${origin}`],
    },
    {
      title: 'Ethics',
      paragraphs: [
        'Nothing is known here of sex, origin, illness beside pneumonia, or machine; whether the model fails one group more often than another cannot be told from such data, and must be asked before any use.',
        'A model that is right most of the time teaches its readers not to look. Whoever uses one for study should read the image first and the answer after.',
        'The images are of people. This program sends them nowhere; treat every page that shows them as the images themselves.',
      ],
    },
    {
      title: 'What to do before believing it',
      paragraphs: [
        'Measure it on images of your own, with the patients kept apart, at the prevalence you have; fit threshold and calibration there on one part and measure on another; look at the mistakes with somebody who reads X-rays.',
      ],
    },
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
