/** The bytes of a DICOM file -> those of an anonymous one, and what a person should look at before it is given away. */
import { anonymiseDicom } from '../../../dicom/anonymise-dicom.ts';
import { hasComments } from '../../../dicom/codestream-comments.ts';
import { DicomError } from '../../../dicom/dicom-error.ts';
import { readHeaderFacts } from '../../../dicom/header-facts.ts';
import { isDicom } from '../../../dicom/is-dicom.ts';
import type { StatedAge } from '../../../dicom/patient-age.ts';
import { readDicom, type DicomFile } from '../../../dicom/read-dicom.ts';
import { UnreadableImageError } from '../unreadable-image.ts';
import { noDicom } from './describe-dicom.ts';

export interface AnonymousWarning {
  readonly code: 'burned-in-words' | 'comments-in-pixels' | 'body-part-dropped' | 'view-dropped' | 'age-dropped';
  /** without a final stop */
  readonly sentence: string;
}

/**
 * @param file the name that error sentences use
 * @throws PneumoscopeError E_UNREADABLE_IMAGE: no DICOM file, one that cannot be read, or no grey image
 */
export function anonymiseImage(
  bytes: Uint8Array,
  file: string,
  key: Uint8Array,
): { readonly bytes: Buffer; readonly warnings: readonly AnonymousWarning[] } {
  if (!isDicom(bytes)) throw noDicom(file);
  try {
    const before = readDicom(bytes);
    const anonymous = anonymiseDicom(before, key);
    return { bytes: anonymous, warnings: findWarnings(before, readDicom(anonymous)) };
  } catch (error) {
    if (error instanceof DicomError)
      throw new UnreadableImageError(error.kind, `${file} ${error.what}`, { cause: error });
    throw error;
  }
}

function findWarnings(before: DicomFile, after: DicomFile): readonly AnonymousWarning[] {
  const [was, is] = [readHeaderFacts(before), readHeaderFacts(after)];
  const { pixelData } = before;
  const isCommented = pixelData?.kind === 'encapsulated' && hasComments(Buffer.concat(pixelData.fragments));
  const found: readonly (readonly [boolean, AnonymousWarning['code'], string])[] = [
    [was.hasBurnedInWords, 'burned-in-words', 'the header says that words stand in the pixels, and they still do'],
    [
      isCommented,
      'comments-in-pixels',
      'the compressed pixels hold comments, and still do; export it uncompressed first',
    ],
    [
      was.bodyPart !== null && is.bodyPart === null,
      'body-part-dropped',
      'the body part was free text, and was dropped',
    ],
    [was.view !== null && is.view === null, 'view-dropped', 'the view was free text, and was dropped'],
    [isDoubtful(was.age), 'age-dropped', 'the age could not be read or contradicts the date of birth, and was dropped'],
  ];
  return found.flatMap(([isFound, code, sentence]) => (isFound ? [{ code, sentence }] : []));
}

function isDoubtful(age: StatedAge): boolean {
  return age === 'unreadable' || age === 'contradictory';
}
