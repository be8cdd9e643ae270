/** What the model is, what it is not for, and all that its card says. */
import type { JSX } from 'preact';
import type { ModelDescription } from '../../../src/app/client/service-client.ts';
import { openDialog } from '../dialogs-state.ts';
import { words } from '../preferences.ts';
import { model, served } from '../service-state.ts';
import { Icon } from './icon.tsx';

/** Short, beside the result. */
export function ModelSummary(): JSX.Element | null {
  const text = words.value;
  const about = model.value;
  if (about === null) return null;
  return (
    <section class="about" aria-labelledby="about-title">
      <h2 id="about-title">{text.aboutModel}</h2>
      {about.synthetic && <p class="about-warning">{text.synthetic}</p>}
      <Facts about={about} />
      <h3>{text.beforeBelieving}</h3>
      <ul class="caveats">
        {text.caveats.map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
      <button
        type="button"
        class="button button-small"
        onClick={() => {
          openDialog.value = 'card';
        }}
      >
        <Icon name="card" />
        {text.wholeCard}
      </button>
    </section>
  );
}

/** Whole, in its dialog. */
export function ModelCard(): JSX.Element {
  const text = words.value;
  const about = model.value;
  const limits = served.value?.limits;
  return (
    <div class="card">
      <p class="card-notice">
        <b>{text.notDevice}</b> {text.notDeviceMore}
      </p>
      {about === null && <p>{text.noModel}</p>}
      {about !== null && about.synthetic && <p class="about-warning">{text.synthetic}</p>}
      {about !== null && <Facts about={about} isWhole />}
      {limits !== undefined && (
        <>
          <h3>{text.limitsTitle}</h3>
          <p>
            {text.limits(
              text.bytes(limits.bodyBytes),
              (limits.imagePixels / 1e6).toLocaleString(text.locale, { maximumFractionDigits: 1 }),
            )}
          </p>
        </>
      )}
      <h3>{text.beforeBelieving}</h3>
      <ul class="caveats">
        {text.caveats.map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
      {text.cardLanguage !== '' && <p class="card-language">{text.cardLanguage}</p>}
      {about !== null && (
        <div lang="en">
          {about.card.map(({ title, paragraphs }) => (
            <section key={title}>
              <h3>{title}</h3>
              {paragraphs.map((each) => (
                <p key={each}>{each}</p>
              ))}
            </section>
          ))}
        </div>
      )}
    </div>
  );
}

function Facts({
  about,
  isWhole = false,
}: {
  readonly about: ModelDescription;
  readonly isWhole?: boolean;
}): JSX.Element {
  const text = words.value;
  const { uncertain } = about;
  const facts: readonly (readonly [string, JSX.Element | string])[] = [
    [text.model, about.id],
    [text.version, <code>{about.version}</code>],
    [text.threshold, about.threshold === null ? text.bandNone : text.percent(about.threshold)],
    [
      text.uncertainBand,
      uncertain === null ? text.bandNone : text.band(text.percent(uncertain.low), text.percent(uncertain.high)),
    ],
    [text.trainedOn, text.images(about.trainingImages)],
    [text.inputSize, text.inputPixels(about.input.width, about.input.height)],
    [text.guard, about.hasGuard ? text.yes : text.no],
    [text.calibrated, about.calibrated ? text.yes : text.no],
  ];
  const more: typeof facts = [
    [text.classes, about.classes.map(text.className).join(', ')],
    [text.licence, <span lang="en">{about.licence}</span>],
    [text.made, new Date(about.createdAt).toLocaleDateString(text.locale, { dateStyle: 'long' })],
  ];
  return (
    <dl class="facts">
      {[...facts, ...(isWhole ? more : [])].map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
