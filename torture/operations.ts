/** Each file operation of a command fails, is torn, or is the moment of a kill; then the same command must come to the same end. */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { RandomGenerator } from '../src/base/random.ts';
import { triedCommands, type TriedCommand } from './lib/commands.ts';
import { faultEnvironment, faultModes, readOperations, type FaultPlan } from './lib/fault-plan.ts';
import { inLanes } from './lib/lanes.ts';
import { findDefect, runProgram, type Ended } from './lib/run-program.ts';
import { copyWork, makeWork } from './lib/seeded-work.ts';
import type { PartReport, TrialSettings } from './settings.ts';

/** The commands that a smoke takes: those that cost seconds. */
const smokes = new Set(['get', 'split', 'calibrate']);

export async function tryOperations(settings: TrialSettings): Promise<PartReport> {
  const { scratch, smoke, commands, note } = settings;
  await mkdir(scratch, { recursive: true });
  const base = path.join(scratch, 'base');
  await makeWork(base);
  const broke: string[] = [];
  const counts: string[] = [];
  let cases = 0;
  for (const command of triedCommands) {
    if (!(commands?.includes(command.name) ?? (!smoke || smokes.has(command.name)))) continue;
    const tried = await tryCommand(command, base, settings);
    broke.push(...tried.broke);
    cases += tried.cases;
    counts.push(`${command.name} ${tried.cases} of ${tried.operations}`);
    note(`  ${command.name}: ${tried.cases} of ${tried.operations} operations, ${tried.broke.length} broke`);
    for (const sentence of tried.broke) note(`  ${sentence}`);
  }
  return { cases, broke, worst: `operations: ${counts.join(', ')}` };
}

interface Tried {
  readonly cases: number;
  readonly operations: number;
  readonly broke: readonly string[];
}

async function tryCommand(command: TriedCommand, base: string, settings: TrialSettings): Promise<Tried> {
  const { seed, faults, scratch } = settings;
  const undisturbed = path.join(scratch, 'undisturbed');
  await copyWork(base, undisturbed);
  const before = await command.guard?.(undisturbed);
  const log = path.join(scratch, `${command.name}.log`);
  const ended = await run(command.args, undisturbed, { root: undisturbed, log, at: null, mode: 'fault' });
  if (ended.code !== 0) {
    return { cases: 1, operations: 0, broke: [`${command.name} failed undisturbed: ${ended.stderr.slice(0, 500)}`] };
  }
  const expected = JSON.stringify(await command.digest(undisturbed));
  const operations = await readOperations(log);
  const distinct = leaveOutRepeats(operations);
  await rm(undisturbed, { recursive: true });
  const random = new RandomGenerator(seed, 0x0f, command.name.length);
  // Which way an operation goes wrong is drawn once for all, then goes round, so that another seed tries another way of each.
  const turn = random.integer(faultModes.length);
  const order = [...random.permutation(distinct.length)].slice(0, faults);
  const chosen = order.map((index) => distinct[index] as number).toSorted((a, b) => a - b);
  const broke: string[] = [];
  await inLanes(chosen, async (at) => {
    const mode = faultModes[(turn + at) % faultModes.length] as FaultPlan['mode'];
    const folder = path.join(scratch, `${command.name}-${at}`);
    await copyWork(base, folder);
    const plan = { root: folder, log: `${folder}.log`, at, mode };
    const fault = await tryFault(command, folder, plan, JSON.stringify(before), expected);
    if (fault !== undefined) broke.push(`${command.name}, operation ${at} (${operations[at]}), ${mode}: ${fault}`);
    await rm(folder, { recursive: true, force: true });
    await rm(plan.log, { force: true });
  });
  return { cases: chosen.length, operations: distinct.length, broke };
}

/** Of many writes to one file in a row the first and the last: what lies between is the same moment for the program. */
function leaveOutRepeats(operations: readonly string[]): readonly number[] {
  return [...operations.keys()].filter((at) => {
    const name = operations[at];
    return name !== operations[at - 1] || name !== operations[at + 1];
  });
}

async function tryFault(
  command: TriedCommand,
  folder: string,
  plan: FaultPlan,
  before: string | undefined,
  expected: string,
): Promise<string | undefined> {
  const ended = await run(command.args, folder, plan);
  const defect = findDefect(ended, command.findings);
  if (defect !== undefined) return defect;
  try {
    if (JSON.stringify(await command.guard?.(folder)) !== before) return 'something that was there is lost';
    if (ended.code === 0 && JSON.stringify(await command.digest(folder)) !== expected) {
      return 'it says that it is done, but the result differs';
    }
    const again = await run(command.again ?? command.args, folder, undefined);
    if (again.code !== 0 && command.nothingLeft?.test(again.stderr) !== true)
      return `called again, it fails: ${again.stderr.slice(0, 300)}`;
    const found = JSON.stringify(await command.digest(folder));
    return found === expected ? undefined : 'called again, it ends with something else';
  } catch (error) {
    return `what it left cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function run(args: readonly string[], folder: string, plan: FaultPlan | undefined): Promise<Ended> {
  const environment = { XDG_CACHE_HOME: path.join(folder, 'cache'), TMPDIR: folder };
  return runProgram(args, { cwd: folder, env: { ...environment, ...(plan && faultEnvironment(plan)) } });
}
