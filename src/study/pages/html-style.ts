/** The look of html-page.ts: the system's own font, one measure for text, pictures on a light card in the dark. */

const light = `
  --paper: #ffffff; --ink: #1f2328; --muted: #5c636b; --rule: #d9dde1; --card: #ffffff; --card-rule: #e3e6e9;
  --accent: #0b62a3; --wrong: #b3261e; --notice: #fff6e0; --notice-rule: #d29922; --stripe: #f6f8fa;`;

const dark = `
  --paper: #14171a; --ink: #e4e7ea; --muted: #9aa3ac; --rule: #353b42; --card: #f7f7f5; --card-rule: #f7f7f5;
  --accent: #77b7ee; --wrong: #ff8a80; --notice: #2e2611; --notice-rule: #b88a1e; --stripe: #1b1f24;`;

export const pageStyle = `
:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 3rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', 'Liberation Sans', sans-serif;
}
header { margin-bottom: 1.75rem; }
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 {
  margin: 2.75rem 0 0.9rem; padding-top: 1.1rem; border-top: 1px solid var(--rule); font-size: 1.3rem; line-height: 1.3;
}
h3 { margin: 1.75rem 0 0.5rem; font-size: 1.05rem; line-height: 1.35; }
p, ul, ol, dl { margin: 0 0 1rem; max-width: 46rem; overflow-wrap: anywhere; }
a { color: var(--accent); }
code { font: 0.92em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace; overflow-wrap: anywhere; }
.subtitle { margin: 0.4rem 0 0; color: var(--muted); font-size: 1.05rem; }
.notice {
  max-width: none; margin: 0 0 1.5rem; padding: 0.7rem 1rem; border: 1px solid var(--notice-rule); border-left-width: 5px;
  border-radius: 4px; background: var(--notice);
}
nav ol { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin: 0; padding: 0; list-style: none; max-width: none; }
nav a { text-decoration: none; }
nav a:hover, nav a:focus-visible { text-decoration: underline; }
figure { margin: 1.5rem 0 2rem; }
.picture {
  width: fit-content; max-width: 100%; overflow: hidden; border: 1px solid var(--card-rule); border-radius: 6px; background: var(--card);
}
.picture svg, .picture img { display: block; max-width: 100%; height: auto; }
figcaption { max-width: 46rem; margin-top: 0.6rem; color: var(--muted); font-size: 0.9rem; line-height: 1.5; overflow-wrap: anywhere; }
.table { margin: 1rem 0 1.5rem; max-width: 100%; overflow-x: auto; }
.table:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; font-size: 0.94rem; font-variant-numeric: tabular-nums lining-nums; }
th, td { padding: 0.4rem 0.9rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); }
th:first-child, td:first-child { padding-left: 0.4rem; }
thead th { border-bottom: 2px solid var(--rule); font-weight: 600; white-space: nowrap; }
tbody tr:nth-child(even) { background: var(--stripe); }
.number { text-align: right; white-space: nowrap; }
.matrix td { padding: 0; text-align: center; min-width: 9rem; }
.matrix a, .matrix span { display: block; padding: 0.8rem 1rem; color: inherit; text-decoration: none; }
.matrix a:hover, .matrix a:focus-visible { background: var(--rule); }
.matrix b { display: block; font-size: 1.5rem; line-height: 1.2; }
.matrix .wrong b { color: var(--wrong); }
.matrix small { color: var(--muted); }
.matrix a small { color: var(--accent); }
.row { display: flex; flex-wrap: wrap; gap: 0 1.5rem; }
.row figure { flex: 1 1 20rem; max-width: 30rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(17.5rem, 1fr)); gap: 1.25rem; max-width: none; margin: 1rem 0 1.5rem; padding: 0; list-style: none; }
.cards p { margin: 0.4rem 0 0; font-size: 0.86rem; line-height: 1.4; color: var(--muted); }
.cards b { color: var(--ink); font-weight: 600; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 2px; border-radius: 4px; overflow: hidden; background: #000; }
.pair img { display: block; width: 100%; height: auto; }
.headline { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem; margin: 0 0 1.25rem; max-width: none; }
.headline div { padding: 0.8rem 1rem; border: 1px solid var(--rule); border-radius: 6px; }
.headline dt { color: var(--muted); font-size: 0.9rem; }
.headline dd { margin: 0; }
.headline dd b { display: block; font-size: 1.6rem; line-height: 1.25; font-weight: 600; }
.headline dd small { color: var(--muted); font-size: 0.86rem; }
h3:target { outline: 2px solid var(--accent); outline-offset: 4px; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--rule); color: var(--muted); font-size: 0.9rem; }
@media (max-width: 40rem) { body { padding-top: 1.5rem; } h1 { font-size: 1.5rem; } }
@page { margin: 16mm 15mm; }
@media print {
  :root { color-scheme: light; ${light} }
  html { font-size: 10pt; }
  body { max-width: none; padding: 0; }
  nav { display: none; }
  h2 { margin-top: 1.5rem; }
  h2, h3, thead { break-after: avoid; }
  figure, tr, .short, .notice, .cards li, .headline { break-inside: avoid; }
  .cards { grid-template-columns: repeat(3, 1fr); gap: 4mm; }
  figure { margin: 0.8rem 0 1.2rem; }
  .picture { border: none; border-radius: 0; }
  .picture svg, .picture img { max-height: 215mm; width: auto; }
  .table { overflow: visible; }
  a { color: inherit; text-decoration: none; }
  p, li { orphans: 3; widows: 3; }
}
`;
