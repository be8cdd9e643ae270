/** Which modes (grey or colour, bits) and sizes the images of a data set have. */
import { takeFirst } from './listed.ts';
import { findMedian } from './outliers.ts';
import type { WorkDatabase } from '../records/work-database.ts';

export interface ImageMode {
  /** as stored, without alpha: 1 grey, 3 colour */
  readonly channels: number;
  readonly bitsPerChannel: number;
  readonly images: number;
  /** in how many of a colour mode some pixel is not grey; 0 in a grey mode */
  readonly colourful: number;
  /** images of each class */
  readonly classes: Readonly<Record<string, number>>;
  /** of the most common mode none are listed, of others the first `listedAtMost` */
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

/** The most common first, of equally common ones that of the first image. */
export function describeModes(database: WorkDatabase): ImageMode[] {
  const sql = `
    SELECT channels, bits, COUNT(*) AS images, SUM(colourful) AS colourful FROM scans
    GROUP BY channels, bits ORDER BY images DESC, MIN(id)
  `;
  return [...database.rows<ModeRow>(sql)].map(({ channels, bits, images, colourful }, place) => {
    const perClass = `
      SELECT label, COUNT(*) AS images FROM scans JOIN images USING (id)
      WHERE channels = ? AND bits = ? GROUP BY label ORDER BY MIN(id)
    `;
    const classes = [...database.rows<{ label: string; images: number }>(perClass, channels, bits)];
    return {
      channels,
      bitsPerChannel: bits,
      images,
      colourful,
      // A class may be called 'constructor', which every plain object has.
      classes: Object.fromEntries(classes.map(({ label, images: own }) => [label, own])),
      files: place === 0 ? [] : takeFirst(listFilesOfMode(database, channels, bits)),
    };
  });
}

interface ModeRow {
  readonly channels: number;
  readonly bits: number;
  readonly images: number;
  readonly colourful: number;
}

/** In the order of the list. */
export function* listFilesOfMode(database: WorkDatabase, channels: number, bits: number): Generator<string> {
  const sql = 'SELECT file FROM scans JOIN images USING (id) WHERE channels = ? AND bits = ? ORDER BY id';
  for (const { file } of database.rows<{ file: string }>(sql, channels, bits)) yield file;
}

/** Of the readable images; null where there is none. */
export function describeSizes(database: WorkDatabase): ImageSizes | null {
  const count = database.number('SELECT COUNT(*) FROM scans');
  if (count === 0) return null;
  const number = (what: string): number => database.number(`SELECT ${what} FROM scans`);
  return {
    distinct: database.number('SELECT COUNT(*) FROM (SELECT DISTINCT width, height FROM scans)'),
    medianWidth: findMedian(database, count, 'SELECT width AS value, COUNT(*) AS count FROM scans GROUP BY width'),
    medianHeight: findMedian(database, count, 'SELECT height AS value, COUNT(*) AS count FROM scans GROUP BY height'),
    leastWidth: number('MIN(width)'),
    leastHeight: number('MIN(height)'),
    mostWidth: number('MAX(width)'),
    mostHeight: number('MAX(height)'),
  };
}
