/** Power cut right after «done»: a copy of the disk at that moment, on which everything must be. Needs root and loop devices. */
import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { digestTree } from './lib/digests.ts';
import { runProgram } from './lib/run-program.ts';
import { makeWork, trainingFlags } from './lib/seeded-work.ts';
import type { PartReport, TrialSettings } from './settings.ts';

const execute = promisify(execFile);

/** By command: how it is called, and where what it made lies. */
const commands = [
  { name: 'get', args: ['dataset', 'get', '--from', 'raw.zip', '--out', 'got'], made: 'got' },
  { name: 'split', args: ['dataset', 'split', 'raw', '--out', 'sets', '--link', 'copy'], made: 'sets' },
  {
    name: 'train',
    args: ['train', 'data', '--out', 'new', ...trainingFlags, '--epochs', '1', '--keep-checkpoint'],
    made: 'new',
  },
  { name: 'compress', args: ['compress', 'run/model.onnx', '--out', 'small.onnx', '--threads', '1'], made: '.' },
  { name: 'calibrate', args: ['calibrate', 'run/model.onnx', 'data', '--threads', '1'], made: 'run' },
] as const;

export async function tryPowerCut({ scratch, smoke, note }: TrialSettings): Promise<PartReport> {
  await mkdir(scratch, { recursive: true });
  const reason = await findObstacle(scratch);
  if (reason !== undefined) return { cases: 0, broke: [], worst: '', skipped: reason };
  await makeWork(path.join(scratch, 'base'));
  const broke: string[] = [];
  const chosen = smoke ? commands.slice(0, 2) : commands;
  let files = 0;
  for (const command of chosen) {
    note(`  ${command.name}`);
    const tried = await cutPower(command, scratch);
    files += tried.files;
    if (tried.lost.length > 0)
      broke.push(`${command.name}: ${tried.lost.length} of ${tried.files} files, such as ${tried.lost[0]}`);
  }
  return { cases: chosen.length, broke, worst: `${files} files compared after ${chosen.length} power cuts` };
}

async function cutPower(
  { args, made }: (typeof commands)[number],
  scratch: string,
): Promise<{ readonly files: number; readonly lost: readonly string[] }> {
  const [image, cut, disk, after] = ['disk.img', 'cut.img', 'disk', 'after'].map((name) =>
    path.join(scratch, name),
  ) as [string, string, string, string];
  await makeDisk(image, disk);
  try {
    await execute('cp', ['-r', `${path.join(scratch, 'base')}/.`, disk]);
    await execute('sync', ['-f', disk]);
    const ended = await runProgram([...args, '--quiet'], {
      cwd: disk,
      env: { XDG_CACHE_HOME: path.join(scratch, 'cache') },
    });
    // What the file system has not handed to the disk by now is lost.
    await execute('cp', ['--sparse=always', image, cut]);
    if (ended.code !== 0) return { files: 1, lost: [`it failed: ${ended.stderr.slice(0, 300)}`] };
    await mkdir(after, { recursive: true });
    await execute('mount', ['-o', 'loop', cut, after]);
    const [present, kept] = await Promise.all([disk, after].map((place) => digestTree(path.join(place, made))));
    const lost = Object.entries({ ...present }).flatMap(([name, digest]) => {
      if (kept?.[name] === digest) return [];
      return [kept?.[name] === undefined ? `${name} is not there` : `${name} has other bytes`];
    });
    return { files: Object.keys({ ...present }).length, lost };
  } finally {
    for (const place of [disk, after]) await execute('umount', [place]).catch(() => undefined);
    for (const place of [image, cut]) await rm(place, { force: true });
  }
}

/** Its journal waits for minutes unless it is asked: what is not synced stays in memory. */
async function makeDisk(image: string, disk: string): Promise<void> {
  await mkdir(disk, { recursive: true });
  await execute('truncate', ['-s', '256M', image]);
  await execute('mkfs.ext4', ['-q', '-F', image]);
  await execute('mount', ['-o', 'loop,commit=600', image, disk]);
}

async function findObstacle(scratch: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (process.getuid?.() !== 0) return 'it needs root, to mount a disk image';
  const [image, disk] = [path.join(scratch, 'probe.img'), path.join(scratch, 'probe')];
  try {
    await makeDisk(image, disk);
    await execute('umount', [disk]);
    return undefined;
  } catch (error) {
    const [line = ''] = String(error instanceof Error && 'stderr' in error ? error.stderr : error)
      .trim()
      .split('\n');
    return `a disk image cannot be mounted here (${line.slice(0, 120)})`;
  } finally {
    await rm(image, { force: true });
  }
}
