/** What was answered about one image, in full. */
import type { JSX } from 'preact';
import type { ImageAnswer } from '../../../src/app/client/service-client.ts';
import { canTryAgain, statusOf, troubleOf, type WorkItem } from '../item.ts';
import { words } from '../preferences.ts';
import { takeOff } from '../removals.ts';
import { model, retryItem } from '../service-state.ts';
import { describeFlags, describeHeaderRefusal, headerFacts } from '../header-words.ts';
import { describeGuard, describeTrouble } from '../trouble-words.ts';
import { Icon } from './icon.tsx';
import { ProbabilityBar } from './probability-bar.tsx';
import { ReadingPart } from './reading.tsx';
import { StatusSign } from './status-sign.tsx';

interface Props {
  readonly item: WorkItem;
  readonly letter: string | null;
}

export function Result({ item, letter }: Props): JSX.Element {
  const text = words.value;
  const state = item.state.value;
  const status = statusOf(state);
  const answer = state.kind === 'done' ? state.answer : null;
  const trouble = troubleOf(state);
  return (
    <section class="result" aria-label={`${text.result} ${letter ?? ''}`}>
      <h2 class="result-name">
        {letter !== null && <span class="row-letter">{letter}</span>}
        <span>{item.name}</span>
      </h2>
      <p class={`result-status result-${status}`}>
        <StatusSign status={status} />
        <b>{text.status[status]}</b>
      </p>
      <p class="result-meaning">
        {text.statusMeaning[status]}
        {status === 'uncertain' && <HowOftenWrong />}
      </p>
      {answer?.status === 'answered' && <Figures answer={answer} />}
      {answer !== null && <HeaderWords answer={answer} />}
      {answer !== null && <GuardWords answer={answer} />}
      {trouble !== null && (
        <p class="result-trouble">
          <b>
            {text.whyFailed}
            {text.colon}
          </b>
          {describeTrouble(text, trouble, item.file.size)}
        </p>
      )}
      <ReadingPart item={item} />
      <div class="result-actions">
        {trouble !== null && canTryAgain(trouble) && (
          <button type="button" class="button button-small" onClick={() => retryItem(item)}>
            <Icon name="retry" />
            {text.retry}
          </button>
        )}
        <button type="button" class="button button-small" onClick={() => takeOff([item])}>
          <Icon name="close" />
          {text.remove}
        </button>
      </div>
      <details class="result-details">
        <summary>{text.details}</summary>
        <Details item={item} answer={answer} />
      </details>
    </section>
  );
}

/** Of answers in the uncertain band, as the model's file says it of the test images. */
function HowOftenWrong(): JSX.Element | null {
  const held = model.value?.evaluation?.uncertain ?? null;
  return held === null || held.images === 0 ? null : <> {words.value.uncertainHeld(held.wrong, held.images)}</>;
}

function Figures({ answer }: { readonly answer: ImageAnswer }): JSX.Element {
  const text = words.value;
  const { probability, threshold, positive, label, probabilities } = answer;
  const status = statusOf({ kind: 'done', answer, model: { id: '', version: '' } });
  // Of two classes the probability is that of the positive one, whichever is the answer.
  const positiveName =
    positive === null || positive ? label : Object.keys(probabilities ?? {}).find((name) => name !== label);
  return (
    <div class="result-figures">
      <p class="result-label">
        {text.label} <b>{text.className(label ?? '')}</b>
      </p>
      <p class="result-number">{text.percent(probability ?? 0)}</p>
      <p class="result-of">{text.probabilityOf(text.className(positiveName ?? ''))}</p>
      <ProbabilityBar probability={probability} threshold={threshold} status={status} />
      {threshold !== null && (
        <p class="result-threshold">
          {positive === true ? text.above(text.percent(threshold)) : text.below(text.percent(threshold))}
        </p>
      )}
    </div>
  );
}

/** What the DICOM header says, and how the image became grey. */
function HeaderWords({ answer }: { readonly answer: ImageAnswer }): JSX.Element {
  const text = words.value;
  const [refusal, flags] = [describeHeaderRefusal(text, answer.header), describeFlags(text, answer.header)];
  const facts = headerFacts(text, answer);
  return (
    <>
      {refusal !== null && <p class="result-guard guard-refused">{refusal}</p>}
      {flags.length > 0 && (
        <ul class="result-guard result-flags guard-flagged" aria-label={text.headerFlagsTitle}>
          {flags.map((flag) => (
            <li key={flag}>{flag}</li>
          ))}
        </ul>
      )}
      {facts.length > 0 && (
        <dl class="facts result-header">
          {facts.map(([term, value]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

function GuardWords({ answer }: { readonly answer: ImageAnswer }): JSX.Element | null {
  const text = words.value;
  const { guard } = answer;
  if (guard === null) return null;
  return <p class={`result-guard guard-${guard.verdict}`}>{describeGuard(text, guard)}</p>;
}

function Details({ item, answer }: { readonly item: WorkItem; readonly answer: ImageAnswer | null }): JSX.Element {
  const text = words.value;
  const state = item.state.value;
  const { guard = null, timings: took = null, sha256 = null } = answer ?? {};
  const classes = Object.entries(answer?.probabilities ?? {}).flatMap(([name, share]) =>
    share === undefined ? [] : [{ name, share }],
  );
  return (
    <dl class="facts">
      <dt>{text.fileSize}</dt>
      <dd>{text.bytes(item.file.size)}</dd>
      {state.kind === 'done' && (
        <>
          <dt>{text.model}</dt>
          <dd>
            {state.model.id} <code>{state.model.version}</code>
          </dd>
        </>
      )}
      {classes.map(({ name, share }) => (
        <>
          <dt>{text.className(name)}</dt>
          <dd>{text.percent(share)}</dd>
        </>
      ))}
      {guard !== null && (
        <>
          <dt>{text.guardScore}</dt>
          <dd>{guard.score.toLocaleString(text.locale, { maximumFractionDigits: 2 })}</dd>
        </>
      )}
      {took !== null && (
        <>
          <dt>{text.took}</dt>
          <dd>{text.milliseconds(Math.round(took.queue + took.decode + took.network).toLocaleString(text.locale))}</dd>
        </>
      )}
      {sha256 !== null && (
        <>
          <dt>{text.digest}</dt>
          <dd>
            <code class="digest">{sha256}</code>
          </dd>
        </>
      )}
    </dl>
  );
}
