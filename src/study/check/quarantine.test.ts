import { statSync } from 'node:fs';
import {
  appendFile,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { png, writeFiles } from '../../../test/fixtures/inspection/check-images.ts';
import { partialName } from '../../base/files/move-file.ts';
import { checkDataset } from './check.ts';
import { logName, renderLogLine } from './quarantine-log.ts';
import { openQuarantine, quarantineFiles, restoreQuarantine, type QuarantineResult } from './quarantine.ts';

vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let root: string;
let aside: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'quarantine-'));
  root = path.join(folder, 'data');
  aside = path.join(folder, 'aside');
  await writeFiles(root, {
    'A/good.png': png({ seed: 1 }),
    'B/good.png': png({ seed: 2 }),
    'A/deep/er/bad.png': 'bad one',
    'A/bad.png': 'bad two',
    'B/bad.png': '',
  });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function isOtherDisk(place: string): boolean {
  return (
    process.platform === 'linux' &&
    ![undefined, statSync(tmpdir()).dev].includes(statSync(place, { throwIfNoEntry: false })?.dev)
  );
}

/** Every file below a folder, with its content. */
async function tree(place: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(place, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files[path.relative(place, file).split(path.sep).join('/')] = await readFile(file, 'latin1').catch(() => 'no file');
  }
  return files;
}

const move = async (...files: readonly string[]): Promise<QuarantineResult> =>
  quarantineFiles(
    await openQuarantine(root, aside),
    files.map((file) => ({ file, reason: `${file} is bad` })),
  );
const restore = () => restoreQuarantine({ folder: root, quarantine: aside });
const readLog = () => readFile(path.join(aside, logName), 'utf8');

