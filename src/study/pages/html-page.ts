/**
 * One HTML page that holds all it shows: styles, charts and pictures. It has no script, loads nothing from anywhere (and forbids the browser
 * to), follows the reader's light or dark setting, and prints without cutting a figure in two.
 */
import { createHash } from 'node:crypto';
import { pageStyle } from './html-style.ts';
import type { Column } from '../../base/text.ts';

export interface PageSection {
  readonly title: string;
  /** made of the functions below, or of text that went through {@link escapeHtml} */
  readonly html: string;
}

export interface Page {
  readonly title: string;
  /** one line below it */
  readonly subtitle: string;
  readonly sections: readonly PageSection[];
  /** stands in a frame above everything else, such as that the data are synthetic */
  readonly notice?: string | undefined;
}

/** Of a chart's picture: two pixels for each that is shown (see render-chart.ts). */
const pixelsPerPoint = 2;
/** Rows; more may be broken between pages. */
const shortTable = 15;
const contentSecurityPolicy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/** Title, subtitle, notice and the sections' titles are plain text; a page of more than three sections begins with a list of them. */
export function renderPage(page: Page): string {
  const { title, subtitle, sections, notice } = page;
  const contents = sections.map(
    (section, index) => `<li><a href="#s${index + 1}">${escapeHtml(section.title)}</a></li>`,
  );
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="generator" content="pneumoscope">',
    // An empty picture of its own: browsers would ask the page's place for /favicon.ico.
    '<link rel="icon" href="data:,">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${pageStyle}</style>`,
    '</head>',
    '<body>',
    '<header>',
    `<h1>${escapeHtml(title)}</h1>`,
    `<p class="subtitle">${escapeHtml(subtitle)}</p>`,
    '</header>',
    ...(notice === undefined ? [] : [`<p class="notice" role="note">${escapeHtml(notice)}</p>`]),
    ...(sections.length > 3 ? [`<nav aria-label="Contents"><ol>${contents.join('')}</ol></nav>`] : []),
    '<main>',
    ...sections.map(
      (section, index) =>
        `<section id="s${index + 1}">\n<h2>${escapeHtml(section.title)}</h2>\n${section.html}\n</section>`,
    ),
    '</main>',
    '<footer><p>Made by pneumoscope. Not a medical device: for research and teaching. Do not diagnose or treat anyone with it.</p></footer>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text between tags and in quoted attributes. Control characters, which a file name may hold, become visible ones. */
export function escapeHtml(text: string): string {
  return (
    text
      .replaceAll(/[&<>"']/g, (character) => entities[character] as string)
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
  );
}

/** @param text plain */
export function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

/** @param rows as many cells as `head` has; they are plain text */
export function htmlTable(head: readonly Column[], rows: readonly (readonly string[])[]): string {
  const attribute = (index: number): string => (head[index]?.align === 'right' ? ' class="number"' : '');
  const titles = head.map(({ title }, index) => `<th scope="col"${attribute(index)}>${escapeHtml(title)}</th>`);
  const body = rows.map(
    (row) => `<tr>${row.map((cell, index) => `<td${attribute(index)}>${escapeHtml(cell)}</td>`).join('')}</tr>`,
  );
  // In print a short table stays on one page. Focus lets a keyboard scroll a table that is wider than the screen.
  return `<div class="table${rows.length > shortTable ? '' : ' short'}" tabindex="0" role="group" aria-label="Table"><table><thead><tr>${titles.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

/**
 * Puts the drawing itself into the page, so that it stays sharp and its text can be searched.
 *
 * @param svg of a `Chart`
 * @param caption plain text
 */
export function svgFigure(svg: string, caption: string): string {
  const start = svg.indexOf('<svg');
  if (start < 0) throw new RangeError('A figure needs an <svg> element, and this text has none.');
  return figure(separateIds(svg.slice(start)), caption);
}

/**
 * @param png two pixels for each that is shown, as `Chart` has them
 * @param alt for whoever cannot see it
 * @param caption plain text
 */
export function pngFigure(png: Uint8Array, alt: string, caption: string): string {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  if (bytes.length < 24 || bytes.toString('latin1', 12, 16) !== 'IHDR') throw new RangeError('This is no PNG picture.');
  const [width, height] = [16, 20].map((at) => Math.round(bytes.readUInt32BE(at) / pixelsPerPoint));
  const source = `data:image/png;base64,${bytes.toString('base64')}`;
  return figure(`<img src="${source}" width="${width}" height="${height}" alt="${escapeHtml(alt)}">`, caption);
}

function figure(picture: string, caption: string): string {
  return `<figure><div class="picture">${picture}</div><figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

export interface PictureCard {
  /** JPEG or PNG, side by side; shown at half a card's width each */
  readonly pictures: readonly { readonly bytes: Uint8Array; readonly alt: string }[];
  readonly title: string;
  /** plain text, a line each */
  readonly lines: readonly string[];
}

/** Pictures with a few words each, as many beside each other as the screen or the paper has room for. */
export function pictureCards(cards: readonly PictureCard[]): string {
  const html = cards.map(({ pictures, title, lines }) => {
    const images = pictures.map(({ bytes, alt }) => `<img src="${dataUrl(bytes)}" alt="${escapeHtml(alt)}">`);
    const words = lines.map((line) => `<br>${escapeHtml(line)}`);
    return `<li><div class="pair">${images.join('')}</div><p><b>${escapeHtml(title)}</b>${words.join('')}</p></li>`;
  });
  return `<ul class="cards">${html.join('\n')}</ul>`;
}

function dataUrl(bytes: Uint8Array): string {
  const type = bytes[0] === 0xff && bytes[1] === 0xd8 ? 'jpeg' : 'png';
  return `data:image/${type};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`;
}

/** Several drawings in one page would share the names that Vega gives clips and gradients, and take each other's. */
function separateIds(svg: string): string {
  const prefix = `f${createHash('sha256').update(svg).digest('hex').slice(0, 8)}-`;
  return svg
    .replaceAll(/(\sid=")([^"]+")/g, `$1${prefix}$2`)
    .replaceAll(/(url\(['"]?#)/g, `$1${prefix}`)
    .replaceAll(/((?:xlink:)?href="#)/g, `$1${prefix}`);
}
