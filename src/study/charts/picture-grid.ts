/** Pictures side by side, with titles and colour bars, in the look of the charts: an SVG that holds its pictures, and the same as PNG. */
import sharp from 'sharp';
import { type ColorMap, paint, pickColor, toHex } from '../../imaging/color-maps.ts';
import { type Chart, renderPng } from './render-chart.ts';
import { estimateTextWidth } from './text-metrics.ts';
import { colors, fontFamily } from './theme.ts';

export interface ColorScale {
  readonly map: ColorMap;
  readonly low: number;
  readonly high: number;
  /** numbers to write at the bar */
  readonly ticks: readonly number[];
  readonly unit: string;
}

/** A rectangle drawn on a picture; positions are shares of its width and height. */
export interface Mark {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly color: string;
  readonly label?: string;
  /** shares at which the label begins, where it shall not stand in the rectangle's upper left corner */
  readonly labelAt?: readonly [left: number, top: number];
}

export interface Picture {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** above the picture */
  readonly title?: string;
  /** below the picture, small; cut in the middle where it is too long */
  readonly caption?: string;
  /** drawn at the right of it */
  readonly scale?: ColorScale;
  readonly marks?: readonly Mark[];
}

export interface PictureRow {
  /** above the row, bold */
  readonly title?: string;
  readonly pictures: readonly Picture[];
}

export interface PictureGrid {
  readonly title: string;
  readonly subtitle: readonly string[];
  /** for whoever cannot see it */
  readonly description: string;
  /** longer side that every picture is fitted into */
  readonly side: number;
  readonly rows: readonly PictureRow[];
}

const padding = 16;
const gap = 12;
/** Of a colour bar: from the picture to the bar, its width, and room for its numbers and its unit. */
const bar = { gap: 8, width: 12, room: 50 } as const;
const lineHeight = { title: 20, subtitle: 17, row: 26, picture: 19, caption: 15 } as const;

export async function renderPictureGrid(grid: PictureGrid): Promise<Chart> {
  const svg = renderGridSvg(grid);
  return { svg, png: await renderPng(svg) };
}

/** @param values `width * height` of them */
export function paintMap(values: Float64Array, width: number, scale: ColorScale): Promise<Uint8Array> {
  return encode(paint(values, scale.map, scale.low, scale.high), width, 3);
}

export function paintGrays(pixels: Uint8Array, width: number): Promise<Uint8Array> {
  return encode(pixels, width, 1);
}

function encode(bytes: Uint8Array, width: number, channels: 1 | 3): Promise<Uint8Array> {
  const height = bytes.length / width / channels;
  const image = sharp(bytes, { raw: { width, height, channels } });
  return (channels === 1 ? image.toColourspace('b-w') : image).png({ compressionLevel: 9 }).toBuffer();
}

function renderGridSvg(grid: PictureGrid): string {
  const { side, rows } = grid;
  const columns = Math.max(...rows.map(({ pictures }) => pictures.length));
  const hasBar = Array.from({ length: columns }, (_, column) =>
    rows.some(({ pictures }) => pictures[column]?.scale !== undefined),
  );
  const lefts = hasBar.map((_, column) => {
    const bars = hasBar.slice(0, column).filter(Boolean).length;
    return padding + column * (side + gap) + bars * (bar.gap + bar.width + bar.room);
  });
  const lastRoom = hasBar.at(-1) === true ? bar.gap + bar.width + bar.room : 0;
  const words = [estimateTextWidth(grid.title, 16, true), ...grid.subtitle.map((line) => estimateTextWidth(line, 12))];
  const width = Math.ceil(Math.max((lefts.at(-1) ?? 0) + side + lastRoom, padding + Math.max(...words)) + padding);
  const parts: string[] = [];
  const gradients: string[] = [];
  let y = padding + 14;
  parts.push(writeText(grid.title, padding, y, { size: 16, bold: true }));
  for (const line of grid.subtitle) {
    y += lineHeight.subtitle;
    parts.push(writeText(line, padding, y, { size: 12, color: colors.muted }));
  }
  y += 12;
  for (const row of rows) {
    if (row.title !== undefined) {
      y += lineHeight.row;
      parts.push(writeText(row.title, padding, y - 8, { size: 13, bold: true }));
    }
    const titled = row.pictures.some(({ title }) => title !== undefined);
    const captioned = row.pictures.some(({ caption }) => caption !== undefined);
    if (titled) y += lineHeight.picture;
    row.pictures.forEach((picture, column) => {
      const x = lefts[column] as number;
      if (picture.title !== undefined)
        parts.push(writeText(cutMiddle(picture.title, side, 12), x, y - 6, { size: 12 }));
      parts.push(drawPicture(picture, x, y, side));
      if (picture.caption !== undefined) {
        const caption = cutMiddle(picture.caption, side, 9);
        parts.push(writeText(caption, x, y + side + 12, { size: 9, color: colors.muted }));
      }
      if (picture.scale !== undefined) {
        const id = `bar${gradients.length}`;
        gradients.push(defineGradient(id, picture.scale));
        parts.push(drawBar(id, picture.scale, x + side + bar.gap, y, side));
      }
    });
    y += side + (captioned ? lineHeight.caption : 0) + gap;
  }
  const height = Math.ceil(y - gap + padding);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeXml(grid.description)}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escapeXml(fontFamily)}">`,
    `<defs>${gradients.join('')}</defs>`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...parts,
    '</svg>',
  ].join('\n');
}

