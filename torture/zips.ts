/** Damaged archives: an answer, or one sentence with a code; never a stack, a hang or memory without a limit. */
import { tryMutated } from './lib/mutated-inputs.ts';
import type { Part } from './settings.ts';

export const tryZips: Part = (settings) =>
  tryMutated(
    {
      name: 'zips',
      worker: new URL('./workers/zips.ts', import.meta.url),
      count: settings.zips,
      limitSeconds: 10,
      limitBytes: 1 * 2 ** 30,
    },
    settings,
  );
