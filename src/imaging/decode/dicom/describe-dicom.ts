/** What a DICOM file says of itself and of its pixels, without decoding one: for a person who asks why it is shown or refused as it is. */
import { DicomError } from '../../../dicom/dicom-error.ts';
import { readHeaderFacts, type HeaderFacts } from '../../../dicom/header-facts.ts';
import { isDicom } from '../../../dicom/is-dicom.ts';
import type { PixelDescription } from '../../../dicom/pixel-description.ts';
import { readDicom, type DicomFile } from '../../../dicom/read-dicom.ts';
import type { TransferSyntax } from '../../../dicom/transfer-syntax.ts';
import { UnreadableImageError } from '../unreadable-image.ts';
import { findRefusal } from './decode-dicom.ts';
import { describeDisplay } from './display.ts';
import { modalityRange, readModalityTransform } from './modality-transform.ts';
import { listVois } from './voi-transform.ts';

export interface DicomDescription {
  readonly transferSyntax: TransferSyntax;
  /** the file does not say its transfer syntax */
  readonly isSyntaxGuessed: boolean;
  readonly facts: HeaderFacts;
  /** null: the file has no pixels */
  readonly pixels: PixelDescription | null;
  /** VOI LUTs, then windows, in the order in which `--voi` counts them */
  readonly offered: readonly OfferedDisplay[];
  /** which of them is used, in words; null where the pixels cannot be shown */
  readonly display: string | null;
  /** why the pixels cannot be shown, to stand behind the file's name; null where the header has nothing against it */
  readonly fault: string | null;
}

export interface OfferedDisplay {
  /** such as `window 1 of 2: 2000, 4000 (LINEAR)` */
  readonly words: string;
  /** whether it shows something */
  readonly isUsable: boolean;
}

/**
 * @param file the name that error sentences use
 * @throws PneumoscopeError E_UNREADABLE_IMAGE: no DICOM file, or one that cannot be read
 */
export function describeDicom(bytes: Uint8Array, file: string): DicomDescription {
  if (!isDicom(bytes)) throw noDicom(file);
  try {
    const dicom = readDicom(bytes);
    const { transferSyntax, isSyntaxGuessed, pixels = null } = dicom;
    return { transferSyntax, isSyntaxGuessed, facts: readHeaderFacts(dicom), pixels, ...describePixels(dicom) };
  } catch (error) {
    if (error instanceof DicomError)
      throw new UnreadableImageError(error.kind, `${file} ${error.what}`, { cause: error });
    throw error;
  }
}

export function noDicom(file: string): UnreadableImageError {
  return new UnreadableImageError('not-an-image', `${file} is not a DICOM file, whatever its name says`);
}

function describePixels(dicom: DicomFile): Pick<DicomDescription, 'offered' | 'display' | 'fault'> {
  const { pixels } = dicom;
  if (pixels === undefined) return { offered: [], display: null, fault: 'has no pixels, where an image is needed' };
  const refusal = findRefusal(pixels);
  if (refusal !== undefined) return { offered: [], display: null, fault: refusal.what };
  try {
    const display = describeDisplay(dicom).words;
    const possible = modalityRange(readModalityTransform(dicom.dataSet, pixels), pixels);
    const offered = listVois(dicom.dataSet, possible).map(({ words, read }) => ({
      words,
      isUsable: read() !== undefined,
    }));
    return { offered, display, fault: null };
  } catch (error) {
    if (error instanceof DicomError) return { offered: [], display: null, fault: error.what };
    throw error;
  }
}
