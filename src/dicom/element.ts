/**
 * Where one element of a data set stands, as dicom-parser found it. Its own type speaks of Node's `Buffer`, which whoever imports ours need not
 * have the types of.
 */
export interface Element {
  /** such as `x00280010` */
  readonly tag: string;
  readonly vr?: string;
  /** bytes */
  readonly length: number;
  readonly dataOffset: number;
  /** of a sequence */
  readonly items?: readonly Element[];
  /** of an item of a sequence */
  readonly dataSet?: { readonly elements: Elements };
  readonly hadUndefinedLength?: boolean;
  readonly basicOffsetTable?: readonly number[];
  /** of compressed pixels */
  readonly fragments?: readonly Fragment[];
}

export interface Fragment {
  readonly offset: number;
  readonly position: number;
  readonly length: number;
}

/** By names such as `x00280010`, as dicom-parser gives them. */
export type Elements = Readonly<Record<string, Element>>;
