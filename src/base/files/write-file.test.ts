import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PneumoscopeError } from '../errors.ts';
import { isTemporaryName, replaceFile, temporaryName, writeFileWhole } from './write-file.ts';

const posix = process.platform !== 'win32';
const isRoot = process.getuid?.() === 0;

let root: string;
let file: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'write-file-'));
  file = path.join(root, 'file.txt');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const modeOf = async (place: string): Promise<number> => (await stat(place)).mode & 0o777;

async function* failAfter(part: string, error: unknown): AsyncGenerator<Uint8Array> {
  yield Buffer.from(part);
  await Promise.resolve();
  throw error;
}

describe('a file written whole', () => {
  it.each<[string, Parameters<typeof writeFileWhole>[1]]>([
    ['a text', 'grün\n'],
    ['bytes', Buffer.from('grün\n')],
    ['several parts', [Buffer.from('gr'), Buffer.from('ün\n')]],
    ['parts that are made one by one', failLater()],
  ])('holds %s, and stands alone in its folder', async (_, content) => {
    const below = path.join(root, 'a', 'b', 'file.txt');
    await writeFileWhole(below, content);
    expect(await readFile(below, 'utf8')).toBe('grün\n');
    expect(await readdir(path.dirname(below))).toEqual(['file.txt']);
  });

  async function* failLater(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('grün');
    await Promise.resolve();
    yield Buffer.from('\n');
  }

  it('may be made from the file that it replaces', async () => {
    await writeFile(file, 'before');
    async function* content(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('behind ');
      yield await readFile(file);
    }
    await writeFileWhole(file, content(), { durable: false });
    expect(await readFile(file, 'utf8')).toBe('behind before');
  });

  it('may have the longest name that a disk takes', async () => {
    const long = path.join(root, 'ü'.repeat(127));
    await writeFileWhole(long, 'x');
    await writeFileWhole(long, 'y');
    expect(await readdir(root)).toEqual([path.basename(long)]);
  });

  it('may be one of several that are written at once under one name', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => writeFileWhole(file, String(i).repeat(1000))));
    expect(new Set(await readFile(file, 'utf8')).size).toBeLessThanOrEqual(2);
    expect(await readdir(root)).toEqual(['file.txt']);
  });

  it('takes the place of a link, not of what it leads to', async () => {
    await writeFile(path.join(root, 'other'), 'mine');
    await symlink('other', file);
    await writeFileWhole(file, 'new');
    expect(await readFile(path.join(root, 'other'), 'utf8')).toBe('mine');
    expect(await readFile(file, 'utf8')).toBe('new');
  });
});

describe.skipIf(!posix)('the permissions', () => {
  it.each([0o600, 0o640, 0o444, 0o666, 0o755])('of the file that is replaced stay: %o', async (mode) => {
    await writeFile(file, 'before');
    await chmod(file, mode);
    await writeFileWhole(file, 'after');
    expect(await readFile(file, 'utf8')).toBe('after');
    expect(await modeOf(file)).toBe(mode);
  });

  it('are never wider while it is written', async () => {
    await writeFile(file, 'before');
    await chmod(file, 0o600);
    const modes: number[] = [];
    async function* content(): AsyncGenerator<Uint8Array> {
      const [name = ''] = (await readdir(root)).filter(isTemporaryName);
      modes.push(await modeOf(path.join(root, name)));
      yield Buffer.from('after');
    }
    await writeFileWhole(file, content());
    expect(modes).toEqual([0o600]);
  });

  it('of a new file are those that the system gives', async () => {
    const plain = path.join(root, 'plain');
    await writeFile(plain, '');
    await writeFileWhole(file, '');
    expect(await modeOf(file)).toBe(await modeOf(plain));
  });

  it.skipIf(!isRoot)('and the owner stay when an administrator replaces the file', async () => {
    await writeFile(file, 'before', { mode: 0o600 });
    await chown(file, 12_345, 12_346);
    await writeFileWhole(file, 'after');
    expect(await stat(file)).toMatchObject({ uid: 12_345, gid: 12_346 });
    expect(await modeOf(file)).toBe(0o600);
  });
});

