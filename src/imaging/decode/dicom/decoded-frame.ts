/** A frame's samples, or why it has none, on their way between threads: there an error keeps its words, but not its class. */
import { Moving } from '../../../base/threads/host-thread.ts';
import { DicomError, type DicomFault } from '../../../dicom/dicom-error.ts';

export type DecodedFrame =
  | { readonly samples: Uint8Array<ArrayBuffer> }
  | { readonly refusal: { readonly kind: DicomFault; readonly what: string } };

/** @throws what is no DicomError */
export async function packFrame(
  decode: () => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>,
): Promise<Moving<DecodedFrame>> {
  try {
    const samples = await decode();
    return new Moving({ samples }, [samples.buffer]);
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    const { kind, what } = error;
    return new Moving({ refusal: { kind, what } }, []);
  }
}

/** @throws DicomError */
export function unpackFrame(frame: DecodedFrame): Uint8Array<ArrayBuffer> {
  if ('samples' in frame) return frame.samples;
  throw new DicomError(frame.refusal.kind, frame.refusal.what);
}
