import { expect, it } from 'vitest';
import { PneumoscopeError } from '../../base/errors.ts';
import { orUnreadable, UnreadableImageError, UnreadableImagesError } from './unreadable-image.ts';

it('an image that can be read is given as it was read', async () => {
  const image = { width: 2 };
  expect(await orUnreadable('a.png', Promise.resolve(image))).toBe(image);
});

it.each([
  new PneumoscopeError('E_NOT_FOUND', '/data/a.png does not exist'),
  new PneumoscopeError('E_UNREADABLE_IMAGE', '/data/a.png cannot be opened (EACCES)'),
  new UnreadableImageError('empty', '/data/a.png is empty'),
])('one that cannot is a file and a reason: %s', async (failure) => {
  expect(await orUnreadable('a.png', Promise.reject(failure))).toEqual({ file: 'a.png', reason: failure.message });
});

it.each([
  new TypeError('no such method'),
  Object.assign(new Error('EIO: failed'), { code: 'EIO' }),
  new PneumoscopeError('E_INTERRUPTED', 'the work was stopped'),
])('anything else is no fault of the image, and thrown on: %s', async (failure) => {
  await expect(orUnreadable('a.png', Promise.reject(failure))).rejects.toBe(failure);
});

it('of many the first thousand are listed, and the rest is counted', () => {
  const bad = Array.from({ length: 1006 }, (_, i) => ({ file: `${i}.png`, reason: `${i}.png is empty` }));
  const { code, message, unreadable } = new UnreadableImagesError(bad, 2000);
  expect(code).toBe('E_UNREADABLE_IMAGE');
  expect(unreadable).toHaveLength(1006);
  expect(message.split('\n')).toHaveLength(1002);
  expect(message).toMatch(/^1006 of 2000 images cannot be read; [^\n]*:\n {2}0\.png is empty\n[^]*\n {2}and 6 more$/);
});