/** Fitted into a black square, as an X-ray on a viewing box. */
function drawPicture({ png, width, height, marks = [] }: Picture, x: number, y: number, side: number): string {
  const zoom = side / Math.max(width, height);
  const [drawnWidth, drawnHeight] = [width * zoom, height * zoom];
  const left = x + (side - drawnWidth) / 2;
  const top = y + (side - drawnHeight) / 2;
  const source = `data:image/png;base64,${Buffer.from(png.buffer, png.byteOffset, png.byteLength).toString('base64')}`;
  return [
    width === height ? '' : `<rect x="${x}" y="${y}" width="${side}" height="${side}" fill="black"/>`,
    `<image href="${source}" x="${round(left)}" y="${round(top)}" width="${round(drawnWidth)}" height="${round(drawnHeight)}" preserveAspectRatio="none"/>`,
    ...marks.map((mark) => drawMark(mark, left, top, drawnWidth, drawnHeight)),
  ].join('');
}

function drawMark(mark: Mark, left: number, top: number, width: number, height: number): string {
  const [x, y] = [left + mark.left * width, top + mark.top * height];
  const [w, h] = [(mark.right - mark.left) * width, (mark.bottom - mark.top) * height];
  const box = `x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}" fill="none"`;
  const frame = `<rect ${box} stroke="white" stroke-width="4"/><rect ${box} stroke="${mark.color}" stroke-width="2"/>`;
  if (mark.label === undefined) return frame;
  const [labelX, labelY] =
    mark.labelAt === undefined ? [x + 4, y + 4] : [left + mark.labelAt[0] * width, top + mark.labelAt[1] * height];
  const labelWidth = estimateTextWidth(mark.label, 11, true) + 10;
  const plate = `<rect x="${round(labelX)}" y="${round(labelY)}" width="${round(labelWidth)}" height="17" rx="2" fill="${mark.color}"/>`;
  return frame + plate + writeText(mark.label, labelX + 5, labelY + 12.5, { size: 11, bold: true, color: 'white' });
}

function defineGradient(id: string, { map }: ColorScale): string {
  const steps = 24;
  const stops = Array.from({ length: steps + 1 }, (_, step) => {
    return `<stop offset="${round(step / steps)}" stop-color="${toHex(pickColor(map, step / steps))}"/>`;
  });
  return `<linearGradient id="${id}" x1="0" y1="1" x2="0" y2="0">${stops.join('')}</linearGradient>`;
}

function drawBar(id: string, scale: ColorScale, x: number, y: number, side: number): string {
  const { low, high, ticks, unit } = scale;
  const numbers = ticks.map((tick) => {
    const at = y + side * (1 - (tick - low) / (high - low));
    const line = `<line x1="${x + bar.width}" x2="${x + bar.width + 4}" y1="${round(at)}" y2="${round(at)}" stroke="${colors.muted}"/>`;
    // The outermost numbers stay beside the bar.
    const baseline = Math.min(Math.max(at + 4, y + 9), y + side);
    return line + writeText(formatTick(tick, low), x + bar.width + 7, baseline, { size: 11 });
  });
  const [unitX, unitY] = [x + bar.width + 44, y + side / 2];
  const name = `<g transform="rotate(-90 ${round(unitX)} ${round(unitY)})">${writeText(unit, unitX, unitY, { size: 11, color: colors.muted, middle: true })}</g>`;
  const frame = `<rect x="${x}" y="${y}" width="${bar.width}" height="${side}" fill="url(#${id})" stroke="${colors.muted}" stroke-width="0.5"/>`;
  return frame + numbers.join('') + name;
}

function formatTick(tick: number, low: number): string {
  if (low >= 0 || tick === 0) return String(tick);
  return tick > 0 ? `+${tick}` : `−${-tick}`;
}

interface TextStyle {
  readonly size: number;
  readonly bold?: boolean;
  readonly color?: string;
  readonly middle?: boolean;
}

function writeText(text: string, x: number, y: number, style: TextStyle): string {
  const { size, bold = false, color = colors.ink, middle = false } = style;
  const anchor = middle ? ' text-anchor="middle"' : '';
  const weight = bold ? ' font-weight="bold"' : '';
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}"${weight}${anchor} fill="${color}">${escapeXml(text)}</text>`;
}

/** The beginning and the end of a file's name tell more than its middle. */
export function cutMiddle(text: string, width: number, fontSize: number): string {
  if (estimateTextWidth(text, fontSize) <= width) return text;
  const characters = Array.from(text);
  for (let kept = characters.length - 1; kept > 0; kept--) {
    const end = Math.floor(kept / 2);
    const shown = `${characters.slice(0, kept - end).join('')}…${characters.slice(characters.length - end).join('')}`;
    if (estimateTextWidth(shown, fontSize) <= width) return shown;
  }
  return '…';
}

/** XML has no character for most controls, nor for half a surrogate pair, which a file's name may hold. */
function escapeXml(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
