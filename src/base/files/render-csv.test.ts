import { expect, it } from 'vitest';
import { renderCsv } from './render-csv.ts';

const cell = (value: string | number | null): string => renderCsv(['x'], [[value]]).slice(2, -1);

it('quotes what RFC 4180 asks for, and leaves all else alone', () => {
  expect(
    renderCsv(
      ['a', 'b'],
      [
        ['x, "y"', ' z'],
        [null, 0.5],
      ],
    ),
  ).toBe('a,b\n"x, ""y"""," z"\n,0.5\n');
  expect(cell('a-b=c@d.png')).toBe('a-b=c@d.png');
});

it.each(['=1+1', '+1', '-1.png', '@SUM(A1)', ' =1', '＝1', '＠x'])('makes no formula of the name %j', (name) => {
  expect(cell(name).replace(/^"/, '')).toBe(`'${name}`);
});

it('leaves numbers as they are, negative ones too', () => {
  expect([cell(-0.5), cell(1e-7), cell('\t=1')]).toEqual(['-0.5', '1e-7', String.raw`\x09=1`]);
});

it('prints no escape code and no line break of a name', () => {
  expect(cell('a\u001b[31m\nb')).toBe(String.raw`a\x1b[31m\x0ab`);
});
