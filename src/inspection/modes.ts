/** Which modes (grey or colour, bits) and sizes the images of a data set have. */
import type { ImageRecord } from './image-record.ts';
import { median } from './outliers.ts';
import type { Scan } from './scan-images.ts';

export interface ImageMode {
  /** as stored, without alpha: 1 grey, 3 colour */
  readonly channels: number;
  readonly bitsPerChannel: number;
  readonly images: number;
  /** in how many of a colour mode some pixel is not grey; 0 in a grey mode */
  readonly colourful: number;
  /** images of each class */
  readonly classes: Readonly<Record<string, number>>;
  /** of the most common mode none are listed */
  readonly files: readonly string[];
}

export interface ImageSizes {
  /** how many different ones */
  readonly distinct: number;
  readonly medianWidth: number;
  readonly medianHeight: number;
  readonly leastWidth: number;
  readonly leastHeight: number;
  readonly mostWidth: number;
  readonly mostHeight: number;
}

/** The most common first. */
export function describeModes(images: readonly ImageRecord[], scan: Scan): ImageMode[] {
  const readable = images.map((_, i) => i).filter((i) => scan.isReadable(i));
  const groups = Map.groupBy(readable, (i) => (scan.channels[i] as number) * 256 + (scan.bitsPerChannel[i] as number));
  return [...groups.values()]
    .toSorted((a, b) => b.length - a.length)
    .map((members, place) => {
      const [first] = members as [number, ...number[]];
      // A class may be called 'constructor', which every plain object has.
      const classes = new Map<string, number>();
      for (const i of members) {
        const { label } = images[i] as ImageRecord;
        classes.set(label, (classes.get(label) ?? 0) + 1);
      }
      return {
        channels: scan.channels[first] as number,
        bitsPerChannel: scan.bitsPerChannel[first] as number,
        images: members.length,
        colourful: members.filter((i) => scan.colourful[i] === 1).length,
        classes: Object.fromEntries(classes),
        files: place === 0 ? [] : members.map((i) => (images[i] as ImageRecord).file),
      };
    });
}

/** Of the readable images; null where there is none. */
export function describeSizes(scan: Scan): ImageSizes | null {
  const readable = [...scan.channels.keys()].filter((i) => scan.isReadable(i));
  if (readable.length === 0) return null;
  const widths = Float64Array.from(readable, (i) => scan.widths[i] as number);
  const heights = Float64Array.from(readable, (i) => scan.heights[i] as number);
  const least = (values: Float64Array): number => values.reduce((a, b) => Math.min(a, b));
  const most = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b));
  return {
    distinct: new Set(widths.map((width, at) => width * 2 ** 27 + (heights[at] as number))).size,
    medianWidth: median(widths),
    medianHeight: median(heights),
    leastWidth: least(widths),
    leastHeight: least(heights),
    mostWidth: most(widths),
    mostHeight: most(heights),
  };
}
