/**
 * Feeds damaged inputs to child processes, a case at a time, and judges what comes back: a child that hangs, dies or grows is ended and
 * replaced, and the case that did it is named.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { PartReport, TrialSettings } from '../settings.ts';
import { inLanes } from './lanes.ts';
import { readMemory } from './memory.ts';

export interface MutatedPart {
  readonly name: string;
  /** A file that calls `answerCases`. */
  readonly worker: URL;
  readonly count: number;
  readonly limitSeconds: number;
  readonly limitBytes: number;
}

/** What a child says of one case. */
export interface CaseOutcome {
  readonly index: number;
  /** defect: neither an answer nor one sentence with a code */
  readonly kind: 'answer' | 'refusal' | 'defect';
  /** the code of a refusal, or what is wrong */
  readonly words: string;
}

/** Before it starts anew, so that memory that a library never gives back is not taken for that of a case. */
const casesOfOneChild = 2000;

export async function tryMutated(part: MutatedPart, settings: TrialSettings): Promise<PartReport> {
  const { seed, first, scratch, note } = settings;
  const { count, name, limitSeconds, limitBytes } = part;
  const counts = { answer: 0, refusal: 0, defect: 0 };
  const broke: string[] = [];
  const worst = { seconds: 0, slowest: 0, bytes: 0 };
  const children = new Map<number, { readonly child: ChildProcess; cases: number }>();
  const again = (index: number): string =>
    `seed ${seed}, case ${index} (--only ${name} --seed ${seed} --first ${index} --${name} 1)`;

  const startChild = async (lane: number): Promise<{ readonly child: ChildProcess; cases: number }> => {
    const folder = path.join(scratch, `lane-${lane}`);
    await mkdir(folder, { recursive: true });
    const child = fork(part.worker, [String(seed), folder], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    await once(child, 'message');
    const started = { child, cases: 0 };
    children.set(lane, started);
    return started;
  };
  const endChild = (lane: number): void => {
    children.get(lane)?.child.kill('SIGKILL');
    children.delete(lane);
  };

  const cases = Array.from({ length: count }, (_, index) => first + index);
  let done = 0;
  await inLanes(cases, async (index, lane) => {
    const present = children.get(lane) ?? (await startChild(lane));
    const began = performance.now();
    const outcome = await askChild(present.child, index, limitSeconds);
    const seconds = (performance.now() - began) / 1000;
    if (seconds > worst.seconds) Object.assign(worst, { seconds, slowest: index });
    const bytes = readMemory(present.child.pid);
    worst.bytes = Math.max(worst.bytes, bytes);
    counts[outcome.kind] += 1;
    if (outcome.kind === 'defect') broke.push(`${again(index)}: ${outcome.words}`);
    else if (bytes > limitBytes) broke.push(`${again(index)}: ${Math.round(bytes / 2 ** 20)} MiB of memory`);
    present.cases += 1;
    if (outcome.kind === 'defect' || bytes > limitBytes || present.cases >= casesOfOneChild) endChild(lane);
    done += 1;
    if (done % 1000 === 0) note(`  ${done} of ${count}`);
  });
  for (const { child } of children.values()) child.kill('SIGKILL');
  const figures = `${counts.answer} answers, ${counts.refusal} refusals`;
  return {
    cases: count,
    broke,
    worst: `${figures}; the slowest took ${worst.seconds.toFixed(2)} s (case ${worst.slowest}), ${Math.round(worst.bytes / 2 ** 20)} MiB at most`,
  };
}

/** A child that hangs or dies is a defect too. */
async function askChild(child: ChildProcess, index: number, limitSeconds: number): Promise<CaseOutcome> {
  const defect = (words: string): CaseOutcome => ({ index, kind: 'defect', words });
  return await new Promise((resolve) => {
    const finish = (outcome: CaseOutcome): void => {
      clearTimeout(limit);
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(outcome);
    };
    const onMessage = (outcome: unknown): void => finish(outcome as CaseOutcome);
    const onExit = (code: number | null, signal: string | null): void =>
      finish(defect(`the process died (${signal ?? `exit code ${code}`})`));
    const limit = setTimeout(() => finish(defect(`no answer within ${limitSeconds} s`)), limitSeconds * 1000);
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.send(index);
  });
}
