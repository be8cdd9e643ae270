/** The images of one patient in time, each a click away from standing beside the chosen one. */
import type { JSX } from 'preact';
import { probabilityOf, statusOf } from '../item.ts';
import {
  isPatternWrong,
  patientImages,
  patientPattern,
  patientRule,
  patientRules,
  type PatientImage,
  type PatientRule,
} from '../patients.ts';
import { words } from '../preferences.ts';
import { chosen, compared, place } from '../worklist-state.ts';
import { StatusSign } from './status-sign.tsx';

export function Priors(): JSX.Element {
  const text = words.value;
  const found = patientImages.value;
  const isOff = patientRule.value === 'off';
  return (
    <section class="reading priors" aria-label={text.priors}>
      <h3>{text.priors}</h3>
      <label class="field">
        <span>{text.priorsRule}</span>
        <select
          value={patientRule.value}
          onChange={({ currentTarget }) => {
            patientRule.value = currentTarget.value as PatientRule;
          }}
        >
          {patientRules.map((rule) => (
            <option key={rule} value={rule}>
              {text.priorsRules[rule]}
            </option>
          ))}
        </select>
      </label>
      {patientRule.value === 'pattern' && <Pattern />}
      {!isOff && found === null && <p class="quiet">{text.priorsUnknown}</p>}
      {found !== null && (
        <>
          <p class="priors-patient">
            {text.priorsOf(found.patient)} <span class="quiet">{text.priorsCheck}</span>
          </p>
          <ol class="priors-list">
            {found.images.map((image) => (
              <Prior key={image.item.id} image={image} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function Pattern(): JSX.Element {
  const text = words.value;
  return (
    <label class="priors-pattern">
      <span>{text.priorsPattern}</span>
      <input
        type="text"
        spellcheck={false}
        placeholder="(?&lt;patient&gt;P\d+)"
        value={patientPattern.value}
        aria-invalid={isPatternWrong.value}
        onInput={({ currentTarget }) => {
          patientPattern.value = currentTarget.value;
        }}
      />
      {isPatternWrong.value && <span role="alert">{text.priorsPatternWrong}</span>}
    </label>
  );
}

function Prior({ image: { item, date } }: { readonly image: PatientImage }): JSX.Element {
  const text = words.value;
  const state = item.state.value;
  const probability = probabilityOf(state);
  const status = statusOf(state);
  const isChosen = item === chosen.value;
  return (
    <li>
      <button
        type="button"
        class="button button-small toggle prior"
        aria-pressed={item === compared.value}
        aria-current={isChosen}
        disabled={isChosen}
        title={item.name}
        onClick={() => {
          compared.value = item === compared.value ? undefined : item;
          place.value = 'viewer';
        }}
      >
        <StatusSign status={status} />
        <span class="prior-day">{date ?? item.name.slice(item.name.lastIndexOf('/') + 1)}</span>
        <span class="prior-answer">
          {isChosen ? text.priorsShown : text.status[status]} {probability !== null && text.percent(probability)}
        </span>
      </button>
    </li>
  );
}
