/** How often the model is right, as its file says it: every rate with its interval and what it was counted from. */
import type { JSX } from 'preact';
import type { ModelDescription, Rate } from '../../../src/app/client/service-client.ts';
import { words } from '../preferences.ts';
import { RateRow } from './rate-row.tsx';

interface Props {
  readonly about: ModelDescription;
}

export function ModelFigures({ about }: Props): JSX.Element {
  const text = words.value;
  const { evaluation: measured, classes } = about;
  if (measured === null) return <p class="about-warning">{text.noFigures}</p>;
  const { images, patients, positives, negatives, truePositives, trueNegatives, groups, level } = measured;
  const [negative = '', positive = ''] = classes.map(text.className);
  return (
    <div class="figures">
      <dl class="rates">
        <Row title={text.sensitivity} rate={measured.sensitivity} note={text.imagesOf(truePositives, positives)} />
        <Row title={text.specificity} rate={measured.specificity} note={text.imagesOf(trueNegatives, negatives)} />
        <Row
          title={text.accuracy}
          rate={measured.accuracy}
          note={text.imagesOf(truePositives + trueNegatives, images)}
        />
        {groups
          .filter(({ value, positives: ill }) => value !== null && ill > 0)
          .map(({ column, value, sensitivity, positives: ill, few }) => (
            <Row
              key={`${column} ${value}`}
              title={text.sensitivityFor(text.groupName(value ?? ''))}
              rate={sensitivity}
              note={few ? text.fewPatients(ill) : text.images(ill)}
            />
          ))}
      </dl>
      <p>{text.measuredOn(images, patients, text.wholePercent(positives / images), positive)}</p>
      <p class="quiet">{text.sensitivityMeans(positive, negative)}</p>
      <p class="quiet">{text.intervalMeans(text.wholePercent(level))}</p>
    </div>
  );
}

function Row({
  title,
  rate: { value, interval },
  note,
}: {
  readonly title: string;
  readonly rate: Rate;
  readonly note: string;
}): JSX.Element {
  return <RateRow title={title} value={value} low={interval?.low} high={interval?.high} note={note} />;
}

/** The threshold, how it was chosen, and what the uncertain band left to a person. */
export function ModelThreshold({ about }: Props): JSX.Element {
  const text = words.value;
  const { threshold, calibration, uncertain, evaluation, classes } = about;
  if (threshold === null) return <p>{text.mostProbable}</p>;
  const held = evaluation?.uncertain ?? null;
  const wrong = evaluation === null ? 0 : evaluation.falseNegatives + evaluation.falsePositives;
  const reach = calibration?.thresholdInterval ?? null;
  return (
    <>
      <p>{text.calledAbove(text.className(classes[1] ?? ''), text.percent(threshold))}</p>
      {calibration === null || calibration.rule === null ? (
        <p>{text.notCalibrated}</p>
      ) : (
        <p>
          {text.chosenBy(text.rule(calibration.rule), calibration.images, calibration.patients)}
          {reach !== null && text.thresholdReach(text.percent(reach.low), text.percent(reach.high))}
        </p>
      )}
      <p>
        {uncertain === null ? text.noBand : text.bandIs(text.percent(uncertain.low), text.percent(uncertain.high))}
        {held !== null && evaluation !== null && text.bandHeld(held.images, evaluation.images, held.wrong, wrong)}
      </p>
    </>
  );
}
