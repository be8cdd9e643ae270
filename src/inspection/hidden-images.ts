/** Images among the files whose names are no image's: every command passes over them. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { isImageName } from '../data/dataset-folder.ts';
import { forEachConcurrently, throwIfInterrupted, type TaskOptions } from '../data/task.ts';
import { readImageHeader, type ImageFormat } from '../imaging/container.ts';

export interface HiddenImage {
  /** relative to the data set's folder, with '/' */
  readonly file: string;
  readonly format: ImageFormat;
}

const headBytes = 64;

/** @param files relative to `root`; folders, what cannot be read, and what is named as an image, are passed over */
export async function findHiddenImages(
  root: string,
  files: readonly string[],
  { signal }: TaskOptions,
): Promise<HiddenImage[]> {
  const found: (HiddenImage | undefined)[] = [];
  const others = files.filter((file) => !isImageName(file));
  await forEachConcurrently(others, 8, async (file, i) => {
    throwIfInterrupted(signal);
    const head = await readHead(path.join(root, file)).catch(() => undefined);
    const format = head === undefined ? undefined : readImageHeader(head)?.format;
    if (format !== undefined) found[i] = { file, format };
  });
  return found.filter((one) => one !== undefined);
}

async function readHead(file: string): Promise<Buffer | undefined> {
  // Opening a pipe waits for a writer unless it is told not to.
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    if (!(await handle.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
