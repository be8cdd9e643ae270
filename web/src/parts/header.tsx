import type { JSX } from 'preact';
import { openDialog } from '../dialogs-state.ts';
import { language, languageCodes, languages, theme, themes, words, type Language, type Theme } from '../preferences.ts';
import { chooseModel, model, served } from '../service-state.ts';
import { Brand, Icon } from './icon.tsx';

export function Header(): JSX.Element {
  const text = words.value;
  return (
    <header class="header">
      <div class="brand">
        <Brand />
        <div>
          <h1>Pneumoscope</h1>
          <p class="tagline">{text.tagline}</p>
        </div>
      </div>
      <div class="header-tools">
        <ModelChoice />
        <button
          type="button"
          class="button"
          onClick={() => {
            openDialog.value = 'card';
          }}
        >
          <Icon name="card" />
          <span>
            {text.cardTitle}
            <span class="card-more">{text.cardMore}</span>
          </span>
        </button>
        <label class="field">
          <span class="unseen">{text.language}</span>
          <select
            title={text.language}
            value={language.value}
            onChange={({ currentTarget }) => {
              language.value = currentTarget.value as Language;
            }}
          >
            {languageCodes.map((code) => (
              <option key={code} value={code} lang={languages[code].code}>
                {languages[code].name}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span class="unseen">{text.theme}</span>
          <select
            title={text.theme}
            value={theme.value}
            onChange={({ currentTarget }) => {
              theme.value = currentTarget.value as Theme;
            }}
          >
            {themes.map((each) => (
              <option key={each} value={each}>
                {text.themes[each]}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="button icon-only help-button"
          aria-label={text.help}
          title={text.help}
          onClick={() => {
            openDialog.value = 'help';
          }}
        >
          <Icon name="help" />
        </button>
      </div>
    </header>
  );
}

/** A choice only where there is one. */
function ModelChoice(): JSX.Element {
  const text = words.value;
  const models = served.value?.models ?? [];
  const now = model.value;
  if (now === null) return <span class="model-name">{text.noModel}</span>;
  if (models.length === 1) {
    return (
      <span class="model-name">
        <span class="quiet">{text.model}</span> <b>{now.id}</b> <code>{now.version}</code>
      </span>
    );
  }
  const keyOf = (each: { readonly id: string; readonly version: string }): string => `${each.id}@${each.version}`;
  return (
    <label class="field">
      <span>{text.model}</span>
      <select
        class="model-choice"
        value={keyOf(now)}
        onChange={({ currentTarget }) => {
          const next = models.find((each) => keyOf(each) === currentTarget.value);
          if (next !== undefined) chooseModel(next);
        }}
      >
        {models.map((each) => (
          <option key={keyOf(each)} value={keyOf(each)}>
            {each.id} · {each.version}
            {each.isDefault ? ` · ${text.standard}` : each.isLatest ? '' : ` · ${text.olderVersion}`}
          </option>
        ))}
      </select>
    </label>
  );
}
