/** How far the run is, why it does not go on, and a word of it for screen readers now and then. */
import type { JSX } from 'preact';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { estimateLeft, measurePace } from '../pace.ts';
import { words } from '../preferences.ts';
import type { Hold } from '../sender.ts';
import { askModels, sender } from '../service-state.ts';
import type { Words } from '../words-en.ts';
import { counts } from '../worklist-state.ts';
import { Icon } from './icon.tsx';
import { Silence } from './silence.tsx';
import { TokenRequest } from './token-request.tsx';

/** What is said aloud once, without the seconds that count down. */
const holdCodes: Readonly<Record<Hold['kind'], string | null>> = {
  starting: null,
  stopped: null,
  token: 'token-missing',
  busy: 'queue-full',
  gone: 'no-answer',
  'not-ready': 'not-ready',
};

export function Progress(): JSX.Element | null {
  const { done, total } = sender.run.value;
  const text = words.value;
  if (total === 0) return null;
  const isOver = done === total;
  const pace = measurePace(sender.samples.value);
  const left = estimateLeft(pace, total - done);
  const facts = [
    text.progressCount(done, total),
    pace !== null && text.progressRate(pace.toLocaleString(text.locale, { maximumFractionDigits: pace < 10 ? 1 : 0 })),
    left !== null && text.progressLeft(text.seconds(left)),
  ].filter((each) => each !== false);
  const holdCode = holdCodes[sender.hold.value?.kind ?? 'stopped'];
  if (isOver) return <Spoken text={describeEnd(text, total)} done={done} total={total} />;
  return (
    <div class="progress">
      <Held left={total - done} />
      {sender.hold.value === null && <Silence />}
      <p class="unseen" role="alert">
        {holdCode === null ? '' : text.problems[holdCode]}
      </p>
      <div class="progress-line">
        <progress max={total} value={done} aria-label={text.progress} />
        <span class="progress-facts">{facts.join(' · ')}</span>
        {sender.hold.value === null && (
          <button type="button" class="button button-small" onClick={() => sender.stop()}>
            <Icon name="stop" />
            {text.stop}
          </button>
        )}
      </div>
      <Spoken text={text.announceProgress(done, total)} done={done} total={total} />
    </div>
  );
}

/** How many are positive would betray answers that are kept from the reader. */
function describeEnd(text: Words, total: number): string {
  const { positive, sealed } = counts.value;
  return sealed > 0 ? text.finishedSealed(total, sealed) : text.finished(total, positive);
}

/** Says something at every tenth, and at most every four seconds. */
function Spoken({
  text,
  done,
  total,
}: {
  readonly text: string;
  readonly done: number;
  readonly total: number;
}): JSX.Element {
  const said = useSignal('');
  const last = useRef({ at: 0, tenth: 0 });
  useEffect(() => {
    const tenth = Math.floor((10 * done) / total);
    const now = performance.now();
    const isDue = tenth !== last.current.tenth && now - last.current.at > 4000;
    if (!isDue && done !== total) return;
    last.current = { at: now, tenth };
    said.value = text;
  }, [text]);
  return (
    <p class="unseen" role="status">
      {said}
    </p>
  );
}

function Held({ left }: { readonly left: number }): JSX.Element | null {
  const hold = sender.hold.value;
  const text = words.value;
  const now = useSignal(Date.now());
  const until = hold !== null && 'until' in hold ? hold.until : null;
  useEffect(() => {
    if (until === null) return undefined;
    now.value = Date.now();
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 500);
    return () => clearInterval(timer);
  }, [until]);
  if (hold === null) return null;
  const seconds = until === null ? 0 : Math.max(0, Math.ceil((until - now.value) / 1000));
  switch (hold.kind) {
    case 'starting':
      return <p class="held">{text.starting}</p>;
    case 'stopped':
      return (
        <p class="held">
          <span>{text.stopped(left)}</span>
          <button type="button" class="button button-small button-main" onClick={() => sender.resume()}>
            {text.goOn(left)}
          </button>
        </p>
      );
    case 'token':
      return <TokenRequest sentence={text.needsToken} />;
    case 'busy':
      return <p class="held held-warning">{text.busy(seconds)}</p>;
    case 'gone':
    case 'not-ready':
      return (
        <p class="held held-error">
          <span>{hold.kind === 'gone' ? text.gone(seconds) : text.notReady(seconds)}</span>
          <button
            type="button"
            class="button button-small"
            onClick={() => {
              sender.resume();
              void askModels();
            }}
          >
            <Icon name="retry" />
            {text.tryNow}
          </button>
        </p>
      );
  }
}
