/** What a compressed frame says of itself. */
export interface CodestreamHeader {
  readonly columns: number;
  readonly rows: number;
  readonly samplesPerPixel: number;
  /** of a sample, its sign among them */
  readonly bits: number;
  /** JPEG 2000 alone says so; in others bits are bits, and the header of the DICOM file says what they mean */
  readonly isSigned: boolean;
}
