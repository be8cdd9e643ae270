/** Whether image files are phantoms of this program, which say so in their EXIF description wherever they are moved or linked to. */
import { open } from 'node:fs/promises';
import type { LabelledImage } from '../folder/dataset-folder.ts';

const mark = 'SYNTHETIC: drawn by pneumoscope';
const headerBytes = 2048;

/** Looks at the first image of each class. */
export async function showsPhantoms(images: readonly LabelledImage[]): Promise<boolean> {
  const firstOfClass = new Map(images.toReversed().map(({ label, path }) => [label, path]));
  const marks = await Promise.all([...firstOfClass.values()].map(isPhantom));
  return marks.includes(true);
}

/** False too where the file cannot be read, which others report. */
export async function isPhantom(file: string): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
    return buffer.subarray(0, bytesRead).includes(mark);
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}
