/** A Modality LUT or VOI LUT: PS3.3 C.11.1.1 and C.11.2.1.1. */
import type { DataSet } from '../../../dicom/data-set.ts';
import { tags } from '../../../dicom/tags.ts';

export interface LookupTable {
  /** the value that has the first entry; what lies below has it too, and what lies above the last has the last */
  readonly first: number;
  /** of an entry: the greatest possible one is 2 to the power of this, less one */
  readonly bits: number;
  readonly entries: Uint16Array;
}

const mostEntries = 65_536;

/**
 * @param item of a Modality LUT Sequence or VOI LUT Sequence
 * @param canBeNegative whether a value that is looked up can be
 * @returns undefined where it has no entries
 */
export function readLookupTable(item: DataSet, canBeNegative: boolean): LookupTable | undefined {
  const [count = 0, first = 0, statedBits = 16] = item.numbers(tags.lutDescriptor);
  // 65,536 does not fit into its field, and stands there as 0. Some programs write all three numbers as signed.
  const length = (count & 0xffff) === 0 ? mostEntries : count & 0xffff;
  const entries = readEntries(item, length, statedBits);
  if (entries === undefined || entries.length === 0) return undefined;
  const greatest = entries.reduce((most, entry) => Math.max(most, entry), 0);
  // Entries above what the descriptor allows have more bits than it says.
  const bits = statedBits >= 1 && statedBits <= 16 && greatest < 2 ** statedBits ? statedBits : 16;
  return { first: canBeNegative && first > 0x7fff ? first - 0x1_0000 : first, bits, entries };
}

/** Of 8 bits two stand in a word, the first in the lower byte; some programs give each a word of its own. */
function readEntries(item: DataSet, length: number, bits: number): Uint16Array | undefined {
  const words = item.words(tags.lutData, length);
  if (words === undefined) return undefined;
  if (bits > 8 || words.length === length) return words;
  const pairs = Math.min(words.length * 2, length);
  return Uint16Array.from({ length: pairs }, (_, index) => ((words[index >> 1] ?? 0) >> (8 * (index & 1))) & 0xff);
}

export function lookUp({ first, entries }: LookupTable, value: number): number {
  const index = Math.min(Math.max(Math.round(value) - first, 0), entries.length - 1);
  return entries[index] as number;
}
