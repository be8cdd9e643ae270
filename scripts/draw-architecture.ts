/**
 * Draws docs/architecture.svg, the rooms of src/ in the order that lint enforces: `npm run draw:architecture`. The picture comes from
 * scripts/lint/layers.ts, so it cannot disagree with the rule; a test compares it with the committed file.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageMayImport, rooms } from './lint/layers.ts';

export const pictureFile = join(import.meta.dirname, '../docs/architecture.svg');

type Room = keyof typeof rooms;

/** Short enough for one line; the compiler asks for one when a room is added. */
const purposes: Readonly<Record<Room, string>> = {
  base: 'errors, random numbers, files, threads',
  statistics: 'from answers to figures and intervals',
  engine: 'trains and runs any network',
  dicom: 'what a DICOM file says',
  imaging: 'from bytes to the input of a network',
  data: 'from folders of images to batches',
  model: 'a model file, and all that asks it',
  study: 'check, train, evaluate, report',
  app: 'command line, service, client, library',
};

const width = 980;
const margin = 24;
const nameColumn = 280;
const rowHeight = 38;
const floorPadding = 14;
const floorGap = 8;
/** Of a monospaced letter of 13 pixels, so that a name fits its box whatever font there is. */
const letterWidth = 7.9;
const arrowColumn = 40;

interface Box {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** The text of the picture. */
export function drawArchitecture(): string {
  const parts: string[] = [];
  let y = margin;
  y = drawFloor(
    parts,
    { name: 'web', purpose: `the page; it imports ${pageMayImport} and nothing else`, folders: [], isOutside: true },
    y,
  );
  const top = y;
  for (const room of (Object.keys(rooms) as Room[]).toReversed()) {
    y = drawFloor(parts, { name: room, purpose: purposes[room], folders: rooms[room], isOutside: false }, y);
  }
  parts.push(drawArrow(top, y - floorGap));
  const height = y - floorGap + margin + 30;
  parts.push(
    `<text class="note" x="${margin + arrowColumn}" y="${height - margin + 2}">A room imports only rooms below it. Inside a room, a folder imports only folders before it.</text>`,
  );
  return `${head(height)}${parts.map((part) => `  ${part}\n`).join('')}</svg>\n`;
}

interface Floor {
  readonly name: string;
  readonly purpose: string;
  readonly folders: readonly string[];
  readonly isOutside: boolean;
}

/** Returns where the next floor begins. */
function drawFloor(parts: string[], { name, purpose, folders, isOutside }: Floor, y: number): number {
  const x = margin + arrowColumn;
  const boxes = placeBoxes(folders, x + nameColumn, y + floorPadding);
  const last = boxes.at(-1)?.y ?? y + floorPadding;
  const floorHeight = last - y + rowHeight - 8 + floorPadding;
  parts.push(
    `<rect class="${isOutside ? 'outside' : 'floor'}" x="${x}" y="${y}" width="${width - margin - x}" height="${floorHeight}" rx="8"/>`,
    `<text class="room" x="${x + 16}" y="${y + 26}">${name}</text>`,
    `<text class="purpose" x="${x + 16}" y="${y + 44}">${purpose}</text>`,
    ...boxes.flatMap(drawBox),
  );
  return y + floorHeight + floorGap;
}

/** In rows, in the order of the list. */
function placeBoxes(folders: readonly string[], left: number, top: number): readonly Box[] {
  const boxes: Box[] = [];
  let [x, y] = [left, top];
  for (const text of folders) {
    const boxWidth = Math.round(text.length * letterWidth) + 20;
    if (x + boxWidth > width - margin - 12) [x, y] = [left, y + rowHeight];
    boxes.push({ text, x, y, width: boxWidth });
    x += boxWidth + 8;
  }
  return boxes;
}

function drawBox({ text, x, y, width: boxWidth }: Box): readonly string[] {
  return [
    `<rect class="folder" x="${x}" y="${y}" width="${boxWidth}" height="${rowHeight - 8}" rx="6"/>`,
    `<text class="name" x="${x + boxWidth / 2}" y="${y + 20}">${text}</text>`,
  ];
}

function drawArrow(top: number, bottom: number): string {
  const x = margin + 16;
  const middle = (top + bottom) / 2;
  return `<path class="arrow" d="M${x} ${top}V${bottom - 2}m-6 -9l6 9l6 -9"/><text class="note" transform="translate(${x - 10} ${middle}) rotate(-90)" text-anchor="middle">imports</text>`;
}

/** With its own ground, so that it can be read on any page; light and dark as the reader has it. */
function head(height: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="The rooms of src/ and their order">
  <style>
    .ground { fill: #ffffff; } .floor { fill: #eef4f5; stroke: #c4d6d9; } .outside { fill: none; stroke: #8aa3a8; stroke-dasharray: 5 4; }
    .folder { fill: #ffffff; stroke: #8fb3b8; } .arrow { fill: none; stroke: #4f6b70; stroke-width: 2; }
    text { font-family: system-ui, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #12262b; }
    .room { font-size: 17px; font-weight: 700; fill: #0b5563; } .purpose { font-size: 12px; fill: #41595e; } .note { font-size: 13px; fill: #41595e; }
    .name { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 13px; text-anchor: middle; }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #0d1518; } .floor { fill: #152226; stroke: #2b4046; } .outside { stroke: #5d777d; }
      .folder { fill: #0d1518; stroke: #3f5f66; } .arrow { stroke: #8fb0b6; }
      text { fill: #e3eef0; } .room { fill: #7fd0dd; } .purpose, .note { fill: #a3babf; }
    }
  </style>
  <rect class="ground" width="${width}" height="${height}" rx="12"/>
`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(pictureFile, drawArchitecture());
