import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareCodePoints } from '../../data/folder/dataset-folder.ts';
import { WorkDatabase } from './work-database.ts';

let database: WorkDatabase;

beforeEach(() => {
  database = new WorkDatabase('CREATE TABLE words (word TEXT UNIQUE); CREATE TABLE copies (word TEXT, bytes BLOB)');
});

afterEach(() => database.close());

const insert = (word: string): number => database.run('INSERT OR IGNORE INTO words VALUES (?)', word);

describe('a database for one piece of work', () => {
  it('orders text by code points', () => {
    const words = ['\ue000', '\u{10000}', '\ud7ff', 'a', 'ab', '', '\u{1f600}\uffff', '\u{1f600}', '\uffff', 'Z', 'é'];
    for (const word of words) insert(word);
    const sorted = [...database.rows<{ word: string }>('SELECT word FROM words ORDER BY word')].map(({ word }) => word);
    expect(sorted).toEqual(words.toSorted(compareCodePoints));
  });

  it('tells how many rows were changed, and gives the first row, or none', () => {
    expect([insert('a'), insert('a'), insert('b')]).toEqual([1, 0, 1]);
    expect(database.number('SELECT COUNT(*) FROM words')).toBe(2);
    expect(database.find('SELECT word FROM words WHERE word > ?', 'a')).toEqual({ word: 'b' });
    expect(database.find('SELECT word FROM words WHERE word > ?', 'b')).toBeUndefined();
  });

  it('lets other tables be written while rows are read, by two walks at once, and a walk be left', () => {
    for (let i = 0; i < 1000; i++) insert(`word ${i}`);
    const walk = database.rows<{ word: string }>('SELECT word FROM words');
    walk.next();
    let rows = 0;
    for (const { word } of database.rows<{ word: string }>('SELECT word FROM words')) {
      database.run('INSERT INTO copies VALUES (?, ?)', word, new Uint8Array([rows % 256]));
      rows += 1;
      if (rows === 500) break;
    }
    expect(database.number('SELECT COUNT(*) FROM copies')).toBe(500);
    expect(database.find('SELECT bytes FROM copies WHERE word = ?', 'word 7')).toEqual({ bytes: new Uint8Array([7]) });
    expect([...walk]).toHaveLength(999);
  });

  it('says so in one sentence when the disk is full', () => {
    database.define('PRAGMA max_page_count = 20');
    const fill = (): void => {
      for (let i = 0; i < 100; i++) database.run('INSERT INTO copies VALUES (?, ?)', 'x', new Uint8Array(4096));
    };
    expect(fill).toThrow(
      expect.objectContaining({
        code: 'E_DISK',
        message: expect.stringMatching(
          /^The folder for temporary files cannot be written: the disk is full; .* TMPDIR/,
        ) as string,
      }),
    );
  });

  it('shows a defect of ours as one', () => {
    expect(() => database.define('SELECT word FROM nowhere')).toThrow(/no such table: nowhere/);
  });
});
