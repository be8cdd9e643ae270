import { describe, expect, it } from 'vitest';
import { pageBudgets } from './page-budgets.ts';
import { TableError } from './patient-table.ts';
import { readPatientTable } from './read-patient-table.ts';
import { describeTableFault } from './table-fault-words.ts';
import { chinese } from './words-zh.ts';
import { english } from './words-en.ts';

const fileOf = (content: BlobPart): File => new File([content], 'patients.csv');

const patientsOf = async (content: BlobPart): Promise<readonly string[]> =>
  [...(await readPatientTable(fileOf(content))).entries].map(
    ([file, { patient, date }]) => `${file} ${patient} ${date ?? '-'}`,
  );

const wide = (text: string, isLittle: boolean): Uint8Array<ArrayBuffer> => {
  const bytes = new DataView(new ArrayBuffer(2 * text.length));
  for (let at = 0; at < text.length; at++) bytes.setUint16(2 * at, text.charCodeAt(at), isLittle);
  return new Uint8Array(bytes.buffer);
};

describe('a table of patients', () => {
  it.each([
    ['commas', 'file,patient,date\na.png,P1,2024-01-31\n'],
    ['semicolons', 'file;patient;date\r\na.png;P1;2024-01-31\r\n'],
    ['tabs', 'file\tpatient\tdate\na.png\tP1\t2024-01-31'],
    ['a byte-order mark', '\uFEFFfile,patient,date\na.png,P1,20240131\n'],
    ['columns in another order, and others', 'Date,ward,Patient,Name\n2024/1/31,"a, b",P1,a.png\n'],
    ['Chinese columns', '文件名,患者,日期\na.png,P1,2024年1月31日\n'],
    ['UTF-16, the low byte first', wide('\uFEFFfile\tpatient\tdate\na.png\tP1\t2024-01-31\n', true)],
    ['UTF-16, the high byte first', wide('\uFEFFfile,patient,date\na.png,P1,2024-01-31\n', false)],
  ])('is read with %s', async (_, content) => {
    expect(await patientsOf(content)).toEqual(['a.png P1 2024-01-31']);
  });

  it('is read as GBK where it is not UTF-8, and says so', async () => {
    // «文件名,患者» and «胸片1.png,张三» as a Chinese spreadsheet saves them.
    const hex = 'cec4bcfec3fb2cbbbcd5df0ad0d8c6ac312e706e672cd5c5c8fd0a';
    const table = await readPatientTable(fileOf(Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16))));
    expect(table.isGbk).toBe(true);
    expect([...table.entries.keys()]).toEqual(['胸片1.png']);
    expect(table.entries.get('胸片1.png')?.patient).toBe('张三');
    expect((await readPatientTable(fileOf('file,patient\na,P1\n'))).isGbk).toBe(false);
  });

  it('passes over rows without a patient, and takes a row twice', async () => {
    expect(await patientsOf('file,patient\na.png,\nb.png,P1\n\nb.png,P1\n')).toEqual(['b.png P1 -']);
  });

  it.each([
    ['', 'empty', 'no row names'],
    ['file,patient\n', 'empty', 'no row names'],
    ['file,label\na.png,P1\n', 'no-column', 'no column “patient”'],
    ['patient\nP1\n', 'no-column', 'no column “file”'],
    ['file,patient,name\na.png,P1,b.png\n', 'column-twice', 'the column “file” twice'],
    ['file,patient\na.png,P1\nb.png,P2,x\n', 'width', 'line 3 has 3 cells, and the first line 2'],
    ['file,patient\na.png,"P1\nb.png,P2\n', 'not-csv', 'cannot be read'],
    ['file,patient\na.png,P1\na.png,P2\n', 'conflict', 'lines 2 and 3 say different things of a.png'],
    [Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), 'not-text', 'no table of text'],
    [Uint8Array.of(0x66, 0xff, 0x0a), 'not-text', 'no table of text'],
    [new Uint8Array(pageBudgets.tableBytes.limit + 1), 'too-large', 'more than 8 MiB'],
    [`file,patient\n${'a,P\n'.repeat(pageBudgets.tableRows.limit + 1)}`, 'too-many-rows', 'more than 100,000 rows'],
  ])('is refused in one sentence: %#', async (content, kind, sentence) => {
    const error: unknown = await readPatientTable(fileOf(content)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TableError);
    const { fault } = error as TableError;
    expect(fault.kind).toBe(kind);
    expect(describeTableFault(english, fault)).toContain(sentence);
    expect(describeTableFault(chinese, fault)).toMatch(/[\u4e00-\u9fff].*。$/);
  });

  it('may have as many rows as the limit says', async () => {
    const { limit } = pageBudgets.tableRows;
    const rows = Array.from({ length: limit }, (_, index) => `${index}.png,P${index % 100}\n`).join('');
    expect((await readPatientTable(fileOf(`file,patient\n${rows}`))).entries.size).toBe(limit);
  });
});
