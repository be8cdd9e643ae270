import { describe, expect, it } from 'vitest';
import { csvCell, toCsv, toJson } from './export-list.ts';
import { done, failed, positive, refused, rowsOf } from './made-up-rows.ts';

describe('csvCell', () => {
  it('quotes what would break the table', () => {
    expect(csvCell('plain.png')).toBe('plain.png');
    expect(csvCell('a,b')).toBe('"a,b"');
    expect(csvCell('say "no"')).toBe('"say ""no"""');
    expect(csvCell('two\nlines')).toBe('"two\nlines"');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', ' =1', '\uff1d1'])('makes text of the formula %j', (text) => {
    expect(csvCell(text).replace(/^"/, '')).toMatch(/^'/);
  });

  it('leaves numbers and truth values alone', () => {
    expect([csvCell(-0.5), csvCell(1e-7), csvCell(true), csvCell(null)]).toEqual(['-0.5', '1e-7', 'true', '']);
  });
});

const silent = () => ({ reading: null, comment: '' });

const rows = rowsOf({
  '=cmd|calc.png': positive(0.98765432109),
  refused,
  failed,
  later: { kind: 'sending' },
  uncertain: done({ uncertain: true }),
});

describe('toCsv', () => {
  const lines = toCsv(rows, silent).split('\r\n');

  it('has a line for each image below the names of the columns', () => {
    expect(lines[0]).toMatch(/^\ufeffname,status,label,positive,probability,threshold/);
    expect(lines).toHaveLength(rows.length + 2);
    expect(lines.at(-1)).toBe('');
  });

  it('writes numbers as they came, and nothing where there is no answer', () => {
    expect(lines[1]).toMatch(
      /^'=cmd\|calc\.png,positive,PNEUMONIA,true,0\.98765432109,0\.5,false,,,,,,,,,accepted,0\.1,,,,a{64},made-up,0123456789ab,,,$/,
    );
    expect(lines[2]).toMatch(/^refused,refused,,,,0\.5,,,,,,,,,,refused,0\.9,unlike/);
    expect(lines[3]).toBe('failed,failed,,,,,,,,,,,,,,,,,wrong-type,No image.,,,,,,');
    expect(lines[4]).toMatch(/^later,waiting,,,,/);
    expect(lines[5]).toMatch(/^uncertain,uncertain,NORMAL,false,0\.1,0\.5,true/);
  });
});

it('writes the same as JSON, with the notice', () => {
  const parsed = JSON.parse(toJson(rows, silent, { notice: 'Not a medical device.', at: new Date(0) })) as Record<
    string,
    unknown
  >;
  expect(parsed).toMatchObject({ notice: 'Not a medical device.', exportedAt: '1970-01-01T00:00:00.000Z' });
  expect((parsed['images'] as unknown[])[0]).toMatchObject({
    name: '=cmd|calc.png',
    status: 'positive',
    probability: 0.98765432109,
    guardVerdict: 'accepted',
  });
});

it('says what the reader said, also who could not tell, and every comment', () => {
  const reading = { label: null, isBlind: true, at: '2026-01-01T00:00:00.000Z' };
  const [, first, second] = toCsv(rows.slice(0, 2), (item) =>
    item === rows[0]?.item
      ? { reading, comment: 'rotated, a bit' }
      : { reading: { ...reading, label: 'NORMAL' }, comment: '' },
  ).split('\r\n');
  expect(first).toMatch(/,cannot-tell,true,"rotated, a bit"$/);
  expect(second).toMatch(/,NORMAL,true,$/);
});
