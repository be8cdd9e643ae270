/** Images whose size is far from that of the others. */
import type { WorkDatabase } from '../records/work-database.ts';

export interface SizeOutlier {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly what: 'small' | 'large' | 'wide' | 'tall';
}

/** How far from the median, in robust standard deviations; of a normal distribution 1 in 16,000 lies beyond. */
const deviations = 4;
/** And at least so many times the median: of a set in which nearly all have one size, the deviation is next to nothing. */
const leastFactor = { area: 2, aspect: 1.5 };

/** Each size once, with the logarithms of area and aspect ratio; `what` of sizes that are far out. */
const schema = `
  CREATE TABLE sizes (width INTEGER, height INTEGER, count INTEGER, area REAL, aspect REAL, what TEXT);
`;

/**
 * Compares the logarithms of area (width times height) and aspect ratio (width by height) with their medians. The standard
 * deviation is estimated as 1.4826 times the median absolute deviation (F. R. Hampel, The Influence Curve and its Role in Robust
 * Estimation, 1974), which outliers do not move.
 */
export function findSizeOutliers(database: WorkDatabase): void {
  database.define(schema);
  const distinct = 'SELECT width, height, COUNT(*) AS count FROM scans GROUP BY width, height';
  for (const { width, height, count } of database.rows<SizeRow>(distinct)) {
    const values = [width, height, count, Math.log(width * height), Math.log(width / height)];
    database.run('INSERT INTO sizes VALUES (?, ?, ?, ?, ?, NULL)', ...values);
  }
  const count = database.number('SELECT COALESCE(SUM(count), 0) FROM sizes');
  const markAspects = markFarSizes(database, count, 'aspect', Math.log(leastFactor.aspect));
  const markAreas = markFarSizes(database, count, 'area', Math.log(leastFactor.area));
  markAspects('tall', 'wide');
  // Of one that is far out in both, the area is told.
  markAreas('small', 'large');
}

interface SizeRow {
  readonly width: number;
  readonly height: number;
  readonly count: number;
}

function markFarSizes(
  database: WorkDatabase,
  count: number,
  column: 'area' | 'aspect',
  leastDistance: number,
): (below: SizeOutlier['what'], above: SizeOutlier['what']) => void {
  const middle = findMedian(database, count, `SELECT ${column} AS value, count FROM sizes`);
  const distances = `SELECT ABS(${column} - ?) AS value, count FROM sizes`;
  const spread = 1.4826 * findMedian(database, count, distances, middle);
  const limit = Math.max(deviations * spread, leastDistance);
  return (below, above) => {
    const mark = `UPDATE sizes SET what = CASE WHEN ${column} < ? THEN ? ELSE ? END WHERE ABS(${column} - ?) > ?`;
    database.run(mark, middle, below, above, middle, limit);
  };
}

const outliers = 'FROM sizes JOIN scans USING (width, height) JOIN images USING (id) WHERE what IS NOT NULL';

/** Those of {@link findSizeOutliers}, in the order of the list. */
export function* listSizeOutliers(database: WorkDatabase): Generator<SizeOutlier> {
  const sql = `SELECT file, width, height, what ${outliers} ORDER BY id`;
  for (const row of database.rows<SizeOutlier>(sql)) yield { ...row };
}

export function countSizeOutliers(database: WorkDatabase): number {
  return database.number('SELECT COALESCE(SUM(count), 0) FROM sizes WHERE what IS NOT NULL');
}

/**
 * Of an even count the mean of the middle two; NaN of none.
 *
 * @param count sum of the rows' counts
 * @param sql gives rows of a `value` and how often it counts, with `values` for its parameters
 */
export function findMedian(database: WorkDatabase, count: number, sql: string, ...values: readonly number[]): number {
  const [low, high] = [Math.ceil(count / 2), Math.floor(count / 2) + 1];
  let seen = 0;
  let below = NaN;
  for (const row of database.rows<{ value: number; count: number }>(`${sql} ORDER BY value`, ...values)) {
    if (seen < low) below = row.value;
    seen += row.count;
    if (seen >= high) return (below + row.value) / 2;
  }
  return NaN;
}
