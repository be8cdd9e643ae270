/**
 * What a DICOM header says that decides whether a model may be asked, and nothing that names a person: no name, number or UID of a patient,
 * study or image is among it.
 */

/** Whole and broken years since birth. */
export interface PatientAge {
  readonly years: number;
  /** Patient's Age (0010,1010), or Patient's Birth Date (0010,0030) and the date of the study */
  readonly from: 'age' | 'birth-date';
}

export interface HeaderFacts {
  /** name of the transfer syntax */
  readonly transferSyntax: string;
  /** UID of the SOP class, a kind of object and not an object; null: missing */
  readonly sopClass: string | null;
  /** (0008,0060) */
  readonly modality: string | null;
  /** (0008,0068) `FOR PRESENTATION` or `FOR PROCESSING` */
  readonly presentationIntent: string | null;
  /** `missing`: the header has none. `unreadable`: such as «62» without a unit. `contradictory`: age and birth date disagree by more than a year. */
  readonly age: PatientAge | 'missing' | 'unreadable' | 'contradictory';
  /** Body Part Examined (0018,0015), else the meaning of the first item of Anatomic Region Sequence (0008,2218); upper case */
  readonly bodyPart: string | null;
  /** View Position (0018,5101), else the meaning of the first item of View Code Sequence (0054,0220); upper case */
  readonly view: string | null;
  /** Patient Orientation (0020,0020): directions of the rows and of the columns, such as `L\F` */
  readonly orientation: readonly string[];
  /** (0010,2201) or the first item of (0010,2202), or a breed (0010,2292): what is no human being; null: nothing says so */
  readonly species: string | null;
  /** (0008,0008), such as `ORIGINAL`, `PRIMARY` */
  readonly imageType: readonly string[];
  /** (0028,0300) YES: a phantom or another image for tests of the device */
  readonly isQualityControl: boolean;
  /** (0028,0301) YES: words stand in the pixels */
  readonly hasBurnedInWords: boolean;
  /** groups 60xx: drawings over the pixels, which are never drawn into them */
  readonly hasOverlays: boolean;
  /** lossy now or once: (0028,2110) 01, or a transfer syntax that is */
  readonly isLossy: boolean;
  /** (0028,2112), the product of several; null: not said */
  readonly compressionRatio: number | null;
  /** whether this program made it: Contributing Equipment (0018,A001), a coding scheme 99PNEUMOSCOPE, or its own Manufacturer's Model Name */
  readonly isOurs: boolean;
}
