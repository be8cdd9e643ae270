/** The image and tile size of a JPEG 2000 codestream, high throughput or not: ISO/IEC 15444-1 A.5.1. */
import { DicomError, refuseDamaged } from '../../../dicom/dicom-error.ts';
import type { CodestreamHeader } from './codestream-header.ts';

/** SOC, and SIZ right behind it. */
const start = 0xff4fff51;

/** As many as ISO/IEC 15444-1 B.3 lets a codestream number. */
const mostTiles = 65_535;

/** @throws RangeError where it ends within @throws DicomError where it is damaged, or of a form that is not read */
export function readJpeg2000Codestream(view: DataView): CodestreamHeader {
  if (view.getUint32(0) !== start) refuseDamaged('its compressed pixels do not begin as a JPEG 2000 codestream does');
  const word = (index: number): number => view.getUint32(8 + 4 * index);
  const [right, bottom, left, top] = [word(0), word(1), word(2), word(3)];
  if (right <= left || bottom <= top) refuseDamaged('its compressed pixels have no size');
  const samplesPerPixel = view.getUint16(40);
  const depth = view.getUint8(42);
  const [columnStep, rowStep] = [view.getUint8(43), view.getUint8(44)];
  if (columnStep !== 1 || rowStep !== 1) {
    const what = `has pixels that are encoded at every ${columnStep} x ${rowStep} place only, which is not read; export it as explicit VR little endian`;
    throw new DicomError('unsupported', what);
  }
  const [tileWidth, tileHeight, tileLeft, tileTop] = [word(4), word(5), word(6), word(7)];
  const tiles = Math.ceil((right - tileLeft) / tileWidth) * Math.ceil((bottom - tileTop) / tileHeight);
  if (!(tiles <= mostTiles)) refuseDamaged('its compressed pixels are cut into more tiles than can be');
  return {
    columns: right - left,
    rows: bottom - top,
    samplesPerPixel,
    bits: (depth & 0x7f) + 1,
    isSigned: depth >= 0x80,
  };
}
