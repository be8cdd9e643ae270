/** Over an image: whose it is, what was answered, and buttons that turn it. */
import type { JSX } from 'preact';
import { probabilityOf, statusOf, type WorkItem } from '../item.ts';
import { mirrorImages, turnImages } from '../pane-registry.ts';
import { words } from '../preferences.ts';
import { StatusSign } from './status-sign.tsx';
import { IconButton } from './tool-parts.tsx';

interface Props {
  readonly item: WorkItem;
  /** null where it is alone */
  readonly letter: string | null;
}

export function PaneHead({ item, letter }: Props): JSX.Element {
  const text = words.value;
  const state = item.state.value;
  const [status, probability] = [statusOf(state), probabilityOf(state)];
  return (
    <div class="pane-head">
      <div class="pane-title">
        {letter !== null && <b class="pane-letter">{letter}</b>}
        <span class="pane-name" title={item.name}>
          {item.name}
        </span>
        <span class={`pane-status pane-${status}`}>
          <StatusSign status={status} />
          {text.status[status]}
          {probability !== null && ` ${text.percent(probability)}`}
        </span>
      </div>
      <div class="pane-turns" role="group" aria-label={text.orientation}>
        <IconButton name="turnLeft" label={text.turnLeft} onClick={() => turnImages(-1, item)} />
        <IconButton name="turnRight" label={text.turnRight} onClick={() => turnImages(1, item)} />
        <IconButton name="mirror" label={text.mirror} onClick={() => mirrorImages(item)} />
      </div>
    </div>
  );
}
