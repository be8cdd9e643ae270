/** The sentences about an audit that the terminal and the page share. */
import { hiddenByBars, type AuditOption } from './audit-options.ts';
import type { AuditedFeature, AuditRemedy, AuditResult } from './audit-result.ts';
import { auditBounds, isLeak, type AuditVerdict } from './audit-verdict.ts';
import { formatCount, formatFigure, formatPercent } from '../../base/text.ts';

export const verdictWords: Readonly<Record<AuditVerdict, string>> = {
  strong: 'gives it away',
  leaks: 'leaks',
  some: 'gives some away',
  unclear: 'unclear',
  little: 'tells little',
  constant: 'same in all',
  undefined: 'n/a',
};

/** How to read the figures; one sentence each. */
export const readingHelp: readonly string[] = [
  'AUC: how often a guess from this alone puts an image of the one side above one of the other. 0.5 is chance, below it too; 1 is always.',
  `«Gives it away»: the whole 95 % interval lies above ${auditBounds.strong}; «leaks»: above ${auditBounds.leaks}; «gives some away»: few images, but certainly those; «unclear»: too few patients to tell.`,
];

export function describeSides({ classNames, positive }: AuditResult): {
  readonly positive: string;
  readonly others: string;
} {
  const others = classNames.filter((name) => name !== positive);
  return { positive, others: others.length === 1 ? (others[0] as string) : 'the others' };
}

/** «200 images of 192 patients: ...», and what the reader must know of where they come from. */
export function describeAudit(result: AuditResult): string[] {
  const { images, patients, classes, classNames, sampledFrom, splits, imagesWithoutPatient, unreadable } = result;
  const sides = describeSides(result);
  const perClass = classNames.map((name) => `${formatCount(classes[name]?.images ?? 0)} ${name}`).join(', ');
  return [
    `${formatCount(images)} images of ${formatCount(patients)} patients (${perClass}). Can ${sides.positive} be told from ${sides.others} without looking at the lungs?`,
    ...(result.synthetic ? ['The images are synthetic phantoms, drawn by a program.'] : []),
    ...(sampledFrom === null
      ? []
      : [
          `They are whole patients drawn at random (seed ${result.seed}) from ${formatCount(sampledFrom.images)} images of ${formatCount(sampledFrom.patients)} patients.`,
        ]),
    ...(splits.length > 1 ? [`The data set's own sets were pooled: ${splits.join(', ')}.`] : []),
    ...(imagesWithoutPatient > 0
      ? [
          `Of ${formatCount(imagesWithoutPatient)} images nothing tells the patient; each counts as one of its own, so the intervals may be too narrow.`,
        ]
      : []),
    ...(unreadable.length > 0 ? [`Left out: ${formatCount(unreadable.length)} files that cannot be read.`] : []),
  ];
}

/** The features that leak, in the result's order. */
export function listLeaks(result: AuditResult): AuditedFeature[] {
  return result.features.filter((feature) => isLeak(feature));
}

export function summarise(result: AuditResult): string {
  const leaks = listLeaks(result).filter(({ together }) => !together);
  const file = leaks.filter(({ of }) => of === 'file').length;
  const pixels = leaks.length - file;
  if (leaks.length === 0) return 'Nothing that was looked at leaks the label.';
  return `${leaks.length} of ${result.features.filter(({ together }) => !together).length} leak the label: ${file} of the file, ${pixels} of the prepared pixels.`;
}

export function formatAuc(value: number | null): string {
  return formatFigure(value, 2);
}

export function formatInterval({ interval }: Pick<AuditedFeature, 'interval'>): string {
  return interval === null ? 'n/a' : `${formatFigure(interval.low, 2)} to ${formatFigure(interval.high, 2)}`;
}

/** «median 0.077 in PNEUMONIA, 0.253 in NORMAL»; '' where there is no such number. */
export function describeContrast({ contrast, giveaways }: AuditedFeature, result: AuditResult): string {
  const sides = describeSides(result);
  const [rare] = giveaways;
  if (rare !== undefined && rare.images < result.images / 2 && contrast?.measure === 'share') {
    const share = `${rare.value}: ${formatCount(rare.images)} images, every one of them ${rare.side === 'positive' ? sides.positive : sides.others}`;
    return share;
  }
  if (contrast === null) return '';
  if (contrast.measure === 'median') {
    return `median ${formatNumber(contrast.positive)} in ${sides.positive}, ${formatNumber(contrast.others)} in ${sides.others}`;
  }
  const shares = `${formatPercent(contrast.positive)} of ${sides.positive}, ${formatPercent(contrast.others)} of ${sides.others}`;
  return `${contrast.of}: ${shares}`;
}

