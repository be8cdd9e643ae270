/** What is known of DICOM files, as fields for programs and as lines for people. */
import { renderFields, showControls } from '../../../base/text.ts';
import type { StatedAge } from '../../../dicom/patient-age.ts';
import { describeSopClass } from '../../../dicom/sop-classes.ts';
import type { HeaderReport } from '../../../model/gate/header-report.ts';
import type { InspectedFile } from './inspect-dicom-files.ts';

/** For JSON. */
export function toFields({ file, description, header }: InspectedFile): object {
  const { transferSyntax, isSyntaxGuessed, facts, pixels, offered, display, fault } = description;
  const { age, sopClass, isLossy, compressionRatio } = facts;
  return {
    file,
    transferSyntax: { uid: transferSyntax.uid, name: transferSyntax.name, guessed: isSyntaxGuessed },
    sopClass: describeSopClass(sopClass),
    modality: facts.modality,
    presentationIntent: facts.presentationIntent,
    age: typeof age === 'string' ? { years: null, from: null, unknown: age } : { ...age, unknown: null },
    bodyPart: facts.bodyPart,
    view: facts.view,
    orientation: facts.orientation,
    imageType: facts.imageType,
    species: facts.species,
    pixels,
    compression: { codec: transferSyntax.codec, lossy: isLossy, ratio: compressionRatio },
    voi: offered.map(({ words, isUsable }) => ({ words, usable: isUsable })),
    display,
    fault,
    header: { verdict: header.verdict, reason: header.reason, flags: header.flags },
  };
}

export function renderDicomFiles(files: readonly InspectedFile[], left: number): string {
  const refused = files.filter(({ header }) => header.verdict === 'refused').length;
  const counts = `${files.length} DICOM ${files.length === 1 ? 'file' : 'files'}, ${refused} refused by the header.`;
  const unread = left === 0 ? '' : ` ${left} could not be read.`;
  return [...files.map(renderFile), `${counts}${unread}`].join('\n\n');
}

function renderFile({ file, description, header }: InspectedFile): string {
  const { transferSyntax, isSyntaxGuessed, facts, display, fault } = description;
  const sopClass = describeSopClass(facts.sopClass);
  const fields: readonly (readonly [string, string])[] = [
    ['Transfer syntax', `${transferSyntax.name} (${transferSyntax.uid})${isSyntaxGuessed ? ', guessed' : ''}`],
    ['SOP class', sopClass.uid === null ? sopClass.name : `${sopClass.name} (${sopClass.uid})`],
    ['Modality', show(facts.modality)],
    ['Intent', show(facts.presentationIntent)],
    ['Age', describeAge(facts.age)],
    ['Body part', show(facts.bodyPart)],
    ['View', show(facts.view)],
    ['Orientation', show(facts.orientation.join('\\'))],
    ['Image type', show(facts.imageType.join('\\'))],
    ['Pixels', describePixels(description)],
    ['Compression', describeCompression(description)],
    ...describeOffered(description),
    ['Shown with', display ?? `nothing: it ${fault ?? 'cannot be shown'}`],
    ...describeVerdict(header),
  ];
  return `${showControls(file)}\n${renderFields(fields.map(([name, value]) => [`  ${name}`, value]))}`;
}

const longestShown = 64;

/** Text of a stranger, on one line. */
function show(text: string | null): string {
  if (text === null || text === '') return 'missing';
  return showControls(text.length > longestShown ? `${text.slice(0, longestShown)}…` : text);
}

const unknownAges = {
  missing: 'missing: the header has neither an age nor a date of birth and one of the study',
  unreadable: 'unreadable, such as a number without its unit',
  contradictory: 'contradictory: the age and the date of birth disagree',
} as const;

function describeAge(age: StatedAge): string {
  if (typeof age === 'string') return unknownAges[age];
  const from = age.from === 'age' ? "Patient's Age" : 'the dates of birth and study';
  return `${Number(age.years.toFixed(2))} years, by ${from}`;
}

function describePixels({ pixels }: InspectedFile['description']): string {
  if (pixels === null) return 'none';
  const { columns, rows, bitsStored, bitsAllocated, isSigned, photometricInterpretation, frames } = pixels;
  const bits = `${bitsStored} of ${bitsAllocated} bits${isSigned ? ', signed' : ''}`;
  return `${columns} x ${rows}, ${bits}, ${show(photometricInterpretation)}${frames > 1 ? `, ${frames} frames` : ''}`;
}

function describeCompression({ transferSyntax, facts }: InspectedFile['description']): string {
  const now = transferSyntax.codec === 'native' ? 'none' : transferSyntax.name;
  if (!facts.isLossy) return `${now}; no loss is stated`;
  const ratio = facts.compressionRatio === null ? '' : `, ${Number(facts.compressionRatio.toFixed(1))} to 1`;
  return `${now}; lossy${ratio}`;
}

/** A colour picture of a film may offer hundreds. */
const mostOffered = 10;

function describeOffered({ offered }: InspectedFile['description']): (readonly [string, string])[] {
  const lines = offered
    .slice(0, mostOffered)
    .map(({ words, isUsable }, index): [string, string] => [
      `--voi ${index + 1}`,
      isUsable ? words : `${words}: shows nothing`,
    ]);
  if (offered.length > mostOffered) lines.push(['', `and ${offered.length - mostOffered} more; --json has all`]);
  return lines;
}

function describeVerdict({ verdict, reason, flags }: HeaderReport): (readonly [string, string])[] {
  const why = reason === null ? '' : `, ${reason.code}: ${reason.sentence}`;
  return [
    ['Verdict', `${verdict}${why}`],
    ...flags.map(({ code, sentence }): [string, string] => ['Flag', `${code}: ${sentence}`]),
  ];
}
