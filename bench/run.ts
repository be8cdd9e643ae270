#!/usr/bin/env node
/**
 * `npm run bench`: speed and memory as ratios measured in one run, against the machine's own matrix product and
 * against PyTorch, Pillow and gdcm where they are installed. Nothing here fails on a slow machine: it prints what it saw.
 */
import { parseArgs } from 'node:util';
import { PneumoscopeError } from '../src/base/errors.ts';
import { endSentence } from '../src/base/text.ts';
import { listDatasetFolder } from '../src/data/folder/dataset-folder.ts';
import { benchAnswer } from './answer.ts';
import { benchDecoding } from './decoding.ts';
import { benchDicom } from './dicom.ts';
import { benchEpoch } from './epoch.ts';
import { benchHeatMaps } from './heat-maps.ts';
import { benchInference } from './inference.ts';
import { describeMachine, renderMachine } from './lib/machine.ts';
import { renderTable } from './lib/table.ts';
import { benchMemory } from './memory.ts';
import type { BenchSettings, Row } from './settings.ts';
import { benchTraining } from './training.ts';

const usage = `Usage: npm run bench -- [options]

  --only LIST      of training, inference, heat-maps, epoch, decoding, dicom, answer, memory (default: all)
  --rounds N       measured rounds of each pair, interleaved (default 7)
  --threads N      threads of every contestant (default 2)
  --images FOLDER  X-rays to decode (decoding) and to train on (epoch), in a folder per class; default: phantoms made on the spot
  --json           JSON instead of a table
  --smoke          tiny sizes, one round, no peers: shows that the benchmark runs, its figures mean nothing

Peers: apt-get install python3-torch libopenblas0-pthread python3-pil python3-gdcm
`;

const benches = {
  training: benchTraining,
  inference: benchInference,
  'heat-maps': benchHeatMaps,
  epoch: benchEpoch,
  decoding: benchDecoding,
  dicom: benchDicom,
  answer: benchAnswer,
  memory: benchMemory,
} as const;

function isBench(name: string): name is keyof typeof benches {
  return Object.hasOwn(benches, name);
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    threads: { type: 'string', default: '2' },
    images: { type: 'string' },
    json: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(usage);
} else {
  const settings: BenchSettings = {
    size: values.smoke ? 32 : 256,
    batch: values.smoke ? 2 : 32,
    rounds: values.smoke ? 1 : Number(values.rounds),
    threads: Number(values.threads),
    images: values.images,
    smoke: values.smoke,
  };
  const names = values.only === undefined ? Object.keys(benches) : values.only.split(',');
  const machine = describeMachine();
  const known = names.filter(isBench);
  const fault = findUnknown(names) ?? (await findWrongFolder(settings.images, known));
  if (fault === undefined) {
    const { rows, failures } = await measure(known, settings);
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ machine, settings, rows, failures }, null, 2)}\n`
        : render(rows, renderMachine(machine)),
    );
  } else {
    process.stderr.write(`error: ${endSentence(fault)}\n`);
    process.exitCode = 2;
  }
}

function findUnknown(names: readonly string[]): string | undefined {
  const unknown = names.find((name) => !isBench(name));
  return unknown && `--only knows ${Object.keys(benches).join(', ')}, not ${unknown}`;
}

/** Measuring takes half an hour: what cannot work is said before it begins. */
async function findWrongFolder(
  images: string | undefined,
  names: readonly (keyof typeof benches)[],
): Promise<string | undefined> {
  if (images === undefined || !names.some((name) => name === 'epoch' || name === 'decoding')) return undefined;
  try {
    await listDatasetFolder(images);
    return undefined;
  } catch (error) {
    if (!(error instanceof PneumoscopeError)) throw error;
    return `--images needs a folder of class folders: ${error.message}`;
  }
}

/** A part that fails is named and does not take the others' figures with it. */
async function measure(
  names: readonly (keyof typeof benches)[],
  settings: BenchSettings,
): Promise<{ readonly rows: readonly Row[]; readonly failures: readonly { part: string; reason: string }[] }> {
  const rows: Row[] = [];
  const failures: { part: string; reason: string }[] = [];
  for (const part of names) {
    process.stderr.write(`${part} ...\n`);
    try {
      rows.push(...(await benches[part](settings)));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failures.push({ part, reason });
      process.stderr.write(`error: ${part} failed: ${endSentence(reason)}\n`);
      process.exitCode = 1;
    }
  }
  return { rows, failures };
}

function render(measured: readonly Row[], head: string): string {
  const columns = [
    { title: 'what' },
    { title: 'this project', align: 'right' },
    { title: 'against' },
    { title: 'ratio', align: 'right' },
    { title: 'goal', align: 'right' },
  ] as const;
  const cells = measured.map(({ what, value, unit, against, ratio, goal }) => [
    what,
    `${value.toPrecision(3)} ${unit}`,
    against,
    ratio === undefined ? '' : ratio.toFixed(2),
    goal === undefined ? '' : goal.text,
  ]);
  return `${head}\n\n${renderTable(columns, cells)}\n`;
}
