import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PneumoscopeError } from '../errors.ts';
import { isDiskFull, toDiskError, wordDiskTrouble } from './disk-error.ts';

const systemError = (code: string): Error => Object.assign(new Error(`${code}: failed, write`), { code });

describe('an error of the file system', () => {
  it.each([
    ['ENOSPC', 'x cannot be written: the disk is full; free some space and run the same command again'],
    ['EDQUOT', 'x cannot be written: the disk quota is used up; free some space and run the same command again'],
    ['EFBIG', 'x cannot be written: the file is too large for this disk; choose another folder'],
    ['EROFS', 'x cannot be written: the disk is read-only; choose another folder'],
    ['EACCES', 'x cannot be written: permission is denied; choose another folder or change its permissions'],
    ['EPERM', 'x cannot be written: permission is denied; choose another folder or change its permissions'],
    ['ENOENT', 'x cannot be written: a folder of its path is not there and cannot be made; choose another folder'],
    ['ENOTDIR', 'x cannot be written: a file stands where a folder is needed; choose another folder'],
    ['EEXIST', 'x cannot be written: a file stands where a folder is needed; choose another folder'],
    ['EISDIR', 'x cannot be written: a folder stands where a file is needed; choose another name'],
    ['ENOTEMPTY', 'x cannot be written: a folder that is not empty stands in its place; choose another name'],
    ['ENAMETOOLONG', 'x cannot be written: the name is too long for this disk; choose a shorter name or path'],
    ['EBUSY', 'x cannot be written: another program uses it; close that program and run the same command again'],
    ['EMFILE', 'x cannot be written: too many files are open; close other programs and run the same command again'],
    ['ENFILE', 'x cannot be written: too many files are open; close other programs and run the same command again'],
    ['EIO', 'x cannot be written: the disk reports a fault; choose another folder'],
    ['ESTALE', 'x cannot be written (ESTALE); choose another folder'],
  ])('%s is one sentence', (code, sentence) => {
    const cause = systemError(code);
    const error = toDiskError(cause, 'x');
    expect(error).toBeInstanceOf(PneumoscopeError);
    expect(error).toMatchObject({ code: 'E_DISK', message: sentence, cause });
  });

  it('may have a remedy that the place of work knows better', () => {
    const error = toDiskError(systemError('ENOSPC'), 'x', 'go on with --resume');
    expect(error).toMatchObject({ message: 'x cannot be written: the disk is full; go on with --resume' });
  });

  it('tells when there is no room', () => {
    expect(['ENOSPC', 'EDQUOT', 'EACCES'].map((code) => isDiskFull(systemError(code)))).toEqual([true, true, false]);
  });
});

describe('an error that nobody worded', () => {
  it('is one sentence where only the disk or the machine can be to blame', () => {
    const failed = Object.assign(systemError('EIO'), { path: '/x/y' });
    expect(wordDiskTrouble(failed)).toMatchObject({
      code: 'E_DISK',
      message: '/x/y cannot be written: the disk reports a fault; choose another folder',
    });
    expect(wordDiskTrouble(systemError('ENOSPC'))).toMatchObject({ message: expect.stringMatching(/^A file cannot/) });
  });

  it('is passed on where it may be a defect', () => {
    for (const error of [systemError('ENOENT'), systemError('EINVAL'), new TypeError('x'), 'text']) {
      expect(wordDiskTrouble(error)).toBe(error);
    }
  });
});

describe('anything else', () => {
  it.each([
    ['a defect', new TypeError('no such method')],
    ["an error of Node's own", Object.assign(new Error('wrong'), { code: 'ERR_INVALID_ARG_TYPE' })],
    ['a failure of ours', new PneumoscopeError('E_ARCHIVE', 'the archive is damaged')],
    ['no error at all', 'ENOSPC'],
  ])('is passed on unchanged: %s', (_, error) => {
    expect(toDiskError(error, 'x')).toBe(error);
  });
});

it('has the code that the system gives', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'disk-error-'));
  const error: unknown = await writeFile(root, '').catch((reason: unknown) => reason);
  expect(toDiskError(error, root)).toMatchObject({
    message: expect.stringContaining('a folder stands where') as string,
  });
  await rm(root, { recursive: true });
});
