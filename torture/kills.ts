/** `train` killed at random moments, again and again, until it ends: then it must have what a training has that nobody disturbed. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { RandomGenerator } from '../src/base/random.ts';
import { digestRun } from './lib/digests.ts';
import { inLanes } from './lib/lanes.ts';
import { findDefect, runProgram } from './lib/run-program.ts';
import { makeWork, trainingFlags } from './lib/seeded-work.ts';
import type { PartReport, TrialSettings } from './settings.ts';

/** Kills of one training at most, so that each ends. */
const killsOfOne = 10;

export async function tryKills({ kills, seed, smoke, scratch, note }: TrialSettings): Promise<PartReport> {
  await makeWork(scratch);
  const environment = { XDG_CACHE_HOME: path.join(scratch, 'cache') };
  const train = (run: string, epochs: number): string[] => {
    return [
      'train',
      'data',
      '--out',
      run,
      ...trainingFlags,
      '--epochs',
      String(epochs),
      '--keep-checkpoint',
      '--resume',
      '--quiet',
    ];
  };
  const epochs = smoke ? 1 : 4;
  const options = { cwd: scratch, env: environment };
  const whole = await runProgram(train('whole', epochs), options);
  if (whole.code !== 0) return { cases: 1, broke: [`the undisturbed training failed: ${whole.stderr}`], worst: '' };
  const expected = JSON.stringify(await digestRun(path.join(scratch, 'whole')));

  const broke: string[] = [];
  let [done, resumed, longest] = [0, 0, 0];
  const trainings = Array.from({ length: Math.ceil(kills / killsOfOne) }, (_, index) => index);
  await inLanes(trainings, async (training) => {
    const random = new RandomGenerator(seed, 0x4b, training);
    const run = `killed-${training}`;
    const mine = Math.min(killsOfOne, kills - training * killsOfOne);
    for (let kill = 0; kill < mine; kill++) {
      const moment = random.uniform(0.2, 1) * whole.seconds * 1000;
      const ended = await runProgram(train(run, epochs), {
        ...options,
        onStart: (child) => void setTimeout(() => child.kill('SIGKILL'), moment).unref(),
      });
      done += 1;
      const defect = findDefect(ended);
      if (defect !== undefined) broke.push(`seed ${seed}, training ${training}, kill ${kill}: ${defect}`);
      if (ended.signal === 'SIGKILL') continue;
      if (ended.code !== 0) broke.push(`seed ${seed}, training ${training}, resume ${kill}: ${ended.stderr}`);
    }
    const last = await runProgram(train(run, epochs), options);
    longest = Math.max(longest, last.seconds);
    const found = last.code === 0 ? JSON.stringify(await digestRun(path.join(scratch, run))) : last.stderr;
    if (found === expected) resumed += 1;
    else
      broke.push(`seed ${seed}, training ${training} after ${mine} kills: ${last.code === 0 ? 'other bits' : found}`);
    await rm(path.join(scratch, run), { recursive: true, force: true });
    note(`  ${done} of ${kills} kills`);
  });
  return {
    cases: done + trainings.length,
    broke,
    worst: `${resumed} of ${trainings.length} trainings ended with the same bits, after up to ${killsOfOne} kills each; the last resume took ${longest.toFixed(1)} s at most`,
  };
}
