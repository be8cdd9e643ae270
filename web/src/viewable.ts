/**
 * What the page shows of a file. Browsers show JPEG, WebP and PNG of 8 bits; the rest the service shows, in the very pixels that the model
 * sees.
 */
import { asStored } from './as-stored.ts';
import { client } from './client.ts';
import { isDicom } from './dicom.ts';
import { pageBudgets } from './page-budgets.ts';
import { ServiceError } from './service-client.ts';

const tiffSignatures: readonly string[] = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'];
/** Bit depth of a PNG, and its kind of colour: 0 is grey. */
const [depthAt, colourAt] = [24, 25];

/** Of 16 bits a browser shows the upper half, and the service their whole range. */
const isDeepPng = (head: Uint8Array): boolean =>
  String.fromCharCode(...head.subarray(1, 4)) === 'PNG' && head[depthAt] === 16 && head[colourAt] === 0;

async function needsService(file: File): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, colourAt + 1).arrayBuffer());
  const isTiff = tiffSignatures.includes(String.fromCharCode(...head.subarray(0, 4)));
  return isTiff || isDeepPng(head) || (await isDicom(file));
}

/**
 * @param maximumSide pixels that are enough; null: all of them
 * @returns what a browser shows, if it shows anything at all
 * @throws ServiceError, where the service cannot show it
 */
export async function viewable(file: File, maximumSide: number | null): Promise<Blob> {
  if (!(await needsService(file))) return asStored(file);
  for (;;) {
    try {
      return await client.show(file, maximumSide);
    } catch (error) {
      if (!(error instanceof ServiceError) || error.status !== 429) throw error;
      const pause = Math.min(pageBudgets.heatWait.limit, Math.max(1, error.retryAfter ?? 0) * 1000);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Whether it may be shown later: the service is busy, gone, or wants a token. */
export function mayShowLater(error: unknown): boolean {
  if (!(error instanceof ServiceError)) return false;
  return error.status === null || error.status === 401 || error.status >= 500;
}
