/** Small pictures of the rows in sight: a few are made at a time, the newest wish first, and the oldest are let go. */
import { pageBudgets } from './page-budgets.ts';
import { mayShowLater, viewable } from './viewable.ts';

const side = 112;

interface Wish {
  readonly file: File;
  readonly done: (bitmap: ImageBitmap | null) => void;
}

const kept = new Map<File, ImageBitmap | null>();
let wishes: Wish[] = [];
let running = 0;

/**
 * Calls back at once where the picture is there already; null where it cannot be shown, or not yet.
 *
 * @returns takes the wish back, for a row that went out of sight
 */
export function wishThumbnail(file: File, done: Wish['done']): () => void {
  const known = kept.get(file);
  if (known !== undefined) {
    done(known);
    return () => undefined;
  }
  const wish = { file, done };
  wishes.push(wish);
  pump();
  return () => {
    wishes = wishes.filter((each) => each !== wish);
  };
}

/** Lets go of pictures that nobody will look at any more. */
export function dropThumbnails(files: Iterable<File>): void {
  for (const file of files) {
    kept.get(file)?.close();
    kept.delete(file);
  }
}

function pump(): void {
  while (running < pageBudgets.thumbnailsAtOnce.limit && wishes.length > 0) {
    const wish = wishes.pop();
    if (wish === undefined) return;
    running += 1;
    void make(wish);
  }
}

async function make({ file, done }: Wish): Promise<void> {
  let [bitmap, isFinal]: [ImageBitmap | null, boolean] = [null, true];
  try {
    const shown = await viewable(file, 2 * side);
    bitmap = await createImageBitmap(shown, { resizeWidth: side, resizeQuality: 'medium' });
  } catch (error) {
    isFinal = !mayShowLater(error);
  }
  running -= 1;
  if (isFinal) keep(file, bitmap);
  done(bitmap);
  pump();
}

function keep(file: File, bitmap: ImageBitmap | null): void {
  kept.set(file, bitmap);
  const [oldest] = kept.keys();
  if (kept.size > pageBudgets.thumbnails.limit && oldest !== undefined) dropThumbnails([oldest]);
}
