/** How much an archive may hold. Apart from the reader, whose library has types that users of this package do not have. */
export interface ArchiveLimits {
  /** all entries, litter included; default 500,000 */
  readonly entries?: number | undefined;
  /** of all images together, unpacked; default 64 GB */
  readonly totalBytes?: number | undefined;
  /** of one image, unpacked; default 512 MB */
  readonly entryBytes?: number | undefined;
  /** unpacked to packed size of any image above 1 MB; default 200, far above what photographs reach */
  readonly ratio?: number | undefined;
}
