/** Of whom the training images are, who labelled them, and how the model is known to fail: what its publisher states. */
import type { JSX } from 'preact';
import type { ModelDescription } from '../../../src/app/client/service-client.ts';
import { words } from '../preferences.ts';
import { Facts, type FactRows } from './facts.tsx';
import { Localised } from './localised.tsx';

interface Props {
  readonly about: ModelDescription;
}

export function ModelOrigin({ about }: Props): JSX.Element {
  const text = words.value;
  const { statement, trainingImages, calibration } = about;
  const numbers: FactRows = [
    [text.trainedOn, text.images(trainingImages)],
    ...(calibration === null
      ? []
      : ([[text.chosenOn, text.imagesOfPatients(calibration.images, calibration.patients)]] as const)),
  ];
  if (statement === null) {
    return (
      <>
        <p class="about-warning">{text.noStatement}</p>
        <Facts rows={numbers} />
      </>
    );
  }
  const { ages, hospitals, source, labels } = statement;
  return (
    <Facts
      rows={[
        [text.ages, ages === null ? text.notKnown : text.years(ages.low, ages.high)],
        [
          text.hospitals(hospitals.length),
          hospitals.length === 0 ? (
            text.notKnown
          ) : (
            <>
              {hospitals.map((each) => (
                <span class="line" key={each['en']}>
                  <Localised texts={each} />
                </span>
              ))}
            </>
          ),
        ],
        [text.labels, <Localised texts={labels} />],
        [text.source, <Localised texts={source} />],
        ...numbers,
      ]}
    />
  );
}

export function KnownFailures({ about }: Props): JSX.Element {
  const text = words.value;
  const limits = about.statement?.limits ?? [];
  if (limits.length === 0) return <p class="about-warning">{text.noLimits}</p>;
  return (
    <ul class="caveats">
      {limits.map((each) => (
        <li key={each['en']}>
          <Localised texts={each} />
        </li>
      ))}
    </ul>
  );
}
