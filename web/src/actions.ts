/** What buttons and keys do alike. */
import { openDialog } from './dialogs-state.ts';
import { download } from './download.ts';
import { toCsv, toJson } from './export-list.ts';
import { toReadingsCsv } from './export-readings.ts';
import { readingCounts, saidOf } from './readings.ts';
import { limitLevels, type Levels } from './levels.ts';
import { say } from './messages.ts';
import { takeOff } from './removals.ts';
import { served } from './service-state.ts';
import { heatOn, heatOpacity, levels } from './viewer-state.ts';
import { current, currentRows, items, place, sorting } from './worklist-state.ts';
import { sortRows } from './sorting.ts';

/** Set by the components that own the elements. */
export const pickers = { files: (): void => undefined, folder: (): void => undefined };
export const focusers = { list: (): void => undefined, viewer: (): void => undefined, search: (): void => undefined };

/** All images, in the order of the list, also those that a filter hides. */
export function exportList(form: 'csv' | 'json'): void {
  if (items.value.length === 0) return;
  const now = new Date();
  const list = sortRows(currentRows(), sorting.value);
  const name = `pneumoscope-${now.toISOString().slice(0, 19).replaceAll(':', '-')}.${form}`;
  if (form === 'csv') download(toCsv(list, saidOf), name, 'text/csv;charset=utf-8');
  else {
    const notice = served.value?.notice ?? '';
    download(toJson(list, saidOf, { notice, at: now }), name, 'application/json');
  }
  say((words) => words.exported(list.length, name));
}

/** What the reader said, in the order in which the images were added. */
export function exportReadings(): void {
  const count = readingCounts.value.told;
  const name = `pneumoscope-readings-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.csv`;
  download(toReadingsCsv(items.value), name, 'text/csv;charset=utf-8');
  say((words) => words.readingsExported(count, name));
}

export function changeLevels(change: Partial<Levels>): void {
  levels.value = limitLevels({ ...levels.value, ...change });
}

export function changeOpacity(by: number): void {
  heatOpacity.value = Math.round(Math.min(1, Math.max(0.1, heatOpacity.value + by)) * 100) / 100;
  heatOn.value = true;
}

export function openViewer(): void {
  if (current.value === null) return;
  place.value = 'viewer';
  focusers.viewer();
}

export function backToList(): void {
  place.value = 'list';
  focusers.list();
}

export function removeCurrent(): void {
  if (current.value !== null) takeOff([current.value]);
}

export function askToClear(): void {
  if (items.value.length > 0) openDialog.value = 'clear';
}