/** Three digits, or all before the point. */
function formatNumber(value: number): string {
  return Math.abs(value) >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

export function findOption(result: AuditResult, id: string): { readonly option: AuditOption; readonly index: number } {
  const index = result.options.findIndex((option) => option.id === id);
  return { option: result.options[index] as AuditOption, index };
}

/** The option's name; of a file's features, the article's way is simply saving the prepared image. */
export function nameOption(feature: AuditedFeature, option: AuditOption): string {
  return feature.of === 'file' && option.id === 'article' ? 'any preparation' : option.title;
}

/** The best single option and what it leaves; undefined where none helps. */
export function findBestRemedy(
  feature: AuditedFeature,
  result: AuditResult,
): { readonly name: string; readonly remedy: AuditRemedy } | undefined {
  if (feature.best === null) return undefined;
  const { option, index } = findOption(result, feature.best);
  return { name: nameOption(feature, option), remedy: feature.after[index] as AuditRemedy };
}

/** What a prepared image no longer says in its header, and as which pixel figure it may live on. */
const traces: Readonly<Record<string, string>> = {
  width: 'laplacian',
  height: 'laplacian',
  megapixels: 'laplacian',
  quantisation: 'laplacian',
  quality: 'laplacian',
  aspectRatio: 'stretch',
};

function describeTrace(feature: AuditedFeature, result: AuditResult): string[] {
  const trace = result.features.find(({ id }) => id === traces[feature.id]);
  if (trace === undefined || !isLeak(trace)) return [];
  const best = findBestRemedy(trace, result);
  const lowered = best === undefined ? '' : `, which ${best.name} lowers to ${formatAuc(best.remedy.auc)}`;
  return [`In the pixels it may live on as ${trace.title}: AUC ${formatAuc(trace.auc)}${lowered}.`];
}

/** What takes a leak away, with the AUC that was measured after it, and what makes it worse. */
export function describeRemedy(feature: AuditedFeature, result: AuditResult): string {
  if (feature.id === 'fileName') {
    return 'No preprocessing renames a file: give the files neutral names, and split by patient, never by name.';
  }
  const best = findBestRemedy(feature, result);
  const sentences: string[] = [];
  if (best === undefined) {
    sentences.push('No single option that was tried takes it away.');
  } else if (best.remedy.effect === 'removes') {
    sentences.push(`${capitalise(best.name)} takes it away: AUC ${formatAuc(best.remedy.auc)} after it.`);
    sentences.push(...describeTrace(feature, result));
  } else {
    const left = `AUC ${formatAuc(best.remedy.auc)} (${formatInterval(best.remedy)})`;
    sentences.push(`No single option takes it away; ${best.name} lowers it most, to ${left}.`);
  }
  const combined = result.options.flatMap((option, index) => {
    const hidden = option.fields.fit === 'letterbox' && hiddenByBars.has(feature.id);
    return option.combined && !hidden ? [feature.after[index]] : [];
  });
  const lowest = combined.toSorted((a, b) => (a?.auc ?? 1) - (b?.auc ?? 1))[0];
  if (best?.remedy.effect !== 'removes' && lowest !== undefined && (lowest.auc ?? 1) < (best?.remedy.auc ?? 1) - 0.02) {
    const { option } = findOption(result, lowest.option);
    sentences.push(`${capitalise(option.title)}: ${formatAuc(lowest.auc)}.`);
  }
  const worse = feature.after.flatMap(({ effect, auc }, index) => {
    const option = result.options[index] as AuditOption;
    return effect === 'worse' && !option.combined ? [`${option.title} (${formatAuc(auc)})`] : [];
  });
  if (worse.length > 0) sentences.push(`Worse with ${worse.join(', ')}.`);
  return sentences.join(' ');
}

/** What did not leak, and does after one of the options: «letterbox makes …». */
export function describeCreatedLeaks(result: AuditResult): string[] {
  return result.options.flatMap((option, index) => {
    const created = result.features.filter(({ after }) => after[index]?.effect === 'creates');
    if (created.length === 0) return [];
    const figures = created.map(
      ({ title, auc, after }) => `${title} ${formatAuc(auc)} -> ${formatAuc(after[index]?.auc ?? null)}`,
    );
    return [`${capitalise(option.title)} makes a new leak: ${figures.join(', ')}.`];
  });
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
