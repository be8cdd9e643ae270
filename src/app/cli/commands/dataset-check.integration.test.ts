import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { png, writeFiles } from '../../../../test/fixtures/inspection/check-images.ts';
import { runCli } from '../../../../test/run-cli.ts';
import type { CheckResult } from '../../../study/check/check-result.ts';

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: string;
let bad: string;
let clean: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pneumoscope-check-'));
  bad = path.join(folder, 'bad');
  clean = path.join(folder, 'clean');
  await writeFiles(bad, {
    'train/NORMAL/IM-0001-0001.png': png({ seed: 1 }),
    'train/NORMAL/IM-0002-0001.png': png({ seed: 2 }),
    'train/NORMAL/IM-0003-0001.png': 'no image',
    'test/NORMAL/IM-0001-0002.png': png({ seed: 3 }),
    'train/PNEUMONIA/person1_virus_1.png': png({ seed: 2 }),
    'test/PNEUMONIA/person2_virus_1.png': png({ seed: 4 }),
    'test/PNEUMONIA/person3_virus_1.png': png({ seed: 4 }),
    'train/PNEUMONIA/evil\u001b[31m.txt': 'x',
  });
  for (let i = 1; i <= 3; i++) {
    await writeFiles(clean, {
      [`NORMAL/IM-000${i}-0001.png`]: png({ seed: i }),
      [`PNEUMONIA/person${i}_virus_1.png`]: png({ seed: i + 10 }),
    });
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('pneumoscope dataset check', () => {
  it('ends with code 0 where nothing needs a decision', async () => {
    const { exitCode, stdout, stderr } = await runCli(['dataset', 'check', clean]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`6 images of 6 patients in ${clean}; all can be read.\n`);
    expect(stdout).toMatch(/^all +6 +6 +3 \(50\.0 %\) +3 \(50\.0 %\)$/m);
    expect(stdout).toMatch(/^Nothing needs a decision\.$/m);
  });

  it('tells the most important first, and ends with code 1', async () => {
    const { exitCode, stdout, stderr } = await runCli(['dataset', 'check', bad]);
    expect([exitCode, stderr]).toEqual([1, '']);
    const order = [
      /^7 images of 6 patients in .*; 1 cannot be read\.$/m,
      /^Needs a decision$/m,
      /^1 file cannot be read\. Replace them/m,
      /^1 image is in two classes\./m,
      /^ {2}train\/NORMAL\/IM-0002-0001\.png = train\/PNEUMONIA\/person1_virus_1\.png$/m,
      /^1 patient has images in more than one set\./m,
      /^ {2}IM-0001: train 1, test 1$/m,
      /^Worth knowing$/m,
      /^1 group of identical images within one class and set\./m,
      /^1 file or folder is ignored\./m,
    ].map((line) => stdout.search(line));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(stdout).not.toContain('\u001b');
  });

  it('prints one JSON document with --json, and still ends with code 1', async () => {
    const { exitCode, stdout, stderr } = await runCli(['dataset', 'check', bad, '--json']);
    expect([exitCode, stderr]).toEqual([1, '']);
    const result = JSON.parse(stdout) as CheckResult;
    expect(result).toMatchObject({
      folder: bad,
      images: 7,
      readable: 6,
      patients: 6,
      imagesWithoutPatient: 0,
      classNames: ['NORMAL', 'PNEUMONIA'],
      splits: ['train', 'test'],
      needsDecision: true,
      unreadable: [{ file: 'train/NORMAL/IM-0003-0001.png', kind: 'not-an-image' }],
      patientsInSeveralSplits: [{ patient: 'IM-0001', splits: { train: 1, test: 1 } }],
      similar: [],
      quarantine: null,
    });
    expect(result.findings).toEqual([
      { kind: 'unreadable', needsDecision: true, count: 1 },
      { kind: 'identical-with-two-labels', needsDecision: true, count: 1 },
      { kind: 'patients-across-splits', needsDecision: true, count: 1 },
      { kind: 'identical', needsDecision: false, count: 1 },
      { kind: 'left-out', needsDecision: false, count: 1 },
    ]);
    expect(result.identical[1]).toMatchObject({ kind: 'bytes', severalPatients: true, crossesSplits: false });
  });

  it('moves bad files aside and back', async () => {
    const aside = path.join(folder, 'aside');
    const moved = await runCli(['dataset', 'check', bad, '--quarantine', aside, '--quarantine-duplicates']);
    expect(moved.stdout).toContain(
      `2 files moved to ${aside}. To undo it: pneumoscope dataset check ${bad} --restore ${aside}\n`,
    );
    expect(moved.stdout).not.toMatch(/cannot be read\. Replace|identical images within/);
    const again = await runCli(['dataset', 'check', bad, '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ images: 5, readable: 5 });
    const back = await runCli(['dataset', 'check', bad, '--restore', aside]);
    expect(back).toMatchObject({ exitCode: 0, stdout: `2 files are back in ${bad}.\n`, stderr: '' });
    const gone = await runCli(['dataset', 'check', bad, '--restore', aside, '--json']);
    expect(gone.exitCode).toBe(1);
    expect(JSON.parse(gone.stdout)).toMatchObject({ error: { code: 'E_NOT_FOUND' } });
  });

  it('takes labels from a table', async () => {
    const table = path.join(folder, 'labels.csv');
    await writeFile(table, 'file,label,patient\nNORMAL/IM-0001-0001.png,well,a\nPNEUMONIA/person1_virus_1.png,ill,b\n');
    const { exitCode, stdout } = await runCli(['dataset', 'check', clean, '--labels', table, '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ images: 2, patients: 2, classNames: ['ill', 'well'] });
  });

  it.each([
    [['--restore', 'x', '--quarantine', 'y'], /--restore only moves files back/],
    [['--quarantine-duplicates'], /--quarantine-duplicates needs --quarantine FOLDER/],
    [['--quarantine', '.'], /lies in|among/],
  ])('refuses %j with code 2', async (options, sentence) => {
    const { exitCode, stderr } = await runCli(['dataset', 'check', bad, ...options], { cwd: bad });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(sentence);
  });
});
