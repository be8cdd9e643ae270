/** Images as the viewer shows them: their brightness in full size. The last few are kept, for going back and forth. */
import { toGrey } from './levels.ts';
import { pageBudgets } from './page-budgets.ts';
import { viewable } from './viewable.ts';
import type { Size } from './view.ts';

export interface Picture extends Size {
  /** row by row, of `pixels.width * pixels.height` */
  readonly grey: Uint8Array;
  /** what is kept; smaller than the image where that is huge */
  readonly pixels: Size;
}

const mostPixels = pageBudgets.picturePixels.limit;
const kept = new Map<File, Promise<Picture>>();

/** Rejects where neither browser nor service can show the file. */
export function openPicture(file: File): Promise<Picture> {
  const known = kept.get(file);
  const picture = known ?? read(file);
  kept.delete(file);
  kept.set(file, picture);
  const [oldest] = kept.keys();
  if (kept.size > pageBudgets.pictures.limit && oldest !== undefined) kept.delete(oldest);
  picture.catch(() => kept.delete(file));
  return picture;
}

async function read(file: File): Promise<Picture> {
  let bitmap = await createImageBitmap(await viewable(file, null));
  const { width, height } = bitmap;
  if (width * height > mostPixels) {
    const share = Math.sqrt(mostPixels / (width * height));
    const large = bitmap;
    bitmap = await createImageBitmap(large, { resizeWidth: Math.floor(width * share), resizeQuality: 'high' });
    large.close();
  }
  const pixels = { width: bitmap.width, height: bitmap.height };
  const context = new OffscreenCanvas(pixels.width, pixels.height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('This browser has no canvas.');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { width, height, pixels, grey: toGrey(context.getImageData(0, 0, pixels.width, pixels.height).data) };
}
