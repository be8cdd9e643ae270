/** A thought experiment: what another threshold and another share of ill people would mean. It changes no answer. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { words } from '../preferences.ts';
import { model } from '../service-state.ts';
import { countPeople, estimate, prevalences, type Counts, type Estimate } from '../what-if.ts';
import { Icon } from './icon.tsx';
import { ProbabilityCounts } from './probability-counts.tsx';
import { RateRow } from './rate-row.tsx';

/** One of ten examined. */
const firstPrevalence = prevalences.indexOf(0.1);

export function WhatIf(): JSX.Element {
  const text = words.value;
  const about = model.value;
  const counts = about?.calibration?.counts ?? null;
  if (about === null || counts === null || about.threshold === null) return <p>{text.whatIfNone}</p>;
  return <Experiment key={about.version} counts={counts} threshold={about.threshold} />;
}

function Experiment({ counts, threshold }: { readonly counts: Counts; readonly threshold: number }): JSX.Element {
  const text = words.value;
  const about = model.value;
  const steps = counts.positives.length;
  const own = Math.min(Math.max(Math.round(threshold * steps), 1), steps - 1);
  const step = useSignal(own);
  const rank = useSignal(firstPrevalence);
  const prevalence = prevalences[rank.value] ?? 0.5;
  const figures = estimate(counts, step.value, prevalence);
  const { total, ill, found, healthy, alarms } = countPeople(figures, prevalence);
  const { images = 0, patients = 0 } = about?.calibration ?? {};
  const isMoved = step.value !== own || rank.value !== firstPrevalence;
  const positive = text.className(about?.classes[1] ?? '');
  return (
    <div class="what-if">
      <p class="what-if-notice">{text.whatIfNotice(text.percent(threshold))}</p>
      <div class="what-if-parts">
        <div class="what-if-choices">
          <Slider
            label={text.threshold}
            value={step.value}
            min={1}
            max={steps - 1}
            shown={text.percent(step.value / steps)}
            onInput={(value) => {
              step.value = value;
            }}
          />
          <ProbabilityCounts counts={counts} step={step.value} />
          <Slider
            label={text.prevalence}
            value={rank.value}
            min={0}
            max={prevalences.length - 1}
            shown={text.percent(prevalence)}
            onInput={(value) => {
              rank.value = value;
            }}
          />
          <button
            type="button"
            class="button button-small"
            disabled={!isMoved}
            onClick={() => {
              step.value = own;
              rank.value = firstPrevalence;
            }}
          >
            <Icon name="reset" />
            {text.reset}
          </button>
        </div>
        <div class="what-if-figures">
          <dl class="rates">
            <Row title={text.sensitivity} figure={figures.sensitivity} />
            <Row title={text.specificity} figure={figures.specificity} />
            <Row title={text.ppv} figure={figures.ppv} />
            <Row title={text.npv} figure={figures.npv} />
          </dl>
          <p class="what-if-people" role="status">
            {text.ofMany(total, ill, found, healthy, alarms, positive)}
          </p>
        </div>
      </div>
      <p class="quiet">{text.whatIfSource(images, patients)}</p>
    </div>
  );
}

function Row({ title, figure }: { readonly title: string; readonly figure: Estimate }): JSX.Element {
  const { value, low, high } = figure;
  return (
    <RateRow
      title={title}
      value={value}
      low={value === null ? undefined : low}
      high={value === null ? undefined : high}
    />
  );
}

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly shown: string;
  readonly onInput: (value: number) => void;
}

function Slider({ label, value, min, max, shown, onInput }: SliderProps): JSX.Element {
  return (
    <label class="what-if-slider">
      <span>{label}</span>
      {/* No <output>: the label would name it, and not the slider. */}
      <span class="what-if-shown" aria-hidden="true">
        {shown}
      </span>
      <input
        type="range"
        min={min}
        max={max}
        value={value}
        aria-valuetext={shown}
        onInput={({ currentTarget }) => onInput(Number(currentTarget.value))}
      />
    </label>
  );
}
