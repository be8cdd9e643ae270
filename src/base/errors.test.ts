import { stat } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { PneumoscopeError, systemErrorCode } from './errors.ts';

it('tells the codes of the operating system from all others', async () => {
  const missing: unknown = await stat('/no/such/file').catch((error: unknown) => error);
  expect(systemErrorCode(missing)).toBe('ENOENT');
  for (const error of [
    new PneumoscopeError('E_DISK', 'the disk is full'),
    Object.assign(new Error('wrong'), { code: 'ERR_INVALID_ARG_TYPE' }),
    Object.assign(new Error('wrong'), { code: 5 }),
    new Error('ENOENT'),
    { code: 'ENOENT' },
  ]) {
    expect(systemErrorCode(error)).toBeUndefined();
  }
});
