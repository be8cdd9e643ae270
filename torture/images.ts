/** Damaged image files: an answer, or one sentence with a code; never a stack, a hang or memory without a limit. */
import { tryMutated } from './lib/mutated-inputs.ts';
import type { Part } from './settings.ts';

export const tryImages: Part = (settings) =>
  tryMutated(
    {
      name: 'images',
      worker: new URL('./workers/images.ts', import.meta.url),
      count: settings.images,
      limitSeconds: 10,
      limitBytes: 1 * 2 ** 30,
    },
    settings,
  );
