import { describe, expect, it } from 'vitest';
import golden from '../../../test/fixtures/imaging/decode.json' with { type: 'json' };
import { budgets } from '../../base/budgets.ts';
import { decodeGray } from './decode.ts';

const files = new Map(golden.map(({ name, bytes }) => [name, Buffer.from(bytes, 'base64')]));
const bytesOf = (name: string): Buffer => files.get(name) ?? Buffer.alloc(0);

const decode = (bytes: Buffer): Promise<unknown> => decodeGray(bytes, 'bomb');
const tooLarge = (message: RegExp): object => ({
  code: 'E_UNREADABLE_IMAGE',
  kind: 'too-large',
  message: expect.stringMatching(message),
});

/** A progressive JPEG with its last scan again and again. */
function repeatLastScan(times: number): Buffer {
  const bytes = bytesOf('grey-progressive.jpg');
  const start = bytes.lastIndexOf(Buffer.from([0xff, 0xda]));
  const scan = bytes.subarray(start, -2);
  return Buffer.concat([bytes.subarray(0, start), ...new Array<Buffer>(times).fill(scan), bytes.subarray(-2)]);
}

/** A segment that says nothing, so often, before the first that does. */
function addSegments(count: number): Buffer {
  const bytes = bytesOf('grey.jpg');
  return Buffer.concat([
    bytes.subarray(0, 2),
    Buffer.alloc(count * 4, Buffer.from([0xff, 0xe1, 0, 2])),
    bytes.subarray(2),
  ]);
}

/** A grey TIFF whose directory follows so many times. */
function addPages(count: number): Buffer {
  const bytes = bytesOf('grey.tif');
  const first = bytes.readUInt32LE(4);
  const end = first + 2 + 12 * bytes.readUInt16LE(first);
  const directory = bytes.subarray(first, end + 4);
  const start = bytes.length + (bytes.length % 2);
  const pages = Buffer.concat([bytes, Buffer.alloc(start - bytes.length), ...new Array<Buffer>(count).fill(directory)]);
  const place = (index: number): number => start + index * directory.length;
  pages.writeUInt32LE(place(0), end);
  for (let i = 0; i < count; i++) pages.writeUInt32LE(i + 1 < count ? place(i + 1) : 0, place(i + 1) - 4);
  return pages;
}

describe('before a pixel is decoded', () => {
  it('the scans of a JPEG are counted', async () => {
    const { limit } = budgets.jpegScans;
    await expect(decode(repeatLastScan(20_000))).rejects.toMatchObject(tooLarge(/^bomb has more than 64 scans/));
    await expect(decode(repeatLastScan(limit))).rejects.toMatchObject(tooLarge(/64 scans/));
  });

  it('so are its segments', async () => {
    await expect(decode(addSegments(2_000_000))).rejects.toMatchObject(tooLarge(/more than 10,000 segments/));
    expect(await decode(addSegments(9000))).toEqual(await decode(bytesOf('grey.jpg')));
  });

  it('so are the chunks of a PNG', async () => {
    const bytes = bytesOf('grey.png');
    const empty = Buffer.alloc(12);
    empty.write('tEXt', 4, 'latin1');
    const many = Buffer.concat([bytes.subarray(0, 33), Buffer.alloc(12 * 200_000, empty), bytes.subarray(33)]);
    await expect(decode(many)).rejects.toMatchObject(tooLarge(/more than 100,000 chunks/));
  });

  it('so are the pages of a TIFF, of which one is read', async () => {
    await expect(decode(addPages(50_000))).rejects.toMatchObject(tooLarge(/more than 1,000 pages/));
    expect(await decode(addPages(999))).toEqual(await decode(bytesOf('grey.tif')));
  });

  it('a second size behind the pixels is not believed', async () => {
    const bytes = bytesOf('grey.jpg');
    const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
    const second = Buffer.from(bytes.subarray(frame, frame + 2 + bytes.readUInt16BE(frame + 2)));
    second.writeUInt16BE(16, 5);
    const twice = Buffer.concat([bytes.subarray(0, -2), second, bytes.subarray(-2)]);
    await expect(decode(twice)).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringMatching(/its size twice/),
    });
  });
});

it('coding processes that no decoder here knows are named, not called damaged', async () => {
  const bytes = bytesOf('grey.jpg');
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  const as = (marker: number): Buffer => Buffer.from(bytes.with(frame + 1, marker));
  const refused = (what: RegExp): object => ({ kind: 'unsupported', message: expect.stringMatching(what) });
  await expect(decode(as(0xc3))).rejects.toMatchObject(refused(/a lossless JPEG, which is not read/));
  await expect(decode(as(0xc5))).rejects.toMatchObject(refused(/a hierarchical JPEG/));
  await expect(decode(as(0xf7))).rejects.toMatchObject(refused(/a JPEG-LS file/));
  const twelve = Buffer.from(bytes.with(frame + 4, 12));
  await expect(decode(twelve)).rejects.toMatchObject(refused(/has 12 bits a channel/));
});
