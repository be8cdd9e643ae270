/** What the model is, of whom its images are, how often it is right and how it fails. All of it comes from the model's file. */
import type { ComponentChildren, JSX } from 'preact';
import type { ModelDescription } from '../../../src/app/client/service-client.ts';
import { openDialog } from '../dialogs-state.ts';
import { words } from '../preferences.ts';
import { model, served } from '../service-state.ts';
import { Facts, type FactRows } from './facts.tsx';
import { Icon } from './icon.tsx';
import { Localised } from './localised.tsx';
import { ModelFigures, ModelThreshold } from './model-figures.tsx';
import { KnownFailures, ModelOrigin } from './model-origin.tsx';

/** Short, beside the result. */
export function ModelSummary(): JSX.Element | null {
  const text = words.value;
  const about = model.value;
  if (about === null) return null;
  return (
    <section class="about" aria-labelledby="about-title">
      <h2 id="about-title">{text.aboutModel}</h2>
      {about.synthetic && <p class="about-warning">{text.synthetic}</p>}
      <Facts rows={summarise(about)} />
      {about.evaluation === null && <p class="about-warning">{text.noFigures}</p>}
      <h3>{text.beforeBelieving}</h3>
      <Caveats />
      <p class="about-more">
        <Opener dialog="card" name={text.wholeCard} />
        {hasCounts(about) && <Opener dialog="what-if" name={text.whatIf} />}
      </p>
    </section>
  );
}

/** What the parts of this page do not show themselves. */
const otherTopics: ReadonlySet<ModelDescription['card'][number]['topic']> = new Set([
  'purpose',
  'misuse',
  'ethics',
  'advice',
]);

/** What one must know before the first answer. */
function summarise({
  id,
  version,
  statement,
  evaluation,
  threshold,
  uncertain,
  trainingImages,
}: ModelDescription): FactRows {
  const text = words.value;
  const rate = ({ value, interval }: NonNullable<typeof evaluation>['sensitivity']): JSX.Element | string =>
    value === null ? (
      text.undefinedRate
    ) : (
      <>
        {text.percent(value)}{' '}
        <span class="facts-reach">
          {interval === null ? text.noInterval : text.interval(text.percent(interval.low), text.percent(interval.high))}
        </span>
      </>
    );
  const ages = statement?.ages ?? null;
  const [hospital] = statement?.hospitals ?? [];
  return [
    [
      text.model,
      <>
        {id} <code>{version}</code>
      </>,
    ],
    [text.trainedOn, text.images(trainingImages)],
    ...(ages === null ? [] : ([[text.ages, text.years(ages.low, ages.high)]] as const)),
    ...(hospital === undefined || statement === null
      ? []
      : ([[text.hospitals(statement.hospitals.length), <Localised texts={hospital} />]] as const)),
    ...(evaluation === null
      ? []
      : ([
          [text.sensitivity, rate(evaluation.sensitivity)],
          [text.specificity, rate(evaluation.specificity)],
          [text.testedOn, text.imagesOfPatients(evaluation.images, evaluation.patients)],
        ] as const)),
    [text.threshold, threshold === null ? text.bandNone : text.percent(threshold)],
    [
      text.uncertainBand,
      uncertain === null ? text.bandNone : text.band(text.percent(uncertain.low), text.percent(uncertain.high)),
    ],
  ];
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
      {about === null ? <p>{text.noModel}</p> : <Known about={about} />}
      {limits !== undefined && (
        <Section title={text.limitsTitle}>
          <p>{text.limits(text.bytes(limits.bodyBytes), limits.imagePixels / 1e6)}</p>
        </Section>
      )}
    </div>
  );
}

function Known({ about }: { readonly about: ModelDescription }): JSX.Element {
  const text = words.value;
  const { id, version, classes, input, hasGuard, calibrated, licence, createdAt } = about;
  return (
    <>
      {about.synthetic && <p class="about-warning">{text.synthetic}</p>}
      <div class="card-pair">
        <Section title={text.figuresTitle}>
          <ModelFigures about={about} />
        </Section>
        <Section title={text.originTitle}>
          <ModelOrigin about={about} />
        </Section>
      </div>
      <Section title={text.failuresTitle}>
        <KnownFailures about={about} />
      </Section>
      <Section title={text.thresholdTitle}>
        <ModelThreshold about={about} />
        {hasCounts(about) && <Opener dialog="what-if" name={text.whatIf} />}
      </Section>
      <Section title={text.beforeBelieving}>
        <Caveats />
      </Section>
      {about.card
        .filter(({ topic }) => otherTopics.has(topic))
        .map((section) => text.cardSection(section))
        .map(({ topic, title, paragraphs }) => (
          <Section key={topic} title={title}>
            {paragraphs.map((each) => (
              <p key={each}>{each}</p>
            ))}
          </Section>
        ))}
      <Section title={text.factsTitle}>
        <Facts
          rows={[
            [text.model, id],
            [text.version, <code>{version}</code>],
            [text.classes, classes.map(text.className).join(', ')],
            [text.inputSize, text.inputPixels(input.width, input.height)],
            [text.guard, hasGuard ? text.yes : text.no],
            [text.calibrated, calibrated ? text.yes : text.no],
            [text.licence, <span lang="en">{licence}</span>],
            [text.made, new Date(createdAt).toLocaleDateString(text.locale, { dateStyle: 'long' })],
          ]}
        />
      </Section>
    </>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** Without counts nothing can be told of another threshold. */
function hasCounts({ calibration }: ModelDescription): boolean {
  return calibration !== null && calibration.counts !== null;
}

function Caveats(): JSX.Element {
  return (
    <ul class="caveats">
      {words.value.caveats.map((each) => (
        <li key={each}>{each}</li>
      ))}
    </ul>
  );
}

function Opener({ dialog, name }: { readonly dialog: 'card' | 'what-if'; readonly name: string }): JSX.Element {
  return (
    <button
      type="button"
      class="button button-small"
      onClick={() => {
        openDialog.value = dialog;
      }}
    >
      <Icon name={dialog === 'card' ? 'card' : 'levels'} />
      {name}
    </button>
  );
}
