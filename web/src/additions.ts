/** What was found comes to the list, and what did not is said. */
import type { Collected } from './collect-files.ts';
import { addItems } from './list-edit.ts';
import { say } from './messages.ts';
import { sender } from './service-state.ts';

export function addFound({ found, passedOver }: Collected): void {
  const added = addItems(found);
  const known = found.length - added.length;
  sender.add(added);
  if (added.length > 0) say((words) => words.added(added.length), 'ear');
  else if (found.length === 0 && passedOver === 0) say((words) => words.nothingToAdd);
  if (passedOver > 0) say((words) => words.passedOver(passedOver), found.length === 0 ? 'stays' : 'all');
  if (known > 0) say((words) => words.duplicates(known));
}
