#!/usr/bin/env node
/** `npm run torture`: the trial of the whole program by kills, faults, damaged inputs and hostile load; docs/reliability.md tells of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { tryImages } from './images.ts';
import { tryKills } from './kills.ts';
import { tryLoad } from './load.ts';
import { tryModels } from './models.ts';
import { tryOperations } from './operations.ts';
import { tryPowerCut } from './power.ts';
import { tryProtocol } from './protocol.ts';
import type { Part, PartReport, TrialSettings } from './settings.ts';
import { renderSummary } from './summary.ts';
import { tryZips } from './zips.ts';

const usage = `Usage: npm run torture -- [options]

Tries to break the program, and says what broke. The parts, in their order:

  kills       SIGKILL to 'train' at random moments, then --resume; the history, the weights and the optimiser's state must
              be those of a training that nobody disturbed, to the last bit
  operations  each file operation of train, calibrate, compress, get, split, quarantine, report and crossval fails in
              turn (disk full, disk fault), is torn after half of its bytes, or is the moment of a SIGKILL; nothing that was
              there may be lost, and the same command must reach the same end
  power       a copy of the disk at the moment after 'done' of get, split, train, compress and calibrate, without a sync;
              needs root and loop devices, else it is skipped and says so
  images      damaged JPEG, PNG, TIFF and WebP files: an answer, or one sentence with a code
  models      damaged model files: the same
  zips        damaged archives: the same, and nothing outside of the folder
  protocol    requests of the Open Inference Protocol, sound and damaged: right tensors, or one sentence; never 500
  load        hostile and good requests at once while threads of the service die: each answer right, memory at most 800 MB,
              /healthz and /readyz below a second

  --only LIST       of these parts (default: all)
  --seed N          of everything that is drawn (default 1)
  --kills N         (default 200)
  --faults N        file operations of each command at most (default: every one)
  --images N        (default 20000)
  --models N        (default 5000)
  --zips N          (default 5000)
  --requests N      of the protocol (default 2000)
  --minutes N       of load (default 10)
  --first N         first case of images, models and zips: with --images 1 one case is seen again (default 0)
  --json            JSON instead of a table
  --smoke           all parts at their smallest, within a minute

Exit code 0: all held. 1: something broke; each case is named with what finds it again. 2: the command line is wrong.
A whole trial takes some two hours on two cores.

Examples:
  $ npm run torture -- --only images --seed 7
  $ npm run torture -- --only images --seed 7 --first 4711 --images 1
  $ npm run torture -- --only load --minutes 60
`;

const parts: Readonly<Record<string, Part>> = {
  kills: tryKills,
  operations: tryOperations,
  power: tryPowerCut,
  images: tryImages,
  models: tryModels,
  zips: tryZips,
  protocol: tryProtocol,
  load: tryLoad,
};

const counts = ['seed', 'kills', 'faults', 'images', 'models', 'zips', 'requests', 'minutes', 'first'] as const;
type Counts = Readonly<Record<(typeof counts)[number], number>>;

const whole: Counts = {
  seed: 1,
  kills: 200,
  faults: Infinity,
  images: 20_000,
  models: 5000,
  zips: 5000,
  requests: 2000,
  minutes: 10,
  first: 0,
};
const smallest: Counts = {
  ...whole,
  kills: 2,
  faults: 1,
  images: 200,
  models: 10,
  zips: 40,
  requests: 60,
  minutes: 0.1,
};

const string = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({
  options: {
    ...(Object.fromEntries(counts.map((name) => [name, string])) as Record<keyof Counts, typeof string>),
    only: string,
    json: flag,
    smoke: flag,
    help: flag,
  },
});

if (values.help) process.stdout.write(usage);
else {
  const names = values.only?.split(',') ?? Object.keys(parts);
  const fault = findFault(names);
  if (fault === undefined) await runParts(names);
  else {
    process.stderr.write(`error: ${fault}; see npm run torture -- --help\n`);
    process.exitCode = 2;
  }
}

function findFault(names: readonly string[]): string | undefined {
  const unknown = names.find((name) => parts[name] === undefined);
  if (unknown !== undefined) return `--only knows ${Object.keys(parts).join(', ')}, not ${unknown}`;
  const wrong = counts.find((name) => values[name] !== undefined && !(Number(values[name]) >= 0));
  return wrong && `--${wrong} must be a number from 0, but ${values[wrong]} was given`;
}

async function runParts(names: readonly string[]): Promise<void> {
  const given = counts.filter((name) => values[name] !== undefined).map((name) => [name, Number(values[name])]);
  const chosen = { ...(values.smoke ? smallest : whole), ...(Object.fromEntries(given) as Partial<Counts>) };
  const note = (words: string): void => void process.stderr.write(`${words}\n`);
  const scratch = await mkdtemp(path.join(tmpdir(), 'pneumoscope-torture-'));
  const reports: (PartReport & { readonly part: string; readonly seconds: number })[] = [];
  try {
    for (const part of names) {
      const began = performance.now();
      note(`${part} ...`);
      const settings: TrialSettings = { ...chosen, smoke: values.smoke, scratch: path.join(scratch, part), note };
      const report = await (parts[part] as Part)(settings);
      for (const sentence of report.broke) note(`  broke: ${sentence}`);
      reports.push({ part, ...report, seconds: Math.round((performance.now() - began) / 1000) });
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ settings: chosen, reports }, null, 2)}\n`
      : `${renderSummary(chosen.seed, reports)}\n`,
  );
  if (reports.some(({ broke }) => broke.length > 0)) process.exitCode = 1;
}
