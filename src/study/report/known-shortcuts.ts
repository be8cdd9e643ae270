/** What has been found about the chest X-rays of Kermany et al., whose files are told by their names, and what every reader of a figure must know. */
import { knownPatientId } from '../../data/kermany/patients.ts';

/** Of the files, how many must be named as that data set names its own. */
const leastShare = 0.9;

/** Whether files are named as those of Kermany et al.; phantoms are too, so ask for real images only. */
export function isKermany(files: readonly string[]): boolean {
  const known = files.filter((file) => knownPatientId(file) !== undefined).length;
  return files.length > 0 && known / files.length >= leastShare;
}

/** A sentence each; the figures are of docs/data.md, measured on all images or the 200 originals. */
export const kermanyShortcuts: readonly string[] = [
  'The label can be read off the original files without opening them: bytes per pixel, colour profile, restart markers, quantisation tables and EXIF each tell the classes apart with an area under the ROC curve of 0.99 to 1.00.',
  'After the usual preprocessing, sharpness alone still reaches 0.94: the normal images are larger, so making them small sharpens them. A network can learn that instead of lungs.',
  'Letters and markers are burnt into the films, and all colour files and all progressive JPEGs are of one class.',
  'There are groups of identical images, and up to 30 images of one child: a random split by image puts some 730 children on more than one side and flatters every figure.',
  'All images are of children from one to five years of age, of one hospital in Guangzhou; 74 % of them show pneumonia, where a clinic sees a few per cent.',
];

/** Xin, Li and Yi, Emergency Radiology 2021. */
export const externalValidity =
  'These figures say nothing about another hospital. A network that reached an area of 0.95 on the X-rays of Kermany et al. fell to 0.54, which is guessing, on 383 children of the same age from elsewhere (Xin, Li and Yi, Emergency Radiology 2021). Measure any model on your own images, of your own machines and patients, before you believe a word of it.';
