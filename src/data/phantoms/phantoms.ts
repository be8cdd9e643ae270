/** A data set of synthetic chest X-rays, laid out and named as the real one: what demo, tests and examples run on. */
import { lstat, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { refuse, systemErrorCode } from '../../base/errors.ts';
import type { GrayImage } from '../../imaging/gray-image.ts';
import { RandomGenerator } from '../../base/random.ts';
import type { Pathogen } from './phantom-opacity.ts';
import { renderPhantom } from './phantom-render.ts';
import { forEachConcurrently, throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { makeFolder } from '../../base/files/folders.ts';
import { syncFiles } from '../../base/files/sync-files.ts';
import { markFinished, markUnfinished, readUnfinished } from '../../base/files/unfinished.ts';
import { toDiskError } from '../../base/files/disk-error.ts';
import { isTemporaryName, writeFileWhole } from '../../base/files/write-file.ts';

export interface PhantomOptions extends TaskOptions {
  readonly out: string;
  /** half of them healthy, half with pneumonia; default 200, at least 2 */
  readonly patients?: number | undefined;
  /** width and height in pixels; default 256, 16..4096 */
  readonly size?: number | undefined;
  /** default 0 */
  readonly seed?: number | undefined;
  /** replace earlier phantoms in `out`; default false */
  readonly overwrite?: boolean | undefined;
}

export interface PhantomResult {
  readonly out: string;
  readonly patients: number;
  readonly images: number;
  readonly classes: Readonly<Record<PhantomClass, { readonly images: number; readonly patients: number }>>;
}

export type PhantomClass = 'NORMAL' | 'PNEUMONIA';

/** One image to draw. */
export interface Phantom {
  /** relative to the data set, with '/' */
  readonly file: string;
  readonly className: PhantomClass;
  readonly pathogen: Pathogen | undefined;
  /** counted over both classes */
  readonly patient: number;
  /** counted within the patient */
  readonly image: number;
}

const noticeName = 'SYNTHETIC.txt';
const noticeHead = 'SYNTHETIC chest X-rays drawn by pneumoscope. They show no patient.';
const description = 'SYNTHETIC: drawn by pneumoscope, shows no patient';
const fileName = /^(person\d+_(bacteria|virus)_\d+|IM-\d{4,}-\d{4})\.jpeg$/;
const planStream = 0xc1;

/**
 * Draws `OUT/NORMAL/IM-0001-0001.jpeg` and `OUT/PNEUMONIA/person1_bacteria_1.jpeg` and so on: 8-bit grey JPEG, one to four images a
 * patient, with the file names' grammar of the Kermany data. Pneumonia is one dense focus (bacteria) or infiltrates in both lungs
 * (virus); size, exposure, noise and anatomy vary in the same way in both classes, so that nothing else tells them apart.
 * That they are synthetic stands in every picture, in its EXIF description and in SYNTHETIC.txt. The same seed and size give the
 * same pixels, and more patients only add to them.
 *
 * @throws PneumoscopeError E_USAGE: impossible numbers, or `out` holds something else; E_DISK; E_INTERRUPTED
 */
export async function generatePhantoms(options: PhantomOptions): Promise<PhantomResult> {
  const { out, patients = 200, size = 256, seed = 0, onProgress, signal } = options;
  checkWhole('the number of patients', patients, 2, 1_000_000);
  checkWhole('the size', size, 16, 4096);
  checkWhole('the seed', seed, 0, Number.MAX_SAFE_INTEGER);
  await clearOut(out, options.overwrite ?? false);
  const phantoms = planPhantoms(patients, seed);
  await makeFolder(out);
  await markUnfinished(out, 'drawing phantoms into it was interrupted, draw them again into the same folder');
  let done = 0;
  await forEachConcurrently(phantoms, 3, async (phantom) => {
    throwIfInterrupted(signal);
    const bytes = await encodeJpeg(renderPhantom({ seed, ...phantom }, size));
    // The folder is marked unfinished until all images are made durable at once.
    await writeFileWhole(path.join(out, phantom.file), bytes, { durable: false });
    onProgress?.({ label: 'Drawing', done: ++done, total: phantoms.length, unit: 'images' });
  });
  await writeFileWhole(path.join(out, noticeName), renderNotice(patients, size, seed));
  await syncFiles(
    out,
    phantoms.map(({ file }) => file),
    options,
  );
  await markFinished(out);
  const count = (className: PhantomClass) => {
    const own = phantoms.filter((phantom) => phantom.className === className);
    return { images: own.length, patients: new Set(own.map(({ patient }) => patient)).size };
  };
  return {
    out,
    patients,
    images: phantoms.length,
    classes: { NORMAL: count('NORMAL'), PNEUMONIA: count('PNEUMONIA') },
  };
}

/** Which images a data set of so many patients has: classes take turns, so both are as many (or differ by one). */
export function planPhantoms(patients: number, seed: number): Phantom[] {
  const phantoms: Phantom[] = [];
  let ill = 0;
  for (let patient = 0; patient < patients; patient++) {
    const random = new RandomGenerator(seed, planStream, patient);
    const images = 1 + random.integer(4);
    // As in the real data, about two of three cases are bacterial.
    const pathogen = patient % 2 === 0 ? undefined : random.next() < 0.65 ? 'bacteria' : 'virus';
    const number = 1 + Math.floor(patient / 2);
    for (let image = 0; image < images; image++) {
      const name =
        pathogen === undefined
          ? `IM-${pad(number)}-${pad(image + 1)}.jpeg`
          : `person${number}_${pathogen}_${++ill}.jpeg`;
      const className = pathogen === undefined ? 'NORMAL' : 'PNEUMONIA';
      phantoms.push({ file: `${className}/${name}`, className, pathogen, patient, image });
    }
  }
  return phantoms;
}

function encodeJpeg({ width, height, data }: GrayImage): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .withExif({ IFD0: { ImageDescription: description, Software: 'pneumoscope' } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** Only what was drawn earlier is removed, and only where the folder says of itself that it holds phantoms. */
async function clearOut(out: string, overwrite: boolean): Promise<void> {
  let names: string[];
  try {
    names = (await readdir(out)).filter((name) => !isTemporaryName(name));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return;
    throw toDiskError(error, out);
  }
  if (names.length === 0) return;
  const isUnfinished = (await readUnfinished(out))?.startsWith('drawing phantoms') === true;
  const notice = await readFile(path.join(out, noticeName), 'utf8').catch(() => '');
  if (!isUnfinished && !notice.startsWith(noticeHead))
    refuse('E_USAGE', `${out} is not empty; choose a new or empty folder`);
  if (!isUnfinished && !overwrite)
    refuse('E_USAGE', `${out} holds phantoms already; choose another folder, or remove it`);
  const folders = ['NORMAL', 'PNEUMONIA'].map((className) => path.join(out, className));
  for (const folder of folders) {
    if ((await lstat(folder).catch(() => undefined))?.isSymbolicLink() === true)
      refuse('E_USAGE', `${folder} is a link, and what a link leads to is not removed; choose another folder`);
  }
  for (const folder of folders) await clearClass(folder);
}

async function clearClass(folder: string): Promise<void> {
  try {
    for (const name of await readdir(folder)) {
      if (fileName.test(name) || isTemporaryName(name)) await rm(path.join(folder, name));
    }
    await rmdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return;
    if (systemErrorCode(error) === 'ENOTEMPTY' || systemErrorCode(error) === 'EEXIST') {
      refuse('E_USAGE', `${folder} holds files that are no phantoms; choose another folder`);
    }
    throw toDiskError(error, folder);
  }
}

function renderNotice(patients: number, size: number, seed: number): string {
  return `${noticeHead}
They resemble radiographs only as far as trying out and testing software needs it; nothing learnt from
them holds for real ones. Every picture says so on its lower edge and in its EXIF description.

patients ${patients}, size ${size}, seed ${seed}
`;
}

function checkWhole(what: string, value: number, min: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  refuse('E_USAGE', `${what} is ${value}, but a whole number from ${min} to ${max} is needed`);
}

function pad(number: number): string {
  return String(number).padStart(4, '0');
}
