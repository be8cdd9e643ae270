/** The printed reports: of the images in the viewer, a page each, or of the list as a table. */
import type { ComponentChildren, JSX } from 'preact';
import { isSettled, probabilityOf, statusOf, troubleOf, type WorkItem } from '../item.ts';
import { words } from '../preferences.ts';
import type { ReportKind } from '../printing.ts';
import { describeHeaderRefusal } from '../header-words.ts';
import { describeTrouble } from '../trouble-words.ts';
import { chosen, compared, items, shownItems, sorting } from '../worklist-state.ts';
import { ImageReport } from './image-report.tsx';
import { StatusSign } from './status-sign.tsx';

/** Null where there is nothing to report on. */
export function drawReport(kind: ReportKind): JSX.Element | null {
  if (items.peek().length === 0) return null;
  if (kind === 'list') return <ListReport shown={shownItems.peek()} />;
  const looked = [chosen.peek(), compared.peek()].filter((item) => item !== null && item !== undefined);
  return (
    <>
      {looked.map((item) => (
        <ReportSheet key={item.id} title={words.value.reportOfImage}>
          <ImageReport item={item} />
        </ReportSheet>
      ))}
    </>
  );
}

interface SheetProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

function ReportSheet({ title, children }: SheetProps): JSX.Element {
  const text = words.value;
  return (
    <article class="report">
      <header class="report-head">
        <h1>{title}</h1>
        <p>
          Pneumoscope ·{' '}
          {text.printed(new Date().toLocaleString(text.locale, { dateStyle: 'long', timeStyle: 'short' }))}
        </p>
      </header>
      <p class="report-notice">
        <b>{text.notDevice}</b> {text.notDeviceMore}
      </p>
      {children}
    </article>
  );
}

function ListReport({ shown }: { readonly shown: readonly WorkItem[] }): JSX.Element {
  const text = words.value;
  const models = new Set(
    shown.flatMap(({ state: { value } }) =>
      value.kind === 'done' ? [`${value.model.id}@${value.model.version}`] : [],
    ),
  );
  const thresholds = new Set(
    shown.flatMap(({ state: { value } }) =>
      value.kind === 'done' && value.answer.threshold !== null ? [text.percent(value.answer.threshold)] : [],
    ),
  );
  return (
    <ReportSheet title={text.reportOfList}>
      <dl class="facts">
        <dt>{text.worklist}</dt>
        <dd>{text.reportCount(shown.length, items.peek().length, text.sorting[sorting.peek()])}</dd>
        <dt>{text.model}</dt>
        <dd>{[...models].join(', ') || text.bandNone}</dd>
        <dt>{text.threshold}</dt>
        <dd>{[...thresholds].join(', ') || text.bandNone}</dd>
      </dl>
      <table class="report-table">
        <thead>
          <tr>
            <th scope="col">{text.reportPosition}</th>
            <th scope="col">{text.reportName}</th>
            <th scope="col">{text.result}</th>
            <th scope="col">{text.probability}</th>
            <th scope="col">{text.guard}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((item, index) => (
            <ListLine key={item.id} item={item} position={index + 1} />
          ))}
        </tbody>
      </table>
    </ReportSheet>
  );
}

function ListLine({ item, position }: { readonly item: WorkItem; readonly position: number }): JSX.Element {
  const text = words.value;
  const state = item.state.value;
  const [status, probability, trouble] = [statusOf(state), probabilityOf(state), troubleOf(state)];
  const { guard = null, header = null } = state.kind === 'done' ? state.answer : {};
  return (
    <tr>
      <td>{position}</td>
      <th scope="row">{item.name}</th>
      <td>
        <StatusSign status={status} /> {isSettled(state) ? text.status[status] : text.reportUnread}
        {status === 'failed' && trouble !== null && `${text.colon}${describeTrouble(text, trouble, item.file.size)}`}
      </td>
      <td>{probability !== null && text.percent(probability)}</td>
      <td>
        {describeHeaderRefusal(text, header)}
        {guard !== null && text.guardVerdicts[guard.verdict]}
        {guard !== null && guard.reason !== null && `${text.colon}${text.guardReasons[guard.reason] ?? guard.reason}`}
      </td>
    </tr>
  );
}
