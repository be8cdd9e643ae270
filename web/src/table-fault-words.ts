/** One sentence about a table that cannot be used. */
import type { TableFault } from './patient-table.ts';
import type { Words } from './words-en.ts';

export function describeTableFault(words: Words, fault: TableFault): string {
  const sentences = words.tableFaults;
  switch (fault.kind) {
    case 'too-large':
      return sentences['too-large'](words.bytes(fault.limit));
    case 'too-many-rows':
      return sentences['too-many-rows'](fault.limit);
    case 'not-csv':
      return sentences['not-csv'](fault.line);
    case 'no-column':
    case 'column-twice':
      return sentences[fault.kind](words.tableColumns[fault.column]);
    case 'width':
      return sentences.width(fault.line, fault.cells, fault.columns);
    case 'conflict':
      return sentences.conflict(fault.other, fault.line, fault.file);
    default:
      return sentences[fault.kind];
  }
}
