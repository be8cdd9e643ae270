/** The page before there is an image: what can be dropped, and what happens to it. */
import type { JSX } from 'preact';
import { openDialog } from '../dialogs-state.ts';
import { strayLists } from '../keeping.ts';
import { words } from '../preferences.ts';
import { served, startTrouble, tokenNeed } from '../service-state.ts';
import { AddButtons } from './add-buttons.tsx';
import { Icon } from './icon.tsx';
import { ModelSummary } from './model-card.tsx';
import { TokenRequest } from './token-request.tsx';

export function Welcome(): JSX.Element {
  const text = words.value;
  const limits = served.value?.limits;
  return (
    <div class="welcome">
      <section class="welcome-drop" aria-labelledby="welcome-title">
        <StartState />
        <StrayLists />
        <div class="welcome-target">
          <FilmDrawing />
          <h2 id="welcome-title">{text.emptyTitle}</h2>
          <p>{text.emptyText}</p>
          <AddButtons isSmall={false} />
          {limits !== undefined && (
            <p class="quiet">{text.limits(text.bytes(limits.bodyBytes), limits.imagePixels / 1e6)}</p>
          )}
        </div>
        <ol class="welcome-steps">
          {text.emptySteps.map(({ title, text: words }) => (
            <li key={title}>
              <b>{title}</b>
              <span>{words}</span>
            </li>
          ))}
        </ol>
      </section>
      <aside class="welcome-about">
        <ModelSummary />
      </aside>
    </div>
  );
}

/** Nothing, as long as the service answers. */
function StartState(): JSX.Element | null {
  const text = words.value;
  if (tokenNeed.value !== 'none') return <TokenRequest sentence={text.tokenTitle} role="alert" />;
  if (startTrouble.value !== null) {
    return (
      <p class="held held-error" role="alert">
        {text.startFailed}
      </p>
    );
  }
  return null;
}

/** A reader whose browser crashed may look for a list that only its own tab brings back. */
function StrayLists(): JSX.Element | null {
  const text = words.value;
  if (strayLists.value === 0) return null;
  return (
    <p class="held" role="status">
      <span>{text.strayLists(strayLists.value)}</span>
      <button
        type="button"
        class="button button-small"
        onClick={() => {
          openDialog.value = 'keeping';
        }}
      >
        <Icon name="lock" />
        {text.keepingTitle}
      </button>
    </p>
  );
}

/** A film with two lungs, one of them read. */
function FilmDrawing(): JSX.Element {
  return (
    <svg class="film" viewBox="0 0 120 120" aria-hidden="true">
      <rect class="film-sheet" x="14" y="8" width="92" height="104" rx="6" />
      <path class="film-line" d="M60 22v26M60 48c-3 4-6 5-9 6M60 48c3 4 6 5 9 6" />
      <path class="film-lung" d="M52 40c-14 2-24 20-24 42 0 9 10 10 18 6 5-2.500 7-6 7-11z" />
      <path class="film-lung film-read" d="M68 40c14 2 24 20 24 42 0 9-10 10-18 6-5-2.500-7-6-7-11z" />
      <path class="film-scan" d="M20 70h80" />
    </svg>
  );
}