describe('a quarantine', () => {
  it('takes what cannot be read, keeps the paths, and gives all back', async () => {
    const before = await tree(root);
    const { quarantine, findings, unreadable } = await checkDataset({ folder: root, quarantine: aside });
    expect(quarantine?.moved.map(({ file, to }) => `${file} ${to}`)).toEqual([
      'A/bad.png A/bad.png',
      'A/deep/er/bad.png A/deep/er/bad.png',
      'B/bad.png B/bad.png',
    ]);
    expect(unreadable).toHaveLength(3);
    // What was moved is decided about.
    expect(findings.map(({ kind }) => kind)).toEqual(['patients-unknown']);
    expect(Object.keys(await tree(root)).toSorted()).toEqual(['A/good.png', 'B/good.png']);
    const log = (await readLog())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(log[0]).toMatchObject({ createdBy: 'pneumoscope', quarantine: 1 });
    expect(log[1]).toEqual({
      file: 'A/bad.png',
      to: 'A/bad.png',
      reason: expect.stringMatching(/bad\.png is not an image/) as string,
    });
    expect(await restore()).toMatchObject({ restored: ['A/bad.png', 'A/deep/er/bad.png', 'B/bad.png'], lost: [] });
    expect(await tree(root)).toEqual(before);
    expect(await readdir(folder)).toEqual(['data']);
  });

  it('moves second copies when asked, but never where labels differ, and keeps the one of the last split', async () => {
    await rm(root, { recursive: true });
    await writeFiles(root, {
      'train/A/1.png': png({ seed: 1 }),
      'train/A/1-too.png': png({ seed: 1 }),
      'test/A/1.png': png({ seed: 1 }),
      'train/A/2.png': png({ seed: 2 }),
      'train/B/2.png': png({ seed: 2 }),
      'test/B/3.png': png({ seed: 3 }),
    });
    const result = await checkDataset({ folder: root, quarantine: aside, quarantineDuplicates: true });
    expect(result.quarantine?.moved.map(({ file }) => file)).toEqual(['train/A/1-too.png', 'train/A/1.png']);
    expect(result.findings.map(({ kind }) => kind)).toEqual(['identical-with-two-labels', 'patients-unknown']);
  });

  it('takes a second helping into the same folder without overwriting the first', async () => {
    await move('A/bad.png');
    await writeFiles(root, { 'A/bad.png': 'another bad one' });
    expect((await move('A/bad.png', 'B/bad.png')).moved.map(({ to }) => to)).toEqual(['A/bad-2.png', 'B/bad.png']);
    const { [logName]: log, ...files } = await tree(aside);
    expect(files).toEqual({ 'A/bad.png': 'bad two', 'A/bad-2.png': 'another bad one', 'B/bad.png': '' });
    expect(log?.split('\n')).toHaveLength(5);
    // Both stood in one place: the second stays until somebody decides.
    expect(await restore()).toMatchObject({
      restored: ['A/bad.png', 'B/bad.png'],
      taken: [{ file: 'A/bad.png', to: 'A/bad-2.png' }],
    });
    expect(await tree(root)).toMatchObject({ 'A/bad.png': 'bad two' });
    await rename(path.join(root, 'A', 'bad.png'), path.join(root, 'A', 'bad-first.png'));
    expect(await restore()).toMatchObject({ restored: ['A/bad.png'], taken: [] });
    expect(await tree(root)).toMatchObject({ 'A/bad.png': 'another bad one', 'A/bad-first.png': 'bad two' });
    expect(await readdir(folder)).toEqual(['data']);
  });

  it('does not overwrite a file that stands in the place now', async () => {
    await move('A/bad.png', 'B/bad.png');
    await writeFiles(root, { 'A/bad.png': 'a new image' });
    expect(await restore()).toMatchObject({
      restored: ['B/bad.png'],
      taken: [{ file: 'A/bad.png', to: 'A/bad.png' }],
      lost: [],
    });
    expect((await tree(root))['A/bad.png']).toBe('a new image');
    expect((await tree(aside))['A/bad.png']).toBe('bad two');
    expect(await readLog()).toContain('A/bad.png');
  });

  it('undoes what a kill left: a line without its move, half a line, a file in both places', async () => {
    const before = await tree(root);
    await move('A/bad.png');
    await appendFile(path.join(aside, logName), renderLogLine({ file: 'B/bad.png', to: 'B/bad.png', reason: 'x' }));
    await appendFile(path.join(aside, logName), '{"file":"A/deep/er/b');
    // The same quarantine goes on behind the last whole line.
    expect((await move('B/bad.png')).moved).toHaveLength(1);
    await appendFile(path.join(aside, logName), '{"file":');
    await writeFiles(root, { 'A/bad.png': 'bad two' });
    await writeFiles(root, { 'B/.bad.png.part': 'half a cop' });
    expect(await restore()).toMatchObject({ restored: ['B/bad.png'], inPlace: ['A/bad.png'], taken: [], lost: [] });
    expect(await tree(root)).toEqual(before);
  });

  it('does not take one file for another whose move was cut off', async () => {
    await writeFiles(root, { 'A/bad-2.png': 'bad three' });
    await move('A/bad.png');
    await appendFile(path.join(aside, logName), renderLogLine({ file: 'A/bad-2.png', to: 'A/bad-2.png', reason: 'x' }));
    await writeFiles(root, { 'A/bad.png': 'a second bad two' });
    expect((await move('A/bad.png')).moved[0]?.to).toBe('A/bad-3.png');
  });

  it('says what is lost, and what could not be moved', async () => {
    expect(await move('A/bad.png', 'A/gone.png')).toMatchObject({
      moved: [{ file: 'A/bad.png' }],
      failed: [{ file: 'A/gone.png', reason: expect.stringMatching(/gone\.png cannot be moved \(ENOENT\)/) as string }],
    });
    await rm(path.join(aside, 'A', 'bad.png'));
    expect(await restore()).toMatchObject({ restored: [], lost: ['A/bad.png', 'A/gone.png'] });
  });

  it.skipIf(!isOtherDisk('/dev/shm'))('copies to another disk, with the time of its last change', async () => {
    const far = await mkdtemp('/dev/shm/quarantine-');
    try {
      await utimes(path.join(root, 'A', 'bad.png'), 1e9, 1e9);
      const quarantine = await openQuarantine(root, far);
      const files = ['A/bad.png', 'B/bad.png'].map((file) => ({ file, reason: 'bad' }));
      expect((await quarantineFiles(quarantine, files)).moved).toHaveLength(2);
      expect(Object.keys(await tree(far)).toSorted()).toEqual(['A/bad.png', 'B/bad.png', logName]);
      expect((await stat(path.join(far, 'A', 'bad.png'))).mtimeMs).toBe(1e12);
      // A kill in the middle of copying back leaves a part, which is no image and does not stay.
      await writeFiles(root, { 'A/.bad.png.part': 'bad' });
      expect((await restoreQuarantine({ folder: root, quarantine: far })).restored).toEqual(['A/bad.png', 'B/bad.png']);
      expect(await tree(root)).toMatchObject({ 'A/bad.png': 'bad two', 'B/bad.png': '' });
      expect(await tree(root)).not.toHaveProperty('A/.bad.png.part');
    } finally {
      await rm(far, { recursive: true, force: true });
    }
  });

  it('goes on after a kill between the last two steps of a move, without a second copy', async () => {
    await move('A/bad.png', 'B/bad.png');
    await link(path.join(aside, 'A', 'bad.png'), path.join(root, 'A', 'bad.png'));
    // As between two disks, where a move is a copy.
    await copyFile(path.join(aside, 'B', 'bad.png'), path.join(root, 'B', 'bad.png'));
    expect(await move('A/bad.png', 'B/bad.png')).toMatchObject({
      moved: [{ to: 'A/bad.png' }, { to: 'B/bad.png' }],
      failed: [],
    });
    expect(Object.keys(await tree(aside)).toSorted()).toEqual(['A/bad.png', 'B/bad.png', logName]);
    expect(await tree(root)).not.toHaveProperty('A/bad.png');
    expect(await restore()).toMatchObject({ restored: ['A/bad.png', 'B/bad.png'], lost: [], taken: [] });
  });

  it('takes a file of a name that is as long as a disk allows, to another disk too', () => {
    const name = partialName(`/far/${'ü'.repeat(127)}.png`);
    expect(Buffer.byteLength(path.basename(name))).toBeLessThanOrEqual(255);
    expect(name).not.toBe(partialName(`/far/${'ü'.repeat(126)}.png`));
  });

  it('keeps links as links', async () => {
    await symlink('../nowhere.png', path.join(root, 'A', 'link.png'));
    await move('A/link.png');
    expect(await restore()).toMatchObject({ restored: ['A/link.png'] });
    expect((await tree(root))['A/link.png']).toBe('no file');
  });
});

