/** What the header of a JPEG says of its only scan, if that is a sequential one: how many blocks of which codes it has. */
import { readHuffmanTable, type HuffmanTable } from './jpeg-huffman.ts';
import { isFrameMarker, jpegMarkers, walkJpegSegments } from './jpeg-segments.ts';

/** Coefficients of a block. */
export const blockSize = 64;
/** A quarter more than the cosine transform of levels from -128 to 127 can give: some encoders draw edges a little too sharp. */
export const largestValue = 1280;

/** What an MCU has of one component. */
export interface Component {
  readonly blocks: number;
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable;
  /** steps of quantisation in the order of the file */
  readonly steps: Uint16Array;
}

export interface Scan {
  readonly components: readonly Component[];
  readonly mcus: number;
  /** MCUs between restarts; 0: there are none */
  readonly restartInterval: number;
  /** where its data start */
  readonly start: number;
}

/** @returns undefined where the file has another kind of scan, or one that no decoder would begin */
export function readScan(bytes: Buffer): Scan | undefined {
  const tables = new Map<number, Buffer>();
  const steps = new Map<number, Uint16Array>();
  let frame: Buffer | undefined;
  let restartInterval = 0;
  for (const { marker, start, end } of walkJpegSegments(bytes)) {
    const content = bytes.subarray(start, end);
    if (marker === jpegMarkers.huffmanTables) readHuffmanTables(content, tables);
    else if (marker === jpegMarkers.quantisation) readSteps(content, steps);
    else if (marker === jpegMarkers.restartInterval && content.length >= 2) restartInterval = content.readUInt16BE(0);
    else if (isFrameMarker(marker)) {
      if (marker > jpegMarkers.lastSequentialFrame) return undefined;
      frame = content;
    } else if (marker === jpegMarkers.startOfScan) {
      return frame === undefined
        ? undefined
        : describeScan(frame, content, { tables, steps, restartInterval, start: end });
    }
  }
  return undefined;
}

/** Section B.2.4.2: kind and number in one byte, 16 counts, the symbols. */
function readHuffmanTables(content: Buffer, tables: Map<number, Buffer>): void {
  for (let at = 0; at + 17 <= content.length;) {
    const symbols = content.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
    const end = at + 17 + symbols;
    if (end > content.length) return;
    tables.set(content[at] as number, content.subarray(at + 1, end));
    at = end;
  }
}

/** Section B.2.4.1: precision and number in one byte, then 64 steps of one byte or two. */
function readSteps(content: Buffer, steps: Map<number, Uint16Array>): void {
  for (let at = 0; at < content.length;) {
    const head = content[at] as number;
    const size = head >> 4 === 0 ? 1 : 2;
    const end = at + 1 + blockSize * size;
    if (end > content.length) return;
    const table = new Uint16Array(blockSize);
    for (let k = 0; k < blockSize; k++) table[k] = content.readUIntBE(at + 1 + k * size, size);
    steps.set(head & 15, table);
    at = end;
  }
}

function describeScan(
  frame: Buffer,
  scan: Buffer,
  rest: {
    readonly tables: ReadonlyMap<number, Buffer>;
    readonly steps: ReadonlyMap<number, Uint16Array>;
    readonly restartInterval: number;
    readonly start: number;
  },
): Scan | undefined {
  const count = frame[5] ?? 0;
  // Section B.2.2 and B.2.3: name, sampling and table of each component; name and codes of each that the scan has.
  if (scan[0] !== count || frame.length < 6 + 3 * count || scan.length < 1 + 2 * count) return undefined;
  const components: Component[] = [];
  const across: number[] = [];
  const down: number[] = [];
  for (let i = 0; i < count; i++) {
    const codes = scan[2 + 2 * i] as number;
    const sampling = frame[7 + 3 * i] as number;
    const steps = rest.steps.get(frame[8 + 3 * i] as number);
    const largestStep = steps?.reduce((largest, step) => Math.max(largest, step), 1) ?? 1;
    const dc = readTable(rest.tables.get(codes >> 4), largestStep);
    const ac = readTable(rest.tables.get(0x10 | (codes & 15)), largestStep);
    if (dc === undefined || ac === undefined || steps === undefined || scan[1 + 2 * i] !== frame[6 + 3 * i])
      return undefined;
    across.push(sampling >> 4);
    down.push(sampling & 15);
    components.push({ blocks: count === 1 ? 1 : (sampling >> 4) * (sampling & 15), dc, ac, steps });
  }
  // Section A.2: a component alone has its own blocks only, several have as many as fill the largest of them.
  const [wide, high] = count === 1 ? [1, 1] : [Math.max(...across), Math.max(...down)];
  const mcus = Math.ceil(frame.readUInt16BE(3) / (8 * wide)) * Math.ceil(frame.readUInt16BE(1) / (8 * high));
  return { components, mcus, restartInterval: rest.restartInterval, start: rest.start };
}

/** Values of codes that are looked up together need no check: none is too large, whatever its place. */
function readTable(spec: Buffer | undefined, largestStep: number): HuffmanTable | undefined {
  return spec && readHuffmanTable(spec, Math.floor(Math.log2((2 * largestValue) / largestStep + 1)));
}
