/** Damaged model files: an answer, or one sentence with a code; never a stack, a hang or memory without a limit. */
import { tryMutated } from './lib/mutated-inputs.ts';
import type { Part } from './settings.ts';

export const tryModels: Part = (settings) =>
  tryMutated(
    {
      name: 'models',
      worker: new URL('./workers/models.ts', import.meta.url),
      count: settings.models,
      limitSeconds: 30,
      limitBytes: 1.5 * 2 ** 30,
    },
    settings,
  );
