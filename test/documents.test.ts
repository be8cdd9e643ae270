/** What must hold of the documents: their links lead somewhere, the index lists them all, figures and pictures are those of their sources. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { lexer, walkTokens, type Token, type Tokens } from 'marked';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { drawArchitecture, pictureFile } from '../scripts/draw-architecture.ts';
import { rooms } from '../scripts/lint/layers.ts';
import { findDocuments } from '../scripts/measure-words.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe.each([...findDocuments(), 'CHANGELOG.md', 'weights/model-card.md'])('%s', (file) => {
  it('links only to files and headings that exist', () => {
    const broken = findLinks(read(file)).filter((link) => !leadsSomewhere(file, link));
    expect(broken).toEqual([]);
  });
});

describe('README.md', () => {
  it('has at most 150 lines', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(150);
  });

  it('gives the figures of the recorded run', () => {
    const figure = z.object({ value: z.number(), interval: z.object({ low: z.number(), high: z.number() }) });
    const { study } = z
      .object({ study: z.object({ figures: z.object({ accuracy: figure, sensitivity: figure, rocAuc: figure }) }) })
      .parse(JSON.parse(read('docs/results/compact-by-image/metrics.json')));
    const { accuracy, sensitivity, rocAuc } = study.figures;
    const percent = (share: number): string => (100 * share).toFixed(1);
    const share = ({ value, interval: { low, high } }: z.infer<typeof figure>): string =>
      `${percent(value)} % (${percent(low)}–${percent(high)})`;
    const area = `${rocAuc.value.toFixed(3)} (${rocAuc.interval.low.toFixed(3)}–${rocAuc.interval.high.toFixed(3)})`;
    expect(read('README.md')).toContain(
      `| \`compact\`, by image | ${share(accuracy)} | ${share(sensitivity)} | ${area} |`,
    );
  });
});

it('the index lists every document', () => {
  const listed = findLinks(read('docs/README.md'));
  const documents = globSync('*.md', { cwd: join(root, 'docs') }).filter((file) => file !== 'README.md');
  expect(documents.filter((file) => !listed.includes(file))).toEqual([]);
});

describe('docs/architecture', () => {
  it('.svg shows the rooms of scripts/lint/layers.ts (after a change: npm run draw:architecture)', () => {
    expect(readFileSync(pictureFile, 'utf8')).toBe(drawArchitecture());
  });

  it('.md says what each room and each of its folders holds, in their order', () => {
    const text = read('docs/architecture.md');
    const expected = Object.entries(rooms).flatMap(([room, folders]) => [
      room,
      ...folders.map((folder) => `${room}/${folder}`),
    ]);
    const named = Array.from(text.matchAll(/^\| `([a-z/]+)` /gm), ([, name]) => name);
    expect(named).toEqual(expected);
  });
});

describe('the walks through the rooms', () => {
  const order: readonly string[] = Object.keys(rooms);
  const legs = findLegs(read('docs/architecture.md'));

  it('are four', () => {
    expect(new Set(legs.map(({ walk }) => walk)).size).toBe(4);
  });

  it.each(legs)('$walk $leg goes down, enters each room once, and names files that exist', ({ rows }) => {
    const places = rows.map(({ room }) => order.indexOf(room));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => other - one));
    expect(new Set(places).size).toBe(places.length);
    const files = rows.flatMap(({ room, files }) => files.map((file) => `src/${room}/${file}`));
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});

interface Leg {
  readonly walk: string;
  readonly leg: string;
  readonly rows: { readonly room: string; readonly files: readonly string[] }[];
}

/** Of the tables under headings such as «Predict, after»: a row whose first cell is empty belongs to the leg above it. */
function findLegs(markdown: string): readonly Leg[] {
  const legs: Leg[] = [];
  let walk = '';
  for (const token of lexer(markdown)) {
    if (token.type === 'heading')
      walk = 'text' in token && String(token.text).endsWith(', after') ? String(token.text) : '';
    if (token.type !== 'table' || walk === '') continue;
    for (const [index, [leg, room, files]] of (token as Tokens.Table).rows.entries()) {
      if (index === 0 || leg?.text !== '') legs.push({ walk, leg: leg?.text ?? '', rows: [] });
      const names = Array.from((files?.text ?? '').matchAll(/`([^`]+)`/g), ([, name]) => name ?? '');
      legs.at(-1)?.rows.push({ room: (room?.text ?? '').replaceAll('`', ''), files: names });
    }
  }
  return legs;
}

function findLinks(markdown: string): readonly string[] {
  const found: string[] = [];
  void walkTokens(lexer(markdown), (token: Token) => {
    if ((token.type === 'link' || token.type === 'image') && 'href' in token) found.push(String(token.href));
  });
  return found;
}

function leadsSomewhere(from: string, link: string): boolean {
  if (/^(https?|mailto):/.test(link)) return true;
  const [target = '', heading] = link.split('#');
  const file = target === '' ? from : posix.join(dirname(from), target);
  if (!existsSync(join(root, file))) return false;
  return heading === undefined || findHeadings(read(file)).includes(heading);
}

/** As GitHub names them. */
function findHeadings(markdown: string): readonly string[] {
  return lexer(markdown)
    .filter((token) => token.type === 'heading')
    .map((token) => ('text' in token ? String(token.text) : ''))
    .map((text) =>
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
}
