import { describe, expect, it } from 'vitest';
import { describeFrame } from '../../../../test/dicom-frames.ts';
import { decodeRle } from './rle.ts';

function encode(...segments: readonly (readonly number[])[]): Buffer {
  const header = Buffer.alloc(64);
  header.writeUInt32LE(segments.length, 0);
  let at = 64;
  for (const [index, { length }] of segments.entries()) {
    header.writeUInt32LE(at, 4 + 4 * index);
    at += length;
  }
  return Buffer.concat([header, ...segments.map((segment) => Buffer.from(segment))]);
}

const eight = describeFrame(5, 1, 8);
const sixteen = describeFrame(3, 1, 12);

describe('decodeRle', () => {
  it('unpacks runs and literal bytes, and passes over what means nothing', () => {
    // PS3.5 G.3.1: up to 127 so many bytes and one more, from 129 on 257 less so many times the next, 128 nothing.
    expect([...decodeRle(encode([1, 7, 8, 128, 254, 9]), eight)]).toEqual([7, 8, 9, 9, 9]);
  });

  it('has the high bytes of 16 bits first, and gives little endian', () => {
    const samples = decodeRle(encode([254, 1], [2, 10, 20, 30]), sixteen);
    expect([...new Uint16Array(samples.buffer)]).toEqual([266, 276, 286]);
  });

  it('leaves out the padding of a segment', () => {
    expect([...decodeRle(encode([252, 3, 0]), eight)]).toEqual([3, 3, 3, 3, 3]);
    expect(decodeRle(encode([254, 1, 0, 0], [254, 2, 0, 0]), sixteen)).toHaveLength(6);
  });

  it('leaves out the byte that pads a frame of odd length', () => {
    expect([...decodeRle(encode([251, 3]), eight)]).toEqual([3, 3, 3, 3, 3]);
    expect([...decodeRle(encode([5, 1, 2, 3, 4, 5, 0]), eight)]).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([
    ['that ends before the image', [1, 7, 8]],
    ['that ends in literal bytes', [4, 7, 8, 9]],
    ['that ends before the value of a run', [252]],
    ['that is empty', []],
  ])('refuses a segment %s', (_, segment) => {
    expect(() => decodeRle(encode(segment), eight)).toThrow(
      /is cut short: its compressed pixels stop before their end/,
    );
  });

  it('refuses a run that is longer than the image', () => {
    for (const segment of [
      [250, 7],
      [6, 1, 2, 3, 4, 5, 6, 7],
    ]) {
      expect(() => decodeRle(encode(segment), eight)).toThrow(/a run of its pixels is longer than the image/);
    }
  });
});
