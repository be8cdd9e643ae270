/** What was found comes to the list, and what did not is said. */
import type { Collected, Found } from './collect-files.ts';
import { isDicom } from './dicom.ts';
import { addItems, type NewImage } from './list-edit.ts';
import { isSettled } from './item.ts';
import { say } from './messages.ts';
import { sender } from './service-state.ts';

/** Names of images are believed: to look into thousands of files takes its time. */
const isSure = ({ name }: Found): boolean => /\.(jpe?g|png|tiff?|webp)$/i.test(name);

/** A file that was chosen by itself stands on the list; what the service cannot read is not sent to it. */
async function judge(found: Found): Promise<NewImage> {
  if (isSure(found) || !(await isDicom(found.file))) return found;
  return { ...found, state: { kind: 'failed', trouble: { code: 'dicom', detail: null } } };
}

export async function addFound({ found, passedOver, dicom }: Collected): Promise<void> {
  const images = await Promise.all(found.map(judge));
  const added = addItems(images);
  const known = found.length - added.length;
  sender.add(added.filter(({ state }) => !isSettled(state.peek())));
  if (added.length > 0) say((words) => words.added(added.length), 'ear');
  else if (found.length === 0 && passedOver === 0) say((words) => words.nothingToAdd);
  if (dicom > 0) say((words) => words.dicomPassedOver(dicom), 'stays');
  if (passedOver > dicom) say((words) => words.passedOver(passedOver - dicom), found.length === 0 ? 'stays' : 'all');
  if (known > 0) say((words) => words.duplicates(known));
}
