import { describe, expect, it } from 'vitest';
import { describeFrame } from '../../../../test/dicom-frames.ts';
import { DicomError } from '../../../dicom/dicom-error.ts';
import { checkCodestream } from './check-codestream.ts';
import type { CompressedFrame, FrameCodec } from './compressed-frame.ts';

const description = describeFrame(480, 416, 12);

interface Encoded {
  readonly columns?: number;
  readonly rows?: number;
  readonly bits?: number;
  readonly samples?: number;
}

/** @param marker of its frame @param before what stands before the frame */
function jpeg(
  marker: number,
  { columns = 480, rows = 416, bits = 12, samples = 1 }: Encoded = {},
  before = '',
): Buffer {
  const frame = Buffer.alloc(8 + 3 * samples);
  frame.writeUInt16BE(frame.length, 0);
  frame.writeUInt8(bits, 2);
  frame.writeUInt16BE(rows, 3);
  frame.writeUInt16BE(columns, 5);
  frame.writeUInt8(samples, 7);
  const start = Buffer.from(`ffd8${before}ff${marker.toString(16)}`, 'hex');
  return Buffer.concat([start, frame, Buffer.from('ffda0008010100010000123400ffd9', 'hex')]);
}

interface EncodedTiles extends Encoded {
  readonly left?: number;
  readonly step?: number;
  readonly tile?: number;
  readonly isSigned?: boolean;
}

function jpeg2000(encoded: EncodedTiles = {}): Buffer {
  const {
    columns = 480,
    rows = 416,
    bits = 12,
    samples = 1,
    left = 0,
    step = 1,
    tile = 1024,
    isSigned = false,
  } = encoded;
  const size = Buffer.alloc(42 + 3 * samples);
  size.writeUInt32BE(0xff4fff51, 0);
  size.writeUInt16BE(size.length - 4, 4);
  for (const [index, value] of [columns + left, rows, left, 0, tile, tile, 0, 0].entries())
    size.writeUInt32BE(value, 8 + 4 * index);
  size.writeUInt16BE(samples, 40);
  for (let sample = 0; sample < samples; sample++) {
    size.set([bits - 1 + (isSigned ? 0x80 : 0), step, step], 42 + 3 * sample);
  }
  return Buffer.concat([size, Buffer.from('ff5200001234ffd9', 'hex')]);
}

function rle(...starts: readonly number[]): Buffer {
  const bytes = Buffer.alloc(100);
  for (const [index, value] of [starts.length, ...starts].entries()) bytes.writeUInt32LE(value, 4 * index);
  return bytes;
}

const check = (codec: FrameCodec, bytes: Buffer, other: Partial<CompressedFrame['description']> = {}): string => {
  try {
    checkCodestream({ bytes, codec, description: { ...description, ...other } });
    return 'agrees';
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    return `${error.kind}: ${error.what}`;
  }
};

describe('a codestream that agrees with its header', () => {
  it.each([
    ['jpeg', jpeg(0xc1)],
    ['jpeg', jpeg(0xc3, { bits: 16 })],
    ['jpeg-ls', jpeg(0xf7)],
    ['jpeg-ls', jpeg(0xf7, {}, 'fff8000d010fff000100020003 0040'.replace(' ', ''))],
    ['jpeg-2000', jpeg2000()],
    ['jpeg-2000', jpeg2000({ bits: 16, left: 32 })],
    ['ht-jpeg-2000', jpeg2000()],
    ['rle', rle(64, 80)],
  ] as const)('is decoded: %s %#', (codec, bytes) => {
    expect(check(codec, bytes)).toBe('agrees');
    // To an even length, or to that of a buffer.
    for (const padding of [0x00, 0xff]) {
      expect(check(codec, Buffer.concat([bytes, Buffer.alloc(5, padding)]))).toBe('agrees');
    }
  });

  it('of 8 bits also', () => {
    const eight = { bitsAllocated: 8, bitsStored: 8, highBit: 7 } as const;
    expect(check('jpeg', jpeg(0xc0, { bits: 8 }), eight)).toBe('agrees');
    expect(check('rle', rle(64), eight)).toBe('agrees');
    expect(check('jpeg-2000', jpeg2000({ bits: 8, isSigned: true }), { ...eight, isSigned: true })).toBe('agrees');
  });
});

const replace = 'replace it or leave it out';
const short = `truncated: is cut short: its compressed pixels stop before their end; ${replace}`;
const header = `truncated: is cut short: its compressed pixels end within their header; ${replace}`;

