/** What goes to paper: a report in place of the page, made when the browser is about to print, whoever asked it to. */
import { render, type JSX } from 'preact';

export type ReportKind = 'images' | 'list';

/** Ctrl+P means the images in the viewer. */
let kind: ReportKind = 'images';

export function printReport(next: ReportKind): void {
  kind = next;
  window.print();
}

/** @param host an element that is in sight on paper alone @param draw null: the page itself is printed */
export function listenToPrinting(host: Element, draw: (kind: ReportKind) => JSX.Element | null): void {
  window.addEventListener('beforeprint', () => render(draw(kind), host));
  window.addEventListener('afterprint', () => {
    render(null, host);
    kind = 'images';
  });
}
