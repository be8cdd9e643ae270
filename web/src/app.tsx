import type { JSX } from 'preact';
import { Dialogs } from './parts/dialogs.tsx';
import { DropZone } from './parts/drop-zone.tsx';
import { Footer } from './parts/footer.tsx';
import { Header } from './parts/header.tsx';
import { KeepingLine } from './parts/keeping-line.tsx';
import { ListTools } from './parts/list-tools.tsx';
import { Messages } from './parts/messages.tsx';
import { ModelSummary } from './parts/model-card.tsx';
import { OrderLine } from './parts/order-line.tsx';
import { Priors } from './parts/priors.tsx';
import { Progress } from './parts/progress.tsx';
import { ReadingsSummary } from './parts/reading.tsx';
import { Result } from './parts/result.tsx';
import { Viewer } from './parts/viewer.tsx';
import { Welcome } from './parts/welcome.tsx';
import { Worklist } from './parts/worklist.tsx';
import { backToList } from './actions.ts';
import { keeping } from './keeping.ts';
import { words } from './preferences.ts';
import { resultsBeside } from './viewer-state.ts';
import { chosen, compared, items, place } from './worklist-state.ts';

export function App(): JSX.Element {
  return (
    <div class="page">
      {items.value.length > 0 && (
        <button type="button" class="button skip" onClick={backToList}>
          {words.value.skip}
        </button>
      )}
      <Header />
      <main class="main">{items.value.length > 0 ? <Desk /> : keeping.value === 'starting' ? null : <Welcome />}</main>
      <Footer />
      <Messages />
      <DropZone />
      <Dialogs />
    </div>
  );
}

/** List, viewer and result beside each other; on a narrow screen the list or the rest. */
function Desk(): JSX.Element {
  const text = words.value;
  const [first, second] = [chosen.value, compared.value ?? null];
  const isComparing = compared.value !== undefined;
  return (
    <div class={`desk at-${place.value}${isComparing && !resultsBeside.value ? ' desk-wide' : ''}`}>
      <section class="desk-list" aria-label={text.worklist}>
        <ListTools />
        <OrderLine />
        <Worklist />
        <div class="list-foot">
          <Progress />
          <KeepingLine />
        </div>
      </section>
      <div class="desk-look">
        <Viewer />
        <aside class="desk-side" aria-label={text.result}>
          {first !== null && <Result item={first} letter={isComparing ? text.paneA : null} />}
          {second !== null && <Result item={second} letter={text.paneB} />}
          {items.value.length > 1 && <Priors />}
          {items.value.length > 0 && <ReadingsSummary />}
          <ModelSummary />
        </aside>
      </div>
    </div>
  );
}
