#!/usr/bin/env node
/** `npm run torture`: the trial of the whole program by kills, faults, damaged inputs and hostile load; docs/reliability.md tells of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { tryImages } from './images.ts';
import { triedCommands } from './lib/commands.ts';
import { tryKills } from './kills.ts';
import { tryLoad } from './load.ts';
import { tryModels } from './models.ts';
import { tryOperations } from './operations.ts';
import { tryPowerCut } from './power.ts';
import { tryProtocol } from './protocol.ts';
import type { Part, PartReport, TrialSettings } from './settings.ts';
import { renderSummary } from './summary.ts';
import { usage } from './usage.ts';
import { tryZips } from './zips.ts';

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
    commands: string,
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
  const unknownCommand = values.commands
    ?.split(',')
    .find((name) => !triedCommands.some((known) => known.name === name));
  if (unknownCommand !== undefined) {
    return `--commands knows ${triedCommands.map(({ name }) => name).join(', ')}, not ${unknownCommand}`;
  }
  const wrong = counts.find((name) => values[name] !== undefined && !(Number(values[name]) >= 0));
  return wrong && `--${wrong} must be a number from 0, but ${values[wrong]} was given`;
}

async function runPart(name: string, settings: TrialSettings): Promise<PartReport> {
  const part = parts[name];
  if (part === undefined) throw new RangeError(`there is no part ${name}`);
  return await part(settings);
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
      const settings: TrialSettings = {
        commands: values.commands?.split(','),
        ...chosen,
        smoke: values.smoke,
        scratch: path.join(scratch, part),
        note,
      };
      // A part that fails itself does not take the findings of the others.
      const report = await runPart(part, settings).catch((error: unknown): PartReport => {
        const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
        return { cases: 1, broke: [`the part itself failed: ${words}`], worst: '' };
      });
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
