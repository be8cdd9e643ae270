/** How much an archive may hold. Apart from the reader, whose library has types that users of this package do not have. */
export interface ArchiveLimits {
  /** all entries, litter included; default: the budget `archiveEntries` */
  readonly entries?: number | undefined;
  /** of all images together, unpacked; default: the budget `archiveBytes` */
  readonly totalBytes?: number | undefined;
  /** of one image, unpacked; default: the budget `archiveEntryBytes` */
  readonly entryBytes?: number | undefined;
  /** unpacked to packed size of any image above 1 MB, and of all together; default: the budget `archiveRatio`, far above what photographs reach */
  readonly ratio?: number | undefined;
}
