import type { ComponentChildren, JSX } from 'preact';
import { changeLevels } from '../actions.ts';
import { fitViews, showActualSize, zoomBy } from '../pane-registry.ts';
import { words } from '../preferences.ts';
import { model } from '../service-state.ts';
import {
  dragMode,
  heatClass,
  heatOn,
  heatOpacity,
  levels,
  otherView,
  resetView,
  together,
  view,
} from '../viewer-state.ts';
import { chooseNext, compared, currentIndex, shownRows, swapCompared, toggleCompare } from '../worklist-state.ts';
import { Icon, type IconName } from './icon.tsx';

export function ViewerTools(): JSX.Element {
  const text = words.value;
  return (
    <div class="viewer-tools">
      <Steps />
      <div class="joined" role="group" aria-label={text.dragMode}>
        <Choice
          name="move"
          label={text.dragPan}
          isOn={dragMode.value === 'pan'}
          onClick={() => (dragMode.value = 'pan')}
        />
        <Choice
          name="levels"
          label={text.dragLevels}
          title={text.dragHint}
          isOn={dragMode.value === 'levels'}
          onClick={() => (dragMode.value = 'levels')}
        />
      </div>
      <div class="joined" role="group" aria-label={text.zoomIs('')}>
        <Only name="minus" label={text.zoomOut} onClick={() => zoomBy(1 / 1.25)} />
        <button type="button" class="button" onClick={fitViews}>
          {text.fit}
        </button>
        <button type="button" class="button" onClick={showActualSize}>
          {text.actual}
        </button>
        <Only name="plus" label={text.zoomIn} onClick={() => zoomBy(1.25)} />
      </div>
      <LevelTools />
      <HeatTools />
      <CompareTools />
    </div>
  );
}

function Steps(): JSX.Element {
  const text = words.value;
  const [index, total] = [currentIndex.value, shownRows.value.length];
  return (
    <div class="steps">
      <Only name="left" label={text.previous} onClick={() => chooseNext(-1)} />
      <span class="steps-place">{index < 0 ? '' : text.rowPosition(index + 1, total)}</span>
      <Only name="right" label={text.next} onClick={() => chooseNext(1)} />
    </div>
  );
}

function LevelTools(): JSX.Element {
  const text = words.value;
  const { window, level, inverted } = levels.value;
  return (
    <div class="tool-group">
      <Slider
        label={text.window}
        low={1}
        high={510}
        value={window}
        onChange={(value) => changeLevels({ window: value })}
      />
      <Slider
        label={text.level}
        low={0}
        high={255}
        value={level}
        onChange={(value) => changeLevels({ level: value })}
      />
      <Choice name="invert" label={text.invert} isOn={inverted} onClick={() => changeLevels({ inverted: !inverted })} />
      <Only name="reset" label={text.reset} onClick={resetView} />
    </div>
  );
}

function HeatTools(): JSX.Element {
  const text = words.value;
  const classes = model.value?.classes ?? [];
  return (
    <div class="tool-group">
      <Choice name="heat" label={text.heat} isOn={heatOn.value} onClick={() => (heatOn.value = !heatOn.value)} />
      {heatOn.value && (
        <>
          <Slider
            label={text.opacity}
            low={10}
            high={100}
            value={Math.round(100 * heatOpacity.value)}
            onChange={(value) => (heatOpacity.value = value / 100)}
          />
          <label class="field">
            <span>{text.heatFor}</span>
            <select
              value={heatClass.value ?? ''}
              onChange={({ currentTarget }) =>
                (heatClass.value = currentTarget.value === '' ? null : currentTarget.value)
              }
            >
              <option value="">{text.heatPredicted}</option>
              {classes.map((name) => (
                <option key={name} value={name}>
                  {text.className(name)}
                </option>
              ))}
            </select>
          </label>
        </>
      )}
    </div>
  );
}

function CompareTools(): JSX.Element {
  const text = words.value;
  const isOn = compared.value !== undefined;
  return (
    <div class="tool-group">
      <Choice name="compare" label={text.compare} isOn={isOn} onClick={toggleCompare} />
      {isOn && (
        <>
          <button type="button" class="button" onClick={swapCompared}>
            <Icon name="swap" />
            {text.swap}
          </button>
          <label class="check">
            <input
              type="checkbox"
              checked={together.value}
              onChange={({ currentTarget }) => {
                otherView.value = view.value;
                together.value = currentTarget.checked;
              }}
            />
            {text.together}
          </label>
        </>
      )}
    </div>
  );
}

interface ChoiceProps {
  readonly name: IconName;
  readonly label: string;
  readonly title?: string;
  readonly isOn: boolean;
  readonly onClick: () => void;
}

function Choice({ name, label, title, isOn, onClick }: ChoiceProps): JSX.Element {
  return (
    <button
      type="button"
      class="button toggle"
      aria-pressed={isOn}
      {...(title !== undefined && { title })}
      onClick={onClick}
    >
      <Icon name={name} />
      {label}
    </button>
  );
}

function Only({
  name,
  label,
  onClick,
}: {
  readonly name: IconName;
  readonly label: string;
  readonly onClick: () => void;
}): JSX.Element {
  return (
    <button type="button" class="button icon-only" aria-label={label} title={label} onClick={onClick}>
      <Icon name={name} />
    </button>
  );
}

interface SliderProps {
  readonly label: ComponentChildren;
  readonly low: number;
  readonly high: number;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function Slider({ label, low, high, value, onChange }: SliderProps): JSX.Element {
  return (
    <label class="slider">
      <span>{label}</span>
      <input
        type="range"
        min={low}
        max={high}
        value={Math.round(value)}
        onInput={({ currentTarget }) => onChange(Number(currentTarget.value))}
      />
      <output aria-hidden="true">{Math.round(value)}</output>
    </label>
  );
}
