/** The images of one patient in time, each a click away from standing beside the chosen one. */
import type { JSX } from 'preact';
import { probabilityOf, statusOf } from '../item.ts';
import {
  isPatternWrong,
  patientImages,
  patientPattern,
  patientRule,
  patientRules,
  patientTable,
  type PatientImage,
  type PatientRule,
} from '../patients.ts';
import { words } from '../preferences.ts';
import { chosen, compared, place } from '../worklist-state.ts';
import { PatientTablePart } from './patient-table-part.tsx';
import { StatusSign } from './status-sign.tsx';

export function Priors(): JSX.Element {
  const text = words.value;
  const found = patientImages.value;
  const rule = patientRule.value;
  const isByTable = rule === 'table';
  // Without a table there is nothing yet that could know the image.
  const isAsked = rule !== 'off' && !(isByTable && patientTable.value === null);
  return (
    <section class="reading priors" aria-label={text.priors}>
      <h3>{text.priors}</h3>
      <label class="field">
        <span>{text.priorsRule}</span>
        <select
          value={rule}
          onChange={({ currentTarget }) => {
            patientRule.value = currentTarget.value as PatientRule;
          }}
        >
          {patientRules.map((each) => (
            <option key={each} value={each}>
              {text.priorsRules[each]}
            </option>
          ))}
        </select>
      </label>
      {rule === 'pattern' && <Pattern />}
      {isByTable && <PatientTablePart />}
      {isAsked && found === null && <p class="quiet">{isByTable ? text.priorsUnlisted : text.priorsUnknown}</p>}
      {found !== null && (
        <>
          <p class="priors-patient">
            {text.priorsOf(found.patient)}
            <span class="quiet">{isByTable ? text.priorsCheckTable : text.priorsCheck}</span>
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