describe('a file that cannot be written', () => {
  it.each<[string, Error, string]>([
    [
      'a full disk',
      Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }),
      'file.txt cannot be written: the disk is full; free some space and run the same command again',
    ],
    ['a failure of ours', new PneumoscopeError('E_ARCHIVE', 'the archive is damaged'), 'the archive is damaged'],
    ['a defect', new TypeError('no such method'), 'no such method'],
  ])('leaves what was there and nothing else: %s', async (_, error, words) => {
    await writeFile(file, 'before');
    await expect(writeFileWhole(file, failAfter('half', error))).rejects.toThrow(words);
    expect(await readFile(file, 'utf8')).toBe('before');
    expect(await readdir(root)).toEqual(['file.txt']);
  });

  it('is refused where a folder has its name', async () => {
    await mkdir(path.join(file, 'inner'), { recursive: true });
    await expect(writeFileWhole(file, 'x')).rejects.toMatchObject({
      code: 'E_DISK',
      message: `${file} cannot be written: a folder stands where a file is needed; choose another name`,
    });
    expect(await readdir(root)).toEqual(['file.txt']);
    expect(await readdir(file)).toEqual(['inner']);
  });

  it('is refused where a file stands for its folder', async () => {
    await writeFile(file, 'before');
    await expect(writeFileWhole(path.join(file, 'below'), 'x')).rejects.toMatchObject({
      code: 'E_DISK',
      message: expect.stringContaining('a file stands where a folder is needed') as string,
    });
    expect(await readFile(file, 'utf8')).toBe('before');
  });

  it.skipIf(process.platform !== 'linux')('is cut off by the system without a trace', async () => {
    await writeFile(file, 'before');
    const script = `
      import { writeFileWhole } from ${JSON.stringify(new URL('./write-file.ts', import.meta.url).href)};
      process.on('SIGXFSZ', () => undefined);
      await writeFileWhole(${JSON.stringify(file)}, new Uint8Array(1 << 20)).catch(({ message }) => console.log(message));
    `;
    const shell = 'ulimit -f 100; exec "$0" --input-type=module -e "$1"';
    const words = execFileSync('sh', ['-c', shell, process.execPath, script], { encoding: 'utf8' });
    expect(words).toBe(`${file} cannot be written: the file is too large for this disk; choose another folder\n`);
    expect(await readFile(file, 'utf8')).toBe('before');
    expect(await readdir(root)).toEqual(['file.txt']);
  });
});

describe('a file that is built aside', () => {
  it('takes its place when its maker is content, whatever was written meanwhile', async () => {
    await writeFile(file, 'before', { mode: 0o640 });
    const result = await replaceFile(file, async (aside) => {
      expect(path.dirname(aside)).toBe(root);
      expect(isTemporaryName(path.basename(aside))).toBe(true);
      await writeFileWhole(aside, 'first');
      await writeFileWhole(aside, 'second');
      expect(await readFile(file, 'utf8')).toBe('before');
      return 5;
    });
    expect([result, await readFile(file, 'utf8')]).toEqual([5, 'second']);
    expect(await modeOf(file)).toBe(posix ? 0o640 : 0o666);
    expect(await readdir(root)).toEqual(['file.txt']);
  });

  it('leaves what was there when its maker refuses it, and nothing else', async () => {
    await writeFile(file, 'before');
    const refusal = new PneumoscopeError('E_UNREADABLE_IMAGE', 'x is not an image');
    const refused = replaceFile(file, async (aside) => {
      await writeFileWhole(aside, 'half');
      throw refusal;
    });
    await expect(refused).rejects.toBe(refusal);
    expect(await readFile(file, 'utf8')).toBe('before');
    expect(await readdir(root)).toEqual(['file.txt']);
  });
});

describe('what a killed process left', () => {
  const hours = (count: number): Date => new Date(Date.now() - count * 3_600_000);

  it('goes with the next file that is written there, an hour later', async () => {
    const [old, young] = [temporaryName(file), temporaryName(file)];
    const foreign = ['film.part', '.hidden.part', 'film.abcdef01-12-abcdef01.part'].map((name) =>
      path.join(root, name),
    );
    for (const name of [old, young, ...foreign]) await writeFile(name, 'half');
    for (const name of [old, ...foreign]) await utimes(name, hours(2), hours(2));
    await writeFileWhole(file, 'x');
    const left = [young, ...foreign, file].map((name) => path.basename(name));
    expect((await readdir(root)).toSorted()).toEqual(left.toSorted());
  });

  it.skipIf(process.platform !== 'linux')('goes at once where its process is known to have ended', async () => {
    const gone = spawnSync(process.execPath, ['-e', 'process.stdout.write(String(process.pid))'], { encoding: 'utf8' });
    const own = path.basename(temporaryName(file));
    const parts = own.split(/[.-]/);
    const [machine = '', pid = ''] = parts.slice(-4);
    expect(pid).toBe(String(process.pid));
    const dead = own.replace(`-${pid}-`, `-${gone.stdout}-`);
    // The number of a process elsewhere says nothing here.
    const elsewhere = dead.replace(machine, 'ffffffff');
    for (const name of [own, dead, elsewhere]) await writeFile(path.join(root, name), 'half');
    await writeFileWhole(file, 'x');
    expect((await readdir(root)).toSorted()).toEqual([own, elsewhere, 'file.txt'].toSorted());
  });

  it('is told from other files by its name', () => {
    expect(isTemporaryName(path.basename(temporaryName('/x/model.onnx')))).toBe(true);
    expect(isTemporaryName(path.basename(temporaryName(`/x/${'长'.repeat(80)}.png`)))).toBe(true);
    expect(['model.onnx', 'film.part', '.part', '.a.part', '.a.1-2.part'].map(isTemporaryName)).toEqual(
      Array.from({ length: 5 }, () => false),
    );
  });
});
