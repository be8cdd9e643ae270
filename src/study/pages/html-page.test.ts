import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { escapeHtml, htmlTable, pngFigure, renderPage, svgFigure } from './html-page.ts';
import { renderChart } from '../charts/render-chart.ts';

// The first chart loads large libraries.
vi.setConfig({ testTimeout: 60_000 });

const hostile = `<script>alert("1")</script> & 'x' https://example.org/a.png`;
const section = { title: 'One', html: '<p>first</p>' };

/** Every place at which a browser would fetch something. */
function findReferences(html: string): string[] {
  const attributes = [...html.matchAll(/\s(?:src|href|xlink:href|srcset|action|data|poster)\s*=\s*"([^"]*)"/g)];
  const styles = [...html.matchAll(/url\(\s*['"]?([^)'"]*)|@import\s+([^;]+)/g)];
  return [...attributes, ...styles]
    .map((match) => match[1] ?? match[2] ?? '')
    .filter((reference) => !reference.startsWith('#') && !reference.startsWith('data:'));
}

async function drawPage(): Promise<string> {
  const chart = await renderChart({
    description: hostile,
    title: hostile,
    data: { values: [{ a: hostile, b: 2 }] },
    mark: { type: 'bar', clip: true },
    encoding: { x: { field: 'a', type: 'nominal' }, y: { field: 'b', type: 'quantitative' } },
  });
  const figures = svgFigure(chart.svg, hostile) + pngFigure(chart.png, hostile, hostile);
  const table = htmlTable([{ title: hostile }, { title: 'n', align: 'right' }], [[hostile, '1']]);
  const sections = [{ title: hostile, html: figures + table }];
  return renderPage({ title: hostile, subtitle: hostile, notice: hostile, sections });
}

describe('renderPage', () => {
  it('runs nothing and loads nothing, whatever names the data have', async () => {
    const html = await drawPage();
    expect(html).not.toMatch(/<script/i);
    expect(html).not.toMatch(/\son\w+\s*=\s*"/i);
    expect(findReferences(html)).toEqual([]);
    // What is left of addresses is the text above, and the names of XML.
    const addresses = new Set(html.replaceAll('https://example.org/a.png', '').match(/https?:[^"'\s<]*/g));
    expect([...addresses].toSorted()).toEqual(['http://www.w3.org/1999/xlink', 'http://www.w3.org/2000/svg']);
    expect(html).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
  });

  it('finds a reference where there is one, so that the test above means something', () => {
    expect(findReferences('<img src="x.png"><p style="background:url(y.png)">')).toEqual(['x.png', 'y.png']);
  });

  it('says that it is no medical device, in every page', () => {
    const html = renderPage({ title: 'T', subtitle: 'S', sections: [] });
    expect(html).toContain('Not a medical device');
    expect(html).not.toContain('class="notice"');
  });

  it('lists its sections where there are many', () => {
    const few = renderPage({ title: 'T', subtitle: 'S', sections: [section] });
    const many = renderPage({ title: 'T', subtitle: 'S', sections: [section, section, section, section] });
    expect(few).not.toContain('<nav');
    expect(many.match(/<li><a href="#s\d">/g)).toHaveLength(4);
    for (const number of [1, 2, 3, 4]) expect(many).toContain(`<section id="s${number}">`);
  });

  it('follows the light and the dark setting and prints on white', () => {
    const html = renderPage({ title: 'T', subtitle: 'S', sections: [section] });
    expect(html).toContain('@media (prefers-color-scheme: dark)');
    expect(html.slice(html.indexOf('@media print'))).toContain('--paper: #ffffff');
  });
});

describe('escapeHtml', () => {
  it('leaves nothing that means something to a browser', () => {
    expect(escapeHtml(`<a href="x">'&'`)).toBe('&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;');
    expect(escapeHtml('a\u0000b\u001bc\ud800d é 😀')).toBe('a\ufffdb\ufffdc\ufffdd é 😀');
  });
});

describe('htmlTable', () => {
  it('puts numbers to the right', () => {
    const html = htmlTable([{ title: 'Class' }, { title: 'Images', align: 'right' }], [['A<B', '12']]);
    expect(html).toContain('<th scope="col">Class</th><th scope="col" class="number">Images</th>');
    expect(html).toContain('<tr><td>A&lt;B</td><td class="number">12</td></tr>');
  });
});

describe('svgFigure', () => {
  const svg = (color: string): string =>
    `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><clipPath id="clip0"/><g clip-path="url(#clip0)" fill="${color}"/></svg>`;

  it('gives each drawing names of its own', () => {
    const [first = '', second = ''] = [svgFigure(svg('red'), 'a'), svgFigure(svg('blue'), 'b')].map(
      (html) => /id="([^"]+)"/.exec(html)?.[1],
    );
    expect(first).toMatch(/-clip0$/);
    expect(second).not.toBe(first);
    expect(svgFigure(svg('red'), 'a')).toContain(`url(#${first})`);
    expect(svgFigure(svg('red'), 'a')).not.toContain('<?xml');
  });

  it('refuses what is no drawing', () => {
    expect(() => svgFigure('nothing', 'a')).toThrow(/has none/);
  });
});

describe('pngFigure', () => {
  it('is shown at half its pixels', async () => {
    const png = await sharp({ create: { width: 40, height: 20, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    expect(pngFigure(png, 'a "b"', 'c')).toMatch(
      /^<figure><div class="picture"><img src="data:image\/png;base64,[\w+/=]+" width="20" height="10" alt="a &quot;b&quot;"><\/div><figcaption>c</,
    );
    expect(() => pngFigure(new Uint8Array(30), 'a', 'c')).toThrow(/no PNG/);
  });
});
