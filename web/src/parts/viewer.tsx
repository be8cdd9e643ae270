/** The images that are looked at, one or two, and what can be done with them. */
import type { JSX } from 'preact';
import { backToList } from '../actions.ts';
import { words } from '../preferences.ts';
import { otherView, together, view } from '../viewer-state.ts';
import { chosen, compared } from '../worklist-state.ts';
import { Icon } from './icon.tsx';
import { ModeTools } from './mode-tools.tsx';
import { Pane } from './pane.tsx';
import { ViewerTools } from './viewer-tools.tsx';

export function Viewer(): JSX.Element {
  const text = words.value;
  const [first, second] = [chosen.value, compared.value];
  const isComparing = second !== undefined;
  return (
    <section class="viewer" aria-label={text.viewer}>
      <button type="button" class="button viewer-back" onClick={backToList}>
        <Icon name="left" />
        {text.back}
      </button>
      <div class={isComparing ? 'panes panes-two' : 'panes'}>
        {first === null ? (
          <p class="pane pane-none">{text.viewerEmpty}</p>
        ) : (
          <Pane key="a" item={first} view={view} letter={isComparing ? text.paneA : null} />
        )}
        {second !== undefined &&
          (second === null ? (
            <p class="pane pane-none">{text.compareHint}</p>
          ) : (
            <Pane
              key={together.value ? 'b' : 'b-alone'}
              item={second}
              view={together.value ? view : otherView}
              letter={text.paneB}
            />
          ))}
      </div>
      <ModeTools />
      <p id="pane-hint" class="unseen">
        {text.paneHint}
      </p>
      <ViewerTools />
    </section>
  );
}
