/** The table that tells patients: it is chosen here, and how many images of the list it names stands beside. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { patientTable, tableFound, tableTrouble, useTable } from '../patients.ts';
import { words } from '../preferences.ts';
import { describeTableFault } from '../table-fault-words.ts';
import { items } from '../worklist-state.ts';
import { Icon } from './icon.tsx';

export function PatientTablePart(): JSX.Element {
  const text = words.value;
  const picker = useRef<HTMLInputElement>(null);
  const [table, trouble] = [patientTable.value, tableTrouble.value];
  return (
    <div class="priors-table">
      <button type="button" class="button button-small" onClick={() => picker.current?.click()}>
        <Icon name="folder" />
        {table === null ? text.priorsTableChoose : text.priorsTableOther}
      </button>
      <input
        ref={picker}
        class="picker pick-table"
        type="file"
        accept=".csv,.tsv,.txt,text/csv"
        hidden
        tabIndex={-1}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file !== undefined) void useTable(file);
          // The same file can be picked again.
          currentTarget.value = '';
        }}
      />
      {trouble !== null && (
        <p class="priors-trouble" role="alert">
          {trouble.name}
          {text.colon}
          {describeTableFault(text, trouble.fault)}
        </p>
      )}
      {table !== null && (
        <p role="status">
          {text.priorsTableFound(table.name, tableFound.value, items.value.length)}
          {tableFound.value === 0 && ` ${text.priorsTableNone}`}
          {table.isGbk && ` ${text.priorsTableGbk}`}
          {table.unreadDates > 0 && ` ${text.priorsTableDates(table.unreadDates)}`}
        </p>
      )}
      {table === null && <p class="quiet">{text.priorsTableHint}</p>}
    </div>
  );
}
