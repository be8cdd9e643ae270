/** What belongs to the heat map and to the comparison: over the images' lower edge, so that they stay where they are. */
import type { JSX } from 'preact';
import { words } from '../preferences.ts';
import { model } from '../service-state.ts';
import { heatClass, heatOn, heatOpacity, otherView, resultsBeside, together, view } from '../viewer-state.ts';
import { compared, swapCompared } from '../worklist-state.ts';
import { Icon } from './icon.tsx';
import { Choice, Slider } from './tool-parts.tsx';

export function ModeTools(): JSX.Element | null {
  const isComparing = compared.value !== undefined;
  if (!heatOn.value && !isComparing) return null;
  return (
    <div class="mode-tools">
      {heatOn.value && <HeatTools />}
      {isComparing && <CompareTools />}
    </div>
  );
}

function HeatTools(): JSX.Element {
  const text = words.value;
  const classes = model.value?.classes ?? [];
  return (
    <div class="tool-group" role="group" aria-label={text.heat}>
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
          onChange={({ currentTarget }) => (heatClass.value = currentTarget.value === '' ? null : currentTarget.value)}
        >
          <option value="">{text.heatPredicted}</option>
          {classes.map((name) => (
            <option key={name} value={name}>
              {text.className(name)}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function CompareTools(): JSX.Element {
  const text = words.value;
  return (
    <div class="tool-group" role="group" aria-label={text.compare}>
      <button type="button" class="button" onClick={swapCompared}>
        <Icon name="swap" />
        {text.swap}
      </button>
      <span class="beside-choice">
        <Choice
          name="card"
          label={text.results}
          isOn={resultsBeside.value}
          onClick={() => (resultsBeside.value = !resultsBeside.value)}
        />
      </span>
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
    </div>
  );
}
