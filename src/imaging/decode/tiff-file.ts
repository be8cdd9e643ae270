/** The directories of a TIFF 6.0 or BigTIFF file: numbered fields, each of some values. Nothing is believed that lies outside of the file. */

import { budgets } from '../../base/budgets.ts';

export interface TiffField {
  readonly type: number;
  /** number of values */
  readonly count: number;
  /** where its values start in the file */
  readonly at: number;
  /** bytes of all its values */
  readonly length: number;
}

export interface TiffDirectory {
  /** by number; of several fields with one number the first counts, as for libtiff */
  readonly fields: ReadonlyMap<number, TiffField>;
  /** where the next directory starts; 0: there is none */
  readonly next: number;
}

/** Bytes of a value by its type: TIFF 6.0 section 2, then IFD, then the three of BigTIFF. */
const sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
const rational = 5;
const longRead = new Set([4, 13]);
const veryLongRead = new Set([16, 18]);

export class TiffFile {
  readonly bytes: Buffer;
  readonly isLittleEndian: boolean;
  readonly #isBig: boolean;
  readonly #view: DataView;

  /** @param bytes of a file that `recogniseFormat` calls a TIFF */
  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.isLittleEndian = bytes[0] === 0x49;
    this.#isBig = bytes.length >= 16 && this.#view.getUint16(2, this.isLittleEndian) === 43;
  }

  /** Where the first directory starts; 0 where the file ends before it says so. */
  get first(): number {
    if (this.#isBig) return this.#readVeryLong(8);
    return this.bytes.length < 8 ? 0 : this.#view.getUint32(4, this.isLittleEndian);
  }

  /** @returns undefined where the file does not hold all of it, or it is no directory by its length */
  readDirectory(at: number): TiffDirectory | undefined {
    const { length } = this.bytes;
    const [countBytes, entryBytes, offsetBytes] = this.#isBig ? [8, 20, 8] : [2, 12, 4];
    if (at < 8 || at + countBytes > length) return undefined;
    const entries = this.#isBig ? this.#readVeryLong(at) : this.#view.getUint16(at, this.isLittleEndian);
    const end = at + countBytes + entries * entryBytes;
    if (end > length || entries > budgets.tiffFields.limit) return undefined;
    const fields = new Map<number, TiffField>();
    for (let entry = at + countBytes; entry < end; entry += entryBytes) {
      const tag = this.#view.getUint16(entry, this.isLittleEndian);
      const field = this.#readField(entry);
      if (field !== undefined && !fields.has(tag)) fields.set(tag, field);
    }
    return { fields, next: end + offsetBytes > length ? 0 : this.#readOffset(end) };
  }

  /** The values of a field as numbers. @param most values that are of use @returns undefined where its type has no numbers */
  readNumbers({ type, count, at }: TiffField, most = Infinity): number[] | undefined {
    const size = sizes[type] as number;
    const read = this.#readerOf(type);
    if (read === undefined) return undefined;
    return Array.from({ length: Math.min(count, most) }, (_, index) => read(at + index * size));
  }

  #readField(entry: number): TiffField | undefined {
    const type = this.#view.getUint16(entry + 2, this.isLittleEndian);
    const count = this.#isBig ? this.#readVeryLong(entry + 4) : this.#view.getUint32(entry + 4, this.isLittleEndian);
    const value = entry + (this.#isBig ? 12 : 8);
    const length = count * (sizes[type] ?? 0);
    const at = length <= (this.#isBig ? 8 : 4) ? value : this.#readOffset(value);
    return length === 0 || at + length > this.bytes.length ? undefined : { type, count, at, length };
  }

  #readerOf(type: number): ((at: number) => number) | undefined {
    const little = this.isLittleEndian;
    if (type === 1) return (at) => this.#view.getUint8(at);
    if (type === 3) return (at) => this.#view.getUint16(at, little);
    if (longRead.has(type)) return (at) => this.#view.getUint32(at, little);
    if (veryLongRead.has(type)) return (at) => this.#readVeryLong(at);
    if (type !== rational) return undefined;
    return (at) => this.#view.getUint32(at, little) / this.#view.getUint32(at + 4, little);
  }

  #readOffset(at: number): number {
    return this.#isBig ? this.#readVeryLong(at) : this.#view.getUint32(at, this.isLittleEndian);
  }

  /** Beyond what a file can hold the last bits do not matter. */
  #readVeryLong(at: number): number {
    return Number(this.#view.getBigUint64(at, this.isLittleEndian));
  }
}
