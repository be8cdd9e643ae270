/** How the learning rate changes over a training, as a function of the step alone, so that a resumed training goes on with it. */
import { z } from 'zod';

const share = z.number().min(0).max(1);
const final = share.describe('The rate at the last step, as a share of the largest.');

export const scheduleSchema = z.discriminatedUnion('name', [
  z
    .strictObject({
      name: z.literal('cosine'),
      warmup: z.number().min(0).describe('The epochs during which the rate rises.'),
      final,
    })
    .describe(
      'The rate rises in a straight line, then falls along half a cosine (Loshchilov and Hutter, 2017, without restarts).',
    ),
  z
    .strictObject({
      name: z.literal('one-cycle'),
      warmup: share.describe('The share of the steps during which the rate rises.'),
      start: share.describe('The rate at the first step, as a share of the largest.'),
      final,
    })
    .describe(
      "The rate rises and falls along half cosines (Smith and Topin, 2018; PyTorch's OneCycleLR, without its momentum).",
    ),
]);

export type Schedule = Readonly<z.infer<typeof scheduleSchema>>;

export interface TrainingLength {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

/**
 * @param learningRate the largest, as the recipe has it
 * @param step from 1
 */
export function scheduledRate(
  learningRate: number,
  schedule: Schedule | undefined,
  step: number,
  { epochs, stepsPerEpoch }: TrainingLength,
): number {
  if (schedule === undefined) return learningRate;
  const steps = epochs * stepsPerEpoch;
  const rise = schedule.name === 'cosine' ? schedule.warmup * stepsPerEpoch : schedule.warmup * steps;
  const { final } = schedule;
  if (schedule.name === 'cosine') {
    if (step <= rise) return (learningRate * step) / (rise + 1);
    return learningRate * between(1, final, (step - rise - 1) / (steps - rise - 1));
  }
  if (step - 1 < rise) return learningRate * between(schedule.start, 1, (step - 1) / rise);
  return learningRate * between(1, final, (step - 1 - rise) / (steps - rise - 1));
}

/** From one value to another along half a cosine. @param progress 0..1; a training that goes on beyond its end stays there */
function between(from: number, to: number, progress: number): number {
  const done = Number.isFinite(progress) ? Math.min(1, Math.max(0, progress)) : 1;
  return to + ((from - to) * (1 + Math.cos(Math.PI * done))) / 2;
}