describe('a quarantine refuses', () => {
  const refusal = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => expect.unreachable(),
      ({ code, message }: { code: string; message: string }) => `${code} ${message}`,
    );

  it('a folder in the data set, around it, full, or of another data set', async () => {
    expect(await refusal(openQuarantine(root, path.join(root, 'bad')))).toMatch(/^E_USAGE .* lies among the images/);
    expect(await refusal(openQuarantine(root, folder))).toMatch(/^E_USAGE .* choose a folder of its own/);
    await writeFiles(aside, { 'notes.txt': 'mine' });
    expect(await refusal(openQuarantine(root, aside))).toMatch(/^E_USAGE .* is not empty/);
    await rm(aside, { recursive: true });
    await move('A/bad.png');
    await mkdir(path.join(folder, 'other'));
    expect(await refusal(openQuarantine(path.join(folder, 'other'), aside))).toMatch(/^E_USAGE .* another data set/);
    const other = { folder: path.join(folder, 'other'), quarantine: aside };
    expect(await refusal(restoreQuarantine(other))).toMatch(/^E_USAGE .*holds files of/);
    // A data set that was renamed has its user's word only.
    await rename(root, path.join(folder, 'renamed'));
    expect(await restoreQuarantine({ folder: path.join(folder, 'renamed'), quarantine: aside })).toMatchObject({
      restored: ['A/bad.png'],
    });
  });

  it.each(['A', 'A/deep'])('to move anything through a link in the place of %s, either way', async (linked) => {
    const elsewhere = path.join(folder, 'elsewhere');
    await move('A/deep/er/bad.png', 'B/bad.png');
    for (const place of [root, aside]) {
      const own = path.join(place, ...linked.split('/'));
      await rename(own, elsewhere);
      await symlink(elsewhere, own);
      const before = [await tree(root), await tree(aside), await tree(elsewhere)];
      expect(await refusal(restore())).toBe(
        `E_USAGE ${own} is a link, and nothing is moved through a link; put a folder in its place`,
      );
      expect([await tree(root), await tree(aside), await tree(elsewhere)]).toEqual(before);
      await rm(own);
      await rename(elsewhere, own);
    }
    expect(await restore()).toMatchObject({ restored: ['A/deep/er/bad.png', 'B/bad.png'] });
  });

  it('to move aside what lies behind a link: it says so of the file, and takes the others', async () => {
    const elsewhere = path.join(folder, 'elsewhere');
    await rename(path.join(root, 'A'), elsewhere);
    await symlink(elsewhere, path.join(root, 'A'));
    expect(await move('A/bad.png', 'B/bad.png')).toMatchObject({
      moved: [{ file: 'B/bad.png' }],
      failed: [{ file: 'A/bad.png', reason: expect.stringMatching(/A is a link, and what a link leads to stays/) }],
    });
    expect(await tree(elsewhere)).toHaveProperty('bad.png');
  });

  it('to restore from what is no quarantine, or by a log that leads elsewhere', async () => {
    expect(await refusal(restore())).toMatch(/^E_NOT_FOUND .* holds no quarantine\.jsonl/);
    await move('A/bad.png');
    const log = await readLog();
    for (const file of ['../../etc/passwd', '/etc/passwd', '.', 'A/../../x']) {
      await writeFile(path.join(aside, logName), log + renderLogLine({ file, to: 'x', reason: '' }));
      expect(await refusal(restore())).toMatch(/^E_DATASET .*line 3.*leads out of the folder/);
    }
    await writeFile(path.join(aside, logName), `${log}nonsense\n`);
    expect(await refusal(restore())).toMatch(
      /^E_DATASET .*line 3, is not one that this program wrote \(it is not JSON\)/,
    );
    expect(await tree(root)).not.toHaveProperty('A/bad.png');
  });
});
