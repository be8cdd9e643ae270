/** What a DICOM header says of its pixels: the Image Pixel module (PS3.3 C.7.6.3). */
export interface PixelDescription {
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel: number;
  /** such as MONOCHROME2 */
  readonly photometricInterpretation: string;
  /** bits of a sample in an uncompressed frame: 8, 16 or 32 */
  readonly bitsAllocated: number;
  /** bits of them that hold a value */
  readonly bitsStored: number;
  /** place of the highest of these; what lies above and below is no value */
  readonly highBit: number;
  /** two's complement */
  readonly isSigned: boolean;
  readonly frames: number;
}
