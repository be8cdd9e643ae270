/**
 * Every limit of the page in one table: what it keeps, sends, waits for and reads. docs/limits.md shows the same table.
 *
 * Who enforces a limit takes it from here, and never writes the number a second time.
 */

/** As a row of the service's own table, but the page answers with no code. */
export interface PageBudget {
  readonly limit: number;
  readonly unit: 'bytes' | 'pixels' | 'milliseconds' | 'characters' | 'count';
  /** What has so many at most, as a table's first column says it. */
  readonly what: string;
  /** What the page does with what exceeds it. */
  readonly beyond: string;
}

const mebibyte = 2 ** 20;

export const pageBudgets = {
  unusedList: {
    limit: 12 * 3_600_000,
    unit: 'milliseconds',
    what: 'the time that a list is kept after its last use',
    beyond: 'the list is deleted, also by a page that is open',
  },
  keptBytes: {
    limit: 4096 * mebibyte,
    unit: 'bytes',
    what: 'the images of a list that are kept on the disk',
    beyond: 'the rest is in memory alone; the page says so and warns before it is closed',
  },
  writtenImages: {
    // The page breathes between two transactions.
    limit: 16,
    unit: 'count',
    what: 'images that are written to the disk at once',
    beyond: 'the others wait',
  },
  restoredImages: {
    limit: 500,
    unit: 'count',
    what: 'images that are read from the disk at once',
    beyond: 'the others wait',
  },
  claimWait: {
    limit: 1000,
    unit: 'milliseconds',
    what: 'the wait for another page to let go of a list',
    beyond: 'the tab gets a list of its own',
  },
  commentCharacters: {
    limit: 1000,
    unit: 'characters',
    what: 'a comment on an image',
    beyond: 'the field takes no more',
  },
  tableBytes: {
    limit: 8 * mebibyte,
    unit: 'bytes',
    what: 'a table of patients',
    beyond: 'the table is refused',
  },
  tableRows: {
    limit: 100_000,
    unit: 'count',
    what: 'rows of a table of patients',
    beyond: 'the table is refused',
  },
  requestsAtOnce: {
    limit: 3,
    unit: 'count',
    what: 'requests for answers at once; one fewer each time the queue of the service is full',
    beyond: 'the others wait',
  },
  requestImages: {
    limit: 8,
    unit: 'count',
    what: 'images of a request, if the service takes so many',
    beyond: 'the others wait',
  },
  requestWait: {
    // The service gives up on an image after 30 seconds, if it is not told otherwise.
    limit: 120_000,
    unit: 'milliseconds',
    what: 'the wait for the answers to a request',
    beyond: 'the request is given up and sent anew',
  },
  silence: {
    limit: 10_000,
    unit: 'milliseconds',
    what: 'the wait for answers in which the page says nothing of it',
    beyond: 'the page says that no answer has come, and offers to ask again',
  },
  retryWait: {
    limit: 30_000,
    unit: 'milliseconds',
    what: 'the wait before the next try, of a service that is gone or not ready',
    beyond: 'the page tries again',
  },
  timeOuts: {
    limit: 3,
    unit: 'count',
    what: 'times that the service gives up on one image',
    beyond: 'the image fails; it can be tried again by hand',
  },
  heatMaps: {
    limit: 40,
    unit: 'count',
    what: 'heat maps that are kept in memory',
    beyond: 'the oldest is let go, and asked for again when it is to be seen',
  },
  heatWait: {
    limit: 20_000,
    unit: 'milliseconds',
    what: 'the wait before a heat map is asked for again, of a service that is busy',
    beyond: 'the page tries again',
  },
  pictures: {
    limit: 4,
    unit: 'count',
    what: 'images in full size that are kept in memory',
    beyond: 'the one not seen for longest is let go, and opened again when it is to be seen',
  },
  picturePixels: {
    // More than most detectors have, and as much as a canvas surely holds.
    limit: 16_000_000,
    unit: 'pixels',
    what: 'an image on the screen',
    beyond: 'it is shown smaller; the service gets it as it is',
  },
  thumbnails: {
    limit: 400,
    unit: 'count',
    what: 'small pictures of rows that are kept in memory',
    beyond: 'the oldest is let go',
  },
  thumbnailsAtOnce: {
    limit: 2,
    unit: 'count',
    what: 'small pictures that are made at once',
    beyond: 'the others wait',
  },
  exifBytes: {
    // EXIF data stand near the beginning and have 64 KiB at most.
    limit: 131_072,
    unit: 'bytes',
    what: 'the beginning of a JPEG in which its orientation is looked for',
    beyond: 'what stands behind it is not found',
  },
  messages: {
    limit: 3,
    unit: 'count',
    what: 'messages in sight',
    beyond: 'the oldest goes',
  },
} as const satisfies Readonly<Record<string, PageBudget>>;
