/** The commands whose file operations fail in turn: how each is called, what it must have made in the end, and what no fault may take. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { digestModel, digestRun, digestTree } from './digests.ts';
import { spoiledDigests, trainingFlags } from './seeded-work.ts';

export interface TriedCommand {
  readonly name: string;
  readonly args: readonly string[];
  /** Called after a fault; the same command unless given. */
  readonly again?: readonly string[];
  /** What it made: equal for all ways to the end. */
  readonly digest: (folder: string) => Promise<unknown>;
  /** What must be so after a fault already: the same before and after the command, too. */
  readonly guard?: (folder: string) => Promise<unknown>;
  /** What it may say when it is called after a fault that came behind its last result: there is nothing left to do. */
  readonly nothingLeft?: RegExp;
  /** The exit code by which it says that it found something, which is no failure. */
  readonly findings?: number;
}

const train = ['train', 'data', '--out', 'new', ...trainingFlags, '--epochs', '2', '--keep-checkpoint', '--quiet'];
const finish = ['train', 'data', '--out', 'new', ...trainingFlags, '--epochs', '1', '--quiet'];
const split = ['dataset', 'split', 'raw', '--out', 'sets', '--link', 'copy', '--quiet'];
const crossval = ['crossval', 'raw', '--out', 'folds', ...trainingFlags, '--folds', '2', '--epochs', '1', '--quiet'];
const threads = ['--threads', '1', '--quiet'];

export const triedCommands: readonly TriedCommand[] = [
  {
    name: 'get',
    args: ['dataset', 'get', '--from', 'raw.zip', '--out', 'got', '--quiet'],
    digest: (folder) => digestTree(path.join(folder, 'got')),
  },
  {
    name: 'calibrate',
    args: ['calibrate', 'run/model.onnx', 'data', ...threads],
    digest: (folder) => digestModel(path.join(folder, 'run/model.onnx')),
    // Before and after: a whole model with the same weights.
    guard: async (folder) => {
      const { weights } = (await digestModel(path.join(folder, 'run/model.onnx'))) as { weights: unknown };
      return weights;
    },
  },
  {
    name: 'split',
    args: split,
    again: [...split, '--overwrite'],
    digest: (folder) => digestTree(path.join(folder, 'sets')),
    guard: (folder) => digestTree(path.join(folder, 'raw')),
  },
  {
    name: 'compress',
    args: ['compress', 'run/model.onnx', '--out', 'small.onnx', ...threads],
    digest: (folder) => digestModel(path.join(folder, 'small.onnx')),
    guard: async (folder) => {
      // Whichever of the two it is, it is whole.
      await digestModel(path.join(folder, 'small.onnx'));
      return await digestTree(path.join(folder, 'run'));
    },
  },
  {
    name: 'quarantine',
    args: ['dataset', 'check', 'spoiled', '--quarantine', 'aside', '--quiet'],
    findings: 1,
    digest: async (folder) => [
      await digestTree(path.join(folder, 'spoiled')),
      Object.values(await digestTree(path.join(folder, 'aside'), /(^|\/)\.|\.jsonl?$/)).toSorted(),
    ],
    // Every file is in one of the two folders.
    guard: async (folder) => {
      const [left, aside] = await Promise.all(
        ['spoiled', 'aside'].map((name) => digestTree(path.join(folder, name), /\.jsonl?$/)),
      );
      const known = new Set(Object.values({ ...left }).concat(Object.values({ ...aside })));
      return (await listOriginals(folder)).filter((digest) => !known.has(digest));
    },
  },
  {
    name: 'report',
    args: ['report', 'run', '--data', 'data', '--images', '2', '--audited', '0', '--replicates', '100', ...threads],
    digest: async (folder) =>
      (await readFile(path.join(folder, 'run/report.html'), 'utf8')).trimEnd().endsWith('</html>'),
    guard: (folder) => digestModel(path.join(folder, 'run/model.onnx')),
  },
  {
    name: 'train',
    args: train,
    again: [...train, '--resume'],
    digest: (folder) => digestRun(path.join(folder, 'new')),
    guard: (folder) => digestTree(path.join(folder, 'data')),
  },
  {
    name: 'train-finish',
    args: finish,
    again: [...finish, '--resume'],
    nothingLeft: /is finished and its checkpoint was deleted/,
    digest: (folder) => digestRun(path.join(folder, 'new')),
  },
  {
    name: 'crossval',
    args: crossval,
    again: [...crossval, '--resume'],
    digest: async (folder) => [
      await readFile(path.join(folder, 'folds/predictions.csv'), 'utf8'),
      (await readdir(path.join(folder, 'folds'))).filter((name) => !name.startsWith('.')).toSorted(),
    ],
    guard: (folder) => digestTree(path.join(folder, 'raw')),
  },
];

/** What the spoiled folder had before: the images of `raw`, and the files that are none. */
async function listOriginals(folder: string): Promise<readonly string[]> {
  const raw = await digestTree(path.join(folder, 'raw'));
  return [...Object.values(raw), ...spoiledDigests];
}
