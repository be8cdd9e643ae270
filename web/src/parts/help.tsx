import type { JSX } from 'preact';
import { statuses } from '../item.ts';
import { singleKeys, words } from '../preferences.ts';
import { shortcuts } from '../shortcuts.ts';
import { StatusSign } from './status-sign.tsx';

export function Help(): JSX.Element {
  const text = words.value;
  return (
    <div class="help">
      <section>
        <h3>{text.helpOrder}</h3>
        <p>{text.order}</p>
        <h3>{text.helpSigns}</h3>
        <dl class="signs">
          {statuses.map((status) => (
            <div key={status}>
              <dt>
                <StatusSign status={status} />
                {text.status[status]}
              </dt>
              <dd>{text.statusMeaning[status]}</dd>
            </div>
          ))}
        </dl>
        <p class="quiet">{text.staysHere}</p>
        <p>
          <a href="api/docs" target="_blank" rel="noreferrer">
            {text.api}
          </a>
        </p>
      </section>
      <section>
        <h3>{text.helpShortcuts}</h3>
        <label class="check">
          <input
            type="checkbox"
            checked={singleKeys.value === 'on'}
            onChange={({ currentTarget }) => {
              singleKeys.value = currentTarget.checked ? 'on' : 'off';
            }}
          />
          {text.shortcutsOn}
        </label>
        <p class="quiet">{text.shortcutsHint}</p>
        <dl class="keys">
          {shortcuts.map(({ word, keys }) => (
            <div key={word}>
              <dt>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{text.keys[word]}</dd>
            </div>
          ))}
        </dl>
      </section>
    </div>
  );
}
