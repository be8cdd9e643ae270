/** What must hold of the documents: their links lead somewhere, and the picture of the rooms is that of their list. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { lexer, walkTokens, type Token } from 'marked';
import { describe, expect, it } from 'vitest';
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
