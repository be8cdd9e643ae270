/** The values of a data set, or of an item of one of its sequences: decoded when they are asked for. */
import type { Element, Elements } from './element.ts';
import { budgets } from '../base/budgets.ts';
import { decodeText, defaultCharacterSet, findCharacterSet, type CharacterSet } from './character-sets.ts';
import { elementName } from './read-elements.ts';
import { tags, wordTags } from './tags.ts';

type Reader = (view: DataView, at: number, isLittle: boolean) => number;

/** Of the value representations whose values are binary numbers. */
const numberReaders = new Map<string, readonly [bytes: number, read: Reader]>([
  ['US', [2, (view, at, isLittle) => view.getUint16(at, isLittle)]],
  ['OW', [2, (view, at, isLittle) => view.getUint16(at, isLittle)]],
  ['SS', [2, (view, at, isLittle) => view.getInt16(at, isLittle)]],
  ['UL', [4, (view, at, isLittle) => view.getUint32(at, isLittle)]],
  ['SL', [4, (view, at, isLittle) => view.getInt32(at, isLittle)]],
  ['FL', [4, (view, at, isLittle) => view.getFloat32(at, isLittle)]],
  ['FD', [8, (view, at, isLittle) => view.getFloat64(at, isLittle)]],
]);
const binary = new Set([...numberReaders.keys(), 'AT', 'OB', 'OD', 'OF', 'OL', 'SQ']);
/** In these a backslash is a character, and spaces before the text are part of it. */
const longTexts = new Set(['LT', 'ST', 'UT']);
/** Written in any character set; all others are ASCII, whatever that says. */
const localTexts = new Set(['LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT']);
/** Implicit VR does not say it, and dicom-parser calls UN what it does not know. */
const unknown = new Set([undefined, 'UN']);

/** dicom-parser lists the end of an item among its elements. */
const delimiterGroup = 0xfffe;

export interface DataSetSource {
  readonly elements: Elements;
  readonly bytes: Uint8Array;
  readonly isBigEndian: boolean;
}

/** Tags are numbers, group times 65,536 plus element: see `tags`. No method throws because of what a value is. */
export class DataSet {
  readonly #source: DataSetSource;
  readonly #characterSet: CharacterSet;

  /** @param inherited of the data set that this is an item of */
  constructor(source: DataSetSource, inherited: CharacterSet = defaultCharacterSet) {
    this.#source = source;
    this.#characterSet = inherited;
    const terms = this.texts(tags.specificCharacterSet);
    if (terms.some((term) => term !== '')) this.#characterSet = findCharacterSet(terms);
  }

  /** Whether it is there, though it may be empty. */
  has(tag: number): boolean {
    return this.#find(tag) !== undefined;
  }

  /** All tags that are there. */
  tags(): number[] {
    const found = Object.keys(this.#source.elements).map((name) => Number.parseInt(name.slice(1), 16));
    return found.filter((tag) => tag >>> 16 !== delimiterGroup);
  }

  /** The first value as text; undefined where it is missing or empty. */
  text(tag: number): string | undefined {
    const [first = ''] = this.texts(tag);
    return first === '' ? undefined : first;
  }

  /** All values, without their padding; none where the element is missing, empty or holds no text. */
  texts(tag: number): readonly string[] {
    const element = this.#find(tag);
    const { vr } = element ?? {};
    if (element === undefined || (vr !== undefined && binary.has(vr)) || element.items !== undefined) return [];
    const value = this.#value(element).subarray(0, budgets.dicomTextBytes.limit);
    const isName = vr === 'PN' || unknown.has(vr);
    const set = unknown.has(vr) || localTexts.has(vr ?? '') ? this.#characterSet : defaultCharacterSet;
    const text = decodeText(value, set, isName).replace(/[\0 ]+$/, '');
    if (text === '') return [];
    if (vr !== undefined && longTexts.has(vr)) return [text];
    return text.split('\\').map((part) => part.replace(/[\0 ]+$/, '').replace(/^ +/, ''));
  }

  /** All values as numbers, NaN where one is none. Words of two bytes are unsigned where implicit VR does not say it. */
  numbers(tag: number): readonly number[] {
    const element = this.#find(tag);
    const vr = element === undefined || !unknown.has(element.vr) || !wordTags.has(tag) ? element?.vr : 'US';
    const reader = vr === undefined ? undefined : numberReaders.get(vr);
    if (element === undefined || reader === undefined) return this.texts(tag).map(parseNumber);
    const [size, read] = reader;
    const value = this.#value(element).subarray(0, budgets.dicomTextBytes.limit);
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const isLittle = !this.#source.isBigEndian;
    return Array.from({ length: Math.floor(value.length / size) }, (_, index) => read(view, index * size, isLittle));
  }

  /** The items of a sequence; none where it is missing or no sequence. */
  items(tag: number): readonly DataSet[] {
    const { bytes, isBigEndian } = this.#source;
    return (this.#find(tag)?.items ?? []).flatMap(({ dataSet }) => {
      if (dataSet === undefined) return [];
      return new DataSet({ elements: dataSet.elements, bytes, isBigEndian }, this.#characterSet);
    });
  }

  /** The value as it stands in the file, without a copy; fewer bytes where the file ends. */
  bytes(tag: number): Uint8Array | undefined {
    const element = this.#find(tag);
    return element === undefined ? undefined : this.#value(element);
  }

  /** The value as unsigned words of two bytes in their right order; undefined where it is missing. @param most that are of use */
  words(tag: number, most: number): Uint16Array | undefined {
    const value = this.bytes(tag);
    if (value === undefined) return undefined;
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const isLittle = !this.#source.isBigEndian;
    return Uint16Array.from({ length: Math.min(value.length >> 1, most) }, (_, index) =>
      view.getUint16(2 * index, isLittle),
    );
  }

  #find(tag: number): Element | undefined {
    return this.#source.elements[elementName(tag)];
  }

  #value({ dataOffset, length }: Element): Uint8Array {
    return this.#source.bytes.subarray(dataOffset, dataOffset + length);
  }
}

/** As Decimal String and Integer String have them: `00500`, `+1.5`, `1e3`. */
function parseNumber(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}
