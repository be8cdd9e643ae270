/** Grey pixels in memory: what every decoder here returns and every resampling takes. */
export interface GrayImage {
  readonly width: number;
  readonly height: number;
  /** row-major, one byte a pixel, 0 black .. 255 white */
  readonly data: Uint8Array;
}
