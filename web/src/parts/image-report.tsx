/** One image on paper: what was answered, by which model, and the image as it is shown. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { probabilityOf, statusOf, troubleOf, type WorkItem } from '../item.ts';
import { drawImage } from '../pane-registry.ts';
import { words } from '../preferences.ts';
import { commentOf, readingOf } from '../readings.ts';
import { model } from '../service-state.ts';
import { describeFlags, describeHeaderRefusal, headerFacts } from '../header-words.ts';
import { describeGuard, describeTrouble } from '../trouble-words.ts';
import { heatOpacity, levels, orientationOf } from '../viewer-state.ts';
import { describeReading } from './reading.tsx';
import { StatusSign } from './status-sign.tsx';

export function ImageReport({ item }: { readonly item: WorkItem }): JSX.Element {
  const text = words.value;
  const state = item.state.value;
  const [status, probability, trouble] = [statusOf(state), probabilityOf(state), troubleOf(state)];
  const done = state.kind === 'done' ? state : null;
  const answer = done?.answer ?? null;
  const { guard = null, label = null, sha256: digest = null } = answer ?? {};
  // Of the model that answered, which may not be the one that is chosen now.
  const band = done !== null && done.model.version === model.value?.version ? model.value.uncertain : null;
  const [reading, comment] = [readingOf(item).value, commentOf(item).value.trim()];
  const facts: readonly (readonly [string, JSX.Element | string | null])[] = [
    [
      text.result,
      <b>
        <StatusSign status={status} /> {text.status[status]}
        {label !== null && `${text.colon}${text.className(label)}`}
      </b>,
    ],
    [text.whyFailed, trouble === null ? null : describeTrouble(text, trouble, item.file.size)],
    [text.probability, probability === null ? null : text.percent(probability)],
    [
      text.threshold,
      answer === null || answer.threshold === null || probability === null
        ? null
        : answer.positive === true
          ? text.above(text.percent(answer.threshold))
          : text.below(text.percent(answer.threshold)),
    ],
    [
      text.uncertainBand,
      probability === null || band === null ? null : text.band(text.percent(band.low), text.percent(band.high)),
    ],
    [text.header, describeHeaderRefusal(text, answer?.header)],
    [text.headerFlagsTitle, describeFlags(text, answer?.header).join(' ') || null],
    ...headerFacts(text, answer),
    [text.guard, guard === null ? null : describeGuard(text, guard)],
    [text.reading, reading === null ? null : describeReading(item)],
    [text.readingComment, comment === '' ? null : comment],
    [text.model, done === null ? null : `${done.model.id}@${done.model.version}`],
    [text.reportDigest, digest === null ? null : <code>{digest}</code>],
  ];
  return (
    <>
      <h2>{item.name}</h2>
      <dl class="facts">
        {facts.map(
          ([term, value]) =>
            value !== null && (
              <div key={term}>
                <dt>{term}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      <Figure item={item} />
    </>
  );
}

/** The whole image, whatever part of it is in sight on the screen. */
function Figure({ item }: { readonly item: WorkItem }): JSX.Element {
  const text = words.value;
  const frame = useRef<HTMLDivElement>(null);
  const drawn = drawImage(item);
  useLayoutEffect(() => {
    frame.current?.replaceChildren(...(drawn === null ? [] : [drawn.canvas]));
  });
  const { window, level, inverted } = levels.value;
  const { quarters, isMirrored } = orientationOf(item).value;
  const shown = [
    `${text.window} ${Math.round(window)}`,
    `${text.level} ${Math.round(level)}`,
    ...(inverted ? [text.inverted] : []),
    ...[text.orientationIs(90 * quarters, isMirrored)].filter((each) => each !== ''),
  ];
  if (drawn === null) return <p>{text.reportNoImage}</p>;
  return (
    <figure class="report-figure">
      <div ref={frame} />
      <figcaption>
        {text.reportShown(shown.join(text.comma))}
        {drawn.heatClass !== null && (
          <>
            {' '}
            <b>{text.heatLegend}</b> {text.heatLegendMore(text.className(drawn.heatClass))}{' '}
            {text.reportOpacity(text.wholePercent(heatOpacity.value))}
          </>
        )}
      </figcaption>
    </figure>
  );
}