describe('a codestream that disagrees with its header', () => {
  it.each(['jpeg', 'jpeg-ls', 'jpeg-2000', 'ht-jpeg-2000'] as const)('is refused: %s', (codec) => {
    const encode = (encoded: Encoded): Buffer =>
      codec === 'jpeg' ? jpeg(0xc3, encoded) : codec === 'jpeg-ls' ? jpeg(0xf7, encoded) : jpeg2000(encoded);
    const says = (encoded: string, said: string): string =>
      `damaged: is damaged: its pixels are encoded as ${encoded}, its header says ${said}; ${replace}`;
    expect(check(codec, encode({ columns: 512, rows: 512 }))).toBe(says('512 x 512', '480 x 416'));
    expect(check(codec, encode({ columns: 416, rows: 480 }))).toBe(says('416 x 480', '480 x 416'));
    expect(check(codec, encode({ samples: 3 }))).toBe(says('3 samples each', '1'));
    expect(check(codec, encode({ bits: 8 }))).toBe(says('8 bits each', '12 in 16'));
    expect(check(codec, encode({ bits: 12 }), { bitsAllocated: 8, bitsStored: 8 })).toBe(
      says('12 bits each', '8 in 8'),
    );
  });

  it('is refused where it has a sign of its own', () => {
    const what = 'its pixels are encoded as signed numbers, its header says that they have no sign';
    expect(check('jpeg-2000', jpeg2000({ isSigned: true }))).toBe(`damaged: is damaged: ${what}; ${replace}`);
    expect(check('jpeg-2000', jpeg2000({ isSigned: false }), { isSigned: true })).toBe('agrees');
  });

  it('is refused where its runs are others', () => {
    const runs = (count: number, expected: number): string =>
      `damaged: is damaged: its pixels are encoded in ${count} runs of bytes, its header asks for ${expected}; ${replace}`;
    expect(check('rle', rle(64))).toBe(runs(1, 2));
    expect(check('rle', rle(64, 70, 80))).toBe(runs(3, 2));
    for (const starts of [
      [64, 63],
      [80, 64],
      [0, 64],
    ]) {
      expect(check('rle', rle(...starts))).toBe(
        `damaged: is damaged: the runs of its pixels are out of order; ${replace}`,
      );
    }
    expect(check('rle', rle(64, 101))).toBe(short);
    expect(check('rle', rle(64, 80).subarray(0, 63))).toBe(header);
  });
});

describe('a codestream that is not whole', () => {
  it.each([
    ['jpeg', jpeg(0xc3)],
    ['jpeg-ls', jpeg(0xf7)],
    ['jpeg-2000', jpeg2000()],
    ['ht-jpeg-2000', jpeg2000()],
  ] as const)('is refused wherever it is cut: %s', (codec, bytes) => {
    const seen = new Set<string>();
    for (let length = 4; length < bytes.length; length++) seen.add(check(codec, bytes.subarray(0, length)));
    expect([...seen]).toEqual([header, short]);
  });
});

describe('a codestream of another form', () => {
  it.each([
    ['jpeg', jpeg(0xc2), 'process SOF2'],
    ['jpeg', jpeg(0xf7), 'process SOF55'],
    ['jpeg-ls', jpeg(0xc3), 'process SOF3'],
    ['jpeg-ls', jpeg(0xf7, {}, 'fff8000602010100'), 'palette'],
  ] as const)('is not read: %s %#', (codec, bytes, words) => {
    expect(check(codec, bytes)).toMatch(new RegExp(`^unsupported: .*${words}, which is not read; export it as`));
  });

  it('is not read where it leaves out every second pixel, or has colours', () => {
    expect(check('jpeg-2000', jpeg2000({ step: 2 }))).toMatch(
      /^unsupported: .* at every 2 x 2 place only, which is not read/,
    );
    expect(check('jpeg', jpeg(0xc3), { samplesPerPixel: 3 })).toMatch(/^unsupported: has compressed pixels in colour/);
    expect(check('jpeg', jpeg(0xc3), { bitsAllocated: 32 })).toMatch(/^unsupported: has compressed pixels of 32 bits/);
  });

  it('is damaged where it is none at all, says its size twice or has too many tiles', () => {
    const nothing = Buffer.alloc(100, 7);
    for (const codec of ['jpeg', 'jpeg-ls', 'jpeg-2000', 'ht-jpeg-2000'] as const) {
      expect(check(codec, nothing)).toMatch(/^damaged: is damaged: its compressed pixels do not begin as a JPEG/);
    }
    const twice = jpeg(0xc3).subarray(2, 15).toString('hex');
    expect(check('jpeg', jpeg(0xc3, {}, twice))).toMatch(/say their size twice/);
    expect(check('jpeg-2000', jpeg2000({ columns: -5, left: 5 }))).toMatch(/its compressed pixels have no size/);
    for (const tile of [1, 0]) expect(check('jpeg-2000', jpeg2000({ tile }))).toMatch(/more tiles than can be/);
  });
});
