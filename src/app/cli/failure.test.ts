import { expect, it } from 'vitest';
import { describeFailure } from './failure.ts';
import { buildProgram } from './program.ts';

const systemError = (code: string): Error => Object.assign(new Error(`${code}: failed, unlink`), { code, path: 'x/y' });

it('has no stack for a disk that fails where nobody expects it', () => {
  expect(describeFailure(systemError('EIO'), buildProgram(), [])).toEqual({
    code: 'E_DISK',
    message: 'x/y cannot be written: the disk reports a fault; choose another folder.',
    exitCode: 1,
  });
});

it('calls a file that should be there and is not a defect, with its stack', () => {
  expect(describeFailure(systemError('ENOENT'), buildProgram(), [])).toMatchObject({
    code: 'E_INTERNAL',
    exitCode: 70,
    stack: expect.stringContaining('ENOENT') as string,
  });
});
