import { expect, it } from 'vitest';
import { hasComments } from './codestream-comments.ts';

const segment = (marker: number, words: string): Buffer => {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(words.length + 2, 2);
  return Buffer.concat([head, Buffer.from(words, 'latin1')]);
};
const jpeg = (...segments: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from([0xff, 0xd8]), ...segments, Buffer.from([0xff, 0xda, 0, 2, 1, 2, 3])]);
const jpeg2000 = (...segments: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from([0xff, 0x4f]), ...segments, Buffer.from([0xff, 0x90, 0, 2, 1, 2, 3])]);

it.each([
  ['a comment of JPEG', jpeg(segment(0xe0, 'JFIF'), segment(0xfe, 'SMITH^ADA')), true],
  ['EXIF', jpeg(segment(0xe1, 'Exif')), true],
  ['a comment of JPEG 2000', jpeg2000(segment(0x51, 'size'), segment(0x64, '\0\u0001SMITH^ADA')), true],
  ['the name of an encoder', jpeg2000(segment(0x64, '\0\u0001Created by GDCM/OpenJPEG version 2.5.0')), false],
  ['JFIF alone', jpeg(segment(0xe0, 'JFIF')), false],
  ['bytes behind the first scan', jpeg().subarray(0, 6), false],
  ['RLE', Buffer.from([1, 0, 0, 0, 64, 0, 0, 0]), false],
  ['nothing', Buffer.alloc(0), false],
  ['a segment that goes nowhere', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0]), false],
])('%s', (_, codestream, expected) => {
  expect(hasComments(codestream)).toBe(expected);
});
