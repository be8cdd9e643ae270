/** The fragments of the first frame of compressed pixels: PS3.5 A.4. */
import type { Element, Fragment } from './element.ts';
import type { DataSet } from './data-set.ts';
import { DicomError, refuseDamaged, refuseTruncated } from './dicom-error.ts';
import type { EncapsulatedPixels } from './read-pixels.ts';
import { tags } from './tags.ts';

/** Before each fragment: the tag of an item, and its length. */
const itemHeader = 8;

/**
 * Of several frames the first, by the offset tables; without these each fragment is a frame.
 *
 * @param bytes that the element was read from
 * @throws DicomError where a fragment ends beyond the file, or the first frame cannot be told from the others
 */
export function readFragments(
  bytes: Uint8Array,
  dataSet: DataSet,
  element: Element,
  frames: number,
): EncapsulatedPixels {
  const { fragments = [], basicOffsetTable = [] } = element;
  for (const { position, length } of fragments) {
    if (position + length > bytes.length) refuseTruncated('a fragment of its pixels ends beyond the file');
    if (!isItem(bytes, position - itemHeader))
      refuseDamaged('something else stands between the fragments of its pixels');
  }
  if (fragments.length === 0) refuseDamaged('its pixels are compressed, but have no fragment');
  const first = frames === 1 ? fragments : findFirstFrame(fragments, secondFrame(dataSet, basicOffsetTable), frames);
  return {
    kind: 'encapsulated',
    fragments: first.map(({ position, length }) => bytes.subarray(position, position + length)),
  };
}

function isItem(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xfe && bytes[at + 1] === 0xff && bytes[at + 2] === 0x00 && bytes[at + 3] === 0xe0;
}

/** Where the second frame begins, counted from the first; undefined: no table says it. */
function secondFrame(dataSet: DataSet, basicOffsetTable: readonly number[]): number | undefined {
  if (basicOffsetTable[1] !== undefined) return basicOffsetTable[1];
  const extended = dataSet.bytes(tags.extendedOffsetTable);
  if (extended === undefined || extended.length < 16) return undefined;
  const view = new DataView(extended.buffer, extended.byteOffset, extended.byteLength);
  return Number(view.getBigUint64(8, true));
}

function findFirstFrame(
  fragments: readonly Fragment[],
  second: number | undefined,
  frames: number,
): readonly Fragment[] {
  if (second !== undefined) {
    const first = fragments.filter(({ offset }) => offset < second);
    const isBoundary = fragments.some(({ offset }) => offset === second);
    return isBoundary ? first : refuseDamaged('its offset table leads to no fragment');
  }
  if (fragments.length === frames) return fragments.slice(0, 1);
  const what = `has ${frames} frames in ${fragments.length} fragments, and no table that says where a frame begins; export the one image alone`;
  throw new DicomError('unsupported', what);
}
