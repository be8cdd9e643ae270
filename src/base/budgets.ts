/**
 * Every limit on what a stranger can send, or a folder can hold, in one table: work is bounded before it is begun. docs/limits.md shows
 * the same table.
 *
 * Who enforces a limit takes it from here, and never writes the number a second time.
 */
import type { ErrorCode } from './errors.ts';

export interface Budget {
  /** The default. */
  readonly limit: number;
  readonly unit: 'bytes' | 'pixels' | 'seconds' | 'milliseconds' | 'characters' | 'count';
  /** What has so many at most, as a table's first column says it. */
  readonly what: string;
  /** The flag of `serve` or another command that changes it; null: it is fixed. */
  readonly setting: string | null;
  /** What the command line says of what exceeds it; null: only the service has this limit. */
  readonly code: ErrorCode | null;
  /** The HTTP status that the service answers with; null: only the command line has this limit. */
  readonly status: number | null;
}

const mebibyte = 2 ** 20;

export const budgets = {
  imageFileBytes: {
    limit: 512 * mebibyte,
    unit: 'bytes',
    what: 'an image file on disk',
    setting: null,
    code: 'E_UNREADABLE_IMAGE',
    status: null,
  },
  imagePixels: {
    limit: 100_000_000,
    unit: 'pixels',
    what: 'an image file on disk, decoded',
    setting: null,
    code: 'E_UNREADABLE_IMAGE',
    status: null,
  },
  jpegScans: {
    limit: 64,
    unit: 'count',
    what: 'scans of a JPEG (a progressive one has about ten)',
    setting: null,
    code: 'E_UNREADABLE_IMAGE',
    status: 413,
  },
  jpegSegments: {
    limit: 10_000,
    unit: 'count',
    what: 'segments of a JPEG',
    setting: null,
    code: 'E_UNREADABLE_IMAGE',
    status: 413,
  },
  pngChunks: {
    limit: 100_000,
    unit: 'count',
    what: 'chunks of a PNG',
    setting: null,
    code: 'E_UNREADABLE_IMAGE',
    status: 413,
  },
  imagePages: {
    limit: 1000,
    unit: 'count',
    what: 'pages of a TIFF, or frames of a WebP, of which the first is read',
    setting: null,
    code: 'E_UNREADABLE_IMAGE',
    status: 413,
  },
  tiffFields: {
    limit: 1000,
    unit: 'count',
    what: 'fields of a page of a TIFF',
    setting: null,
    code: 'E_UNREADABLE_IMAGE',
    status: 422,
  },
  tiffPieces: {
    limit: 500_000,
    unit: 'count',
    what: 'strips or tiles of a TIFF',
    setting: null,
    code: 'E_UNREADABLE_IMAGE',
    status: 413,
  },
  dicomElements: {
    // A chest X-ray has some hundreds.
    limit: 100_000,
    unit: 'count',
    what: 'elements, items and fragments of a DICOM file',
    setting: null,
    code: 'E_UNREADABLE_IMAGE',
    status: 413,
  },
  dicomDepth: {
    limit: 32,
    unit: 'count',
    what: 'sequences within sequences of a DICOM file',
    setting: null,
    code: 'E_UNREADABLE_IMAGE',
    status: 413,
  },
  dicomInflatedBytes: {
    limit: 256 * mebibyte,
    unit: 'bytes',
    what: 'a deflated DICOM file on disk, unpacked',
    setting: null,
    code: 'E_UNREADABLE_IMAGE',
    status: null,
  },
  displaySide: {
    limit: 8192,
    unit: 'pixels',
    what: 'the longer side of an image that the service shows; a larger image is scaled down to it',
    setting: null,
    code: null,
    status: 400,
  },
  servedDicomInflatedBytes: {
    // Each thread may unpack one. The largest image that is served takes 50 MB.
    limit: 64 * mebibyte,
    unit: 'bytes',
    what: 'a deflated DICOM file of a request, unpacked',
    setting: null,
    code: null,
    status: 413,
  },
  dicomTextBytes: {
    limit: 64 * 1024,
    unit: 'bytes',
    what: 'a text of a DICOM header; what follows is passed over',
    setting: null,
    code: 'E_UNREADABLE_IMAGE',
    status: 413,
  },
  dicomDecoding: {
    // The slowest codec takes 2.5 seconds for 10 million pixels of noise on an idle machine.
    limit: 10_000,
    unit: 'milliseconds',
    what: 'the decoding of a compressed DICOM frame, and so long again for each 10 million pixels',
    setting: null,
    code: 'E_UNREADABLE_IMAGE',
    status: 422,
  },
  archiveEntries: {
    limit: 500_000,
    unit: 'count',
    what: 'entries of a zip archive',
    setting: null,
    code: 'E_ARCHIVE',
    status: null,
  },
  archiveBytes: {
    limit: 64_000_000_000,
    unit: 'bytes',
    what: 'the images of a zip archive, unpacked',
    setting: null,
    code: 'E_ARCHIVE',
    status: null,
  },
  archiveEntryBytes: {
    limit: 512_000_000,
    unit: 'bytes',
    what: 'one image of a zip archive, unpacked',
    setting: null,
    code: 'E_ARCHIVE',
    status: null,
  },
  archiveRatio: {
    limit: 200,
    unit: 'count',
    what: 'unpacked bytes for each packed byte of a zip archive, of an image and of all images, from 1 MB',
    setting: null,
    code: 'E_ARCHIVE',
    status: null,
  },
  tableLineBytes: {
    limit: 16 * mebibyte,
    unit: 'bytes',
    what: 'a line of a table (CSV)',
    setting: null,
    code: 'E_DATASET',
    status: null,
  },
  modelMetadataBytes: {
    limit: 16 * mebibyte,
    unit: 'bytes',
    what: 'the metadata of a model file',
    setting: null,
    code: 'E_MODEL_FILE',
    status: null,
  },
  modelStatementTexts: {
    limit: 20,
    unit: 'count',
    what: "hospitals, known failures or languages of a model file's statement",
    setting: null,
    code: 'E_MODEL_FILE',
    status: null,
  },
  modelStatementCharacters: {
    limit: 1000,
    unit: 'characters',
    what: "a text of a model file's statement",
    setting: null,
    code: 'E_MODEL_FILE',
    status: null,
  },
  modelMeasuredGroups: {
    limit: 50,
    unit: 'count',
    what: 'groups of images whose figures a model file holds',
    setting: null,
    code: 'E_MODEL_FILE',
    status: null,
  },
  modelFields: {
    limit: 10_000,
    unit: 'count',
    what: 'the outermost fields of a model file',
    setting: null,
    code: 'E_MODEL_FILE',
    status: null,
  },
  modelGraphFields: {
    limit: 1_000_000,
    unit: 'count',
    what: 'the fields of a model file that are looked at before it is loaded',
    setting: null,
    code: 'E_MODEL_FILE',
    status: null,
  },
  modelGraphDepth: {
    limit: 16,
    unit: 'count',
    what: 'graphs within graphs of a model file',
    setting: null,
    code: 'E_MODEL_FILE',
    status: null,
  },
  requestBytes: {
    limit: 32 * mebibyte,
    unit: 'bytes',
    what: 'a request to the service: an image, or a form with all of its files; also once a coding such as gzip is undone',
    setting: '--max-body-mb',
    code: null,
    status: 413,
  },
  receivedBytes: {
    limit: 192 * mebibyte,
    unit: 'bytes',
    what: 'what has arrived of all requests that are being received or answered, or four times `--max-body-mb` if that is more',
    setting: null,
    code: null,
    status: 429,
  },
  requestFiles: {
    limit: 64,
    unit: 'count',
    what: 'images of a request; fewer where the queue is shorter',
    setting: '--max-files',
    code: null,
    status: 413,
  },
  formFields: {
    limit: 16,
    unit: 'count',
    what: 'fields of a form that are no files',
    setting: null,
    code: null,
    status: 413,
  },
  formFieldBytes: {
    limit: 4096,
    unit: 'bytes',
    what: 'a field of a form that is no file; what follows is passed over',
    setting: null,
    code: null,
    status: 413,
  },
  inferImages: {
    limit: 64,
    unit: 'count',
    what: 'images of a request to `/v2`',
    setting: null,
    code: null,
    status: 400,
  },
  inferDepth: {
    limit: 16,
    unit: 'count',
    what: 'lists within lists of a request to `/v2`',
    setting: null,
    code: null,
    status: 400,
  },
  inferLists: {
    limit: 300_000,
    unit: 'count',
    what: 'lists and objects of a request to `/v2`',
    setting: null,
    code: null,
    status: 400,
  },
  inferNames: {
    limit: 1000,
    unit: 'count',
    what: 'names of values in a request to `/v2`; its numbers may be as many as the images need',
    setting: null,
    code: null,
    status: 400,
  },
  inferTextLength: {
    limit: 256,
    unit: 'characters',
    what: 'an `id`, name or parameter of a request to `/v2`',
    setting: null,
    code: null,
    status: 400,
  },
  headerWait: {
    limit: 5000,
    unit: 'milliseconds',
    what: 'the wait for the headers of a request',
    setting: null,
    code: null,
    status: 408,
  },
  requestWait: {
    limit: 120_000,
    unit: 'milliseconds',
    what: 'the wait for the rest of a request',
    setting: null,
    code: null,
    status: 408,
  },
  connections: {
    limit: 2048,
    unit: 'count',
    what: 'connections to the service; more are closed unanswered',
    setting: null,
    code: null,
    status: 429,
  },
  addressConnections: {
    limit: 256,
    unit: 'count',
    what: 'connections from one address',
    setting: '--max-connections-per-address',
    code: null,
    status: 429,
  },
  servedImagePixels: {
    // A chest X-ray of today's detectors has 9 to 18 million.
    limit: 25_000_000,
    unit: 'pixels',
    what: 'an image that is sent to the service, decoded',
    setting: '--max-megapixels',
    code: null,
    status: 413,
  },
  answerWait: {
    limit: 30_000,
    unit: 'milliseconds',
    what: 'the wait for an answer of the service',
    setting: '--time-limit',
    code: null,
    status: 503,
  },
  queuedImages: {
    limit: 256,
    unit: 'count',
    what: 'images that wait or are worked on',
    setting: '--queue',
    code: null,
    status: 429,
  },
  queuedPixels: {
    limit: 2_000_000,
    unit: 'pixels',
    what: 'the images that wait or are worked on, together, for each place of the queue',
    setting: '--queue',
    code: null,
    status: 429,
  },
  decodingBytes: {
    // One WebP of the largest size, or four X-rays of 18 million pixels as JPEG or PNG.
    limit: 288 * mebibyte,
    unit: 'bytes',
    what: 'what large images take while they are decoded, estimated; more wait, but one alone may take more',
    setting: null,
    code: null,
    status: 503,
  },
  threadHeap: {
    limit: 1024 * mebibyte,
    unit: 'bytes',
    what: 'the JavaScript heap of a thread that trains, evaluates or explains',
    setting: null,
    code: null,
    status: 500,
  },
  serviceThreadHeap: {
    limit: 384 * mebibyte,
    unit: 'bytes',
    what: 'the JavaScript heap of a thread of the service',
    setting: null,
    code: null,
    status: 500,
  },
  // One death may be chance, and so may two of an image that takes seconds: a third is its own.
  deathsOfImage: {
    limit: 3,
    unit: 'count',
    what: 'threads that end while they work on an image, until it is given up',
    setting: null,
    code: null,
    status: 500,
  },
  threadDeaths: {
    limit: 10,
    unit: 'count',
    what: 'deaths of threads within a minute that are made good without a pause',
    setting: null,
    code: null,
    status: 503,
  },
  threadPause: {
    limit: 10_000,
    unit: 'milliseconds',
    what: 'the pause before another thread is started in place of a dead one',
    setting: null,
    code: null,
    status: 503,
  },
  stop: {
    limit: 3500,
    unit: 'milliseconds',
    what: 'the wait for answers after SIGTERM',
    setting: '--stop-limit',
    code: null,
    status: 503,
  },
  drain: {
    limit: 1000,
    unit: 'milliseconds',
    what: 'the time after SIGTERM in which the service says that it stops, before it refuses connections',
    setting: '--drain',
    code: null,
    status: 503,
  },
  handover: {
    limit: 60_000,
    unit: 'milliseconds',
    what: 'the wait for a training without a parent to write its checkpoint',
    setting: null,
    code: 'E_USAGE',
    status: null,
  },
} as const satisfies Readonly<Record<string, Budget>>;

/** The limit with its unit, such as «512 MiB». */
export function describeBudget({ limit, unit }: Pick<Budget, 'limit' | 'unit'>): string {
  if (unit === 'bytes') return describeBytes(limit);
  if (unit === 'pixels' && limit >= 1_000_000) return `${formatNumber(limit / 1_000_000)} million pixels`;
  if (unit === 'milliseconds' && limit >= 3_600_000) return `${formatNumber(limit / 3_600_000)} hours`;
  if (unit === 'milliseconds' && limit >= 1000)
    return `${formatNumber(limit / 1000)} ${limit === 1000 ? 'second' : 'seconds'}`;
  return unit === 'count' ? formatNumber(limit) : `${formatNumber(limit)} ${unit}`;
}

/** The largest unit that gives a round number; binary units where both would. */
function describeBytes(bytes: number): string {
  const units = [
    ['GiB', 2 ** 30],
    ['GB', 1e9],
    ['MiB', mebibyte],
    ['MB', 1e6],
    ['KiB', 1024],
    ['kB', 1000],
  ] as const;
  const [name, size] = units.find(([, one]) => bytes % one === 0) ?? ['bytes', 1];
  return `${formatNumber(bytes / size)} ${name}`;
}

function formatNumber(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 3 });
}
