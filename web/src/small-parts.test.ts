import { describe, expect, it } from 'vitest';
import { asStored, findExif } from './as-stored.ts';
import { countBatch, fits, formOverhead } from './batching.ts';
import { looksLikeImage } from './collect-files.ts';
import { estimateLeft, measurePace } from './pace.ts';
import { scrollToShow, visibleRows } from './row-range.ts';
import { colourHeat, viridis } from './viridis.ts';

const sized = (...sizes: readonly number[]): { readonly file: { readonly size: number } }[] =>
  sizes.map((size) => ({ file: { size } }));

describe('countBatch', () => {
  const limits = { files: 8, bytes: 10_000 };

  it('takes as many as may go together', () => {
    expect(countBatch(sized(...Array.from({ length: 20 }, () => 10)), limits)).toBe(8);
    expect(countBatch(sized(1, 1), limits)).toBe(2);
    expect(countBatch([], limits)).toBe(0);
  });

  it('stays within the bytes of a request, the form included', () => {
    expect(countBatch(sized(4000, 4000, 4000), limits)).toBe(2);
    expect(countBatch(sized(5000, 5000 - formOverhead), limits)).toBe(1);
  });

  it('takes the first even where it is too large, and by itself', () => {
    expect(countBatch(sized(50_000, 10), limits)).toBe(1);
    expect([fits(50_000, limits), fits(10_000, limits), fits(5000, limits)]).toEqual([false, false, true]);
  });

  it('leaves alone what must go alone', () => {
    const items = sized(1, 2, 3);
    expect(countBatch(items, limits, (item) => item === items[1])).toBe(1);
    expect(countBatch(items.slice(1), limits, (item) => item === items[1])).toBe(1);
  });
});

describe('the pace', () => {
  it('is that of the last samples', () => {
    expect(
      measurePace([
        { at: 0, done: 0 },
        { at: 2000, done: 10 },
      ]),
    ).toBe(5);
    expect(
      measurePace([
        { at: 0, done: 0 },
        { at: 60_000, done: 10 },
        { at: 61_000, done: 20 },
      ]),
    ).toBe(10);
  });

  it('is unknown at the start', () => {
    expect(measurePace([])).toBeNull();
    expect(measurePace([{ at: 0, done: 1 }])).toBeNull();
    expect([estimateLeft(null, 10), estimateLeft(4, 10)]).toEqual([null, 3]);
  });
});

describe('visibleRows', () => {
  it('are those in sight and a few around them', () => {
    expect(visibleRows(0, 100, 10, 500, 2)).toEqual({ first: 0, end: 12 });
    expect(visibleRows(1000, 100, 10, 500, 2)).toEqual({ first: 98, end: 112 });
    expect(visibleRows(4900, 100, 10, 500, 2)).toEqual({ first: 488, end: 500 });
  });

  it('are none of an empty list, and the last of one that became short', () => {
    expect(visibleRows(0, 100, 10, 0)).toEqual({ first: 0, end: 0 });
    expect(visibleRows(9999, 100, 10, 3)).toEqual({ first: 2, end: 3 });
  });

  it('are scrolled to only where they are out of sight', () => {
    expect([0, 5, 30].map((index) => scrollToShow(index, 20, 100, 10))).toEqual([0, 20, 210]);
  });
});

describe('findExif', () => {
  const segment = (marker: number, content: string): number[] => {
    const bytes = Array.from({ length: content.length }, (_, at) => content.charCodeAt(at));
    return [0xff, marker, 0, bytes.length + 2, ...bytes];
  };

  it('finds what would turn a JPEG, and only before its pixels', () => {
    const before = [0xff, 0xd8, ...segment(0xe0, 'JFIF-and-more')];
    const exif = segment(0xe1, 'Exif and a turn');
    const after = [...segment(0xda, 'scan of pixels'), ...exif];
    expect(findExif(Uint8Array.from([...before, ...exif, ...after]))).toEqual([
      [before.length, before.length + exif.length],
    ]);
  });

  it('is cut out, and the rest stays', async () => {
    const start = [0xff, 0xd8];
    const rest = segment(0xda, 'scan of pixels');
    const stored = await asStored(
      new Blob([Uint8Array.from([...start, ...segment(0xe1, 'Exif and a turn'), ...rest])], { type: 'image/jpeg' }),
    );
    expect(stored.type).toBe('image/jpeg');
    expect([...new Uint8Array(await stored.arrayBuffer())]).toEqual([...start, ...rest]);
  });

  it('finds nothing elsewhere', () => {
    expect(findExif(Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]))).toEqual([]);
    expect(findExif(new Uint8Array())).toEqual([]);
    expect(findExif(Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0xff]))).toEqual([]);
  });
});

it('takes images of a folder by their names', () => {
  expect(['a.jpg', 'x/B.JPEG', 'c.tiff', 'd.webp', 'e.png'].every(looksLikeImage)).toBe(true);
  expect(['a.txt', 'x/._b.jpg', 'Thumbs.db', 'jpg', 'png/readme'].some(looksLikeImage)).toBe(false);
});

it('colours heat from violet to yellow, and lets the image through where it is cold', () => {
  expect(viridis(0)).toEqual([68, 1, 84]);
  expect(viridis(1)).toEqual([253, 231, 37]);
  const [cold, hot] = [colourHeat([0]), colourHeat([1])];
  expect([cold[3], hot[3]]).toEqual([0, 255]);
});
