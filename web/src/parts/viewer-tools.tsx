/** Under the images: what is always there, so that nothing above it moves. */
import type { JSX } from 'preact';
import { changeLevels } from '../actions.ts';
import { fitViews, resetImages, showActualSize, zoomBy } from '../pane-registry.ts';
import { words } from '../preferences.ts';
import { printReport } from '../printing.ts';
import { dragMode, heatOn, levels } from '../viewer-state.ts';
import { chooseNext, compared, currentIndex, shownItems, toggleCompare } from '../worklist-state.ts';
import { Choice, IconButton, Slider } from './tool-parts.tsx';

export function ViewerTools(): JSX.Element {
  const text = words.value;
  const { window, level, inverted } = levels.value;
  return (
    <div class="viewer-tools">
      <Steps />
      <div class="tool-group">
        <Choice name="heat" label={text.heat} isOn={heatOn.value} onClick={() => (heatOn.value = !heatOn.value)} />
        <Choice name="compare" label={text.compare} isOn={compared.value !== undefined} onClick={toggleCompare} />
        <IconButton name="print" label={text.printImage} onClick={() => printReport('images')} />
      </div>
      <div class="joined" role="group" aria-label={text.dragMode}>
        <Choice
          name="move"
          label={text.dragPan}
          title={text.dragPanHint}
          isOn={dragMode.value === 'pan'}
          onClick={() => (dragMode.value = 'pan')}
        />
        <Choice
          name="levels"
          label={text.dragLevels}
          title={text.dragLevelsHint}
          isOn={dragMode.value === 'levels'}
          onClick={() => (dragMode.value = 'levels')}
        />
      </div>
      <div class="joined" role="group" aria-label={text.zoom}>
        <IconButton name="minus" label={text.zoomOut} onClick={() => zoomBy(1 / 1.25)} />
        <button type="button" class="button" onClick={fitViews}>
          {text.fit}
        </button>
        <button type="button" class="button" onClick={showActualSize}>
          {text.actual}
        </button>
        <IconButton name="plus" label={text.zoomIn} onClick={() => zoomBy(1.25)} />
      </div>
      <div class="tool-group">
        <Choice
          name="invert"
          label={text.invert}
          isOn={inverted}
          onClick={() => changeLevels({ inverted: !inverted })}
        />
        <IconButton name="reset" label={text.reset} onClick={resetImages} />
      </div>
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
      </div>
    </div>
  );
}

function Steps(): JSX.Element {
  const text = words.value;
  const [index, total] = [currentIndex.value, shownItems.value.length];
  return (
    <div class="steps">
      <IconButton name="left" label={text.previous} onClick={() => chooseNext(-1)} />
      <span class="steps-place">{index < 0 ? '' : text.rowPosition(index + 1, total)}</span>
      <IconButton name="right" label={text.next} onClick={() => chooseNext(1)} />
    </div>
  );
}
