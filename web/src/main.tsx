/** Starts the page. */
import { effect } from '@preact/signals';
import { render } from 'preact';
import { App } from './app.tsx';
import { tokenDialog } from './dialogs-state.ts';
import { applyPreferences } from './preferences.ts';
import { drawReport } from './parts/report.tsx';
import { listenToPrinting } from './printing.ts';
import { startKeeping } from './keeping.ts';
import { listenToPresence } from './presence.ts';
import { askModels, recallToken, tokenNeed } from './service-state.ts';
import { listenToKeys } from './shortcuts.ts';
import { speakOfViewer } from './viewer-speech.ts';

applyPreferences();
listenToKeys();
speakOfViewer();
listenToPresence();
effect(() => {
  tokenDialog.value = tokenNeed.value !== 'none';
});
const page = document.querySelector('#page');
if (page !== null) render(<App />, page);
const report = document.querySelector('#report');
if (report !== null) listenToPrinting(report, drawReport);
recallToken();
void startKeeping();
void askModels();
