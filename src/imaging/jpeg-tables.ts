/** The quantisation tables that most JPEG encoders use: those of ITU-T T.81, annex K.1, by IJG's `quality`. */

/** Row by row, for grey or luminance. */
export const luminanceTable: readonly number[] = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
  87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
];

/** Row by row, for colour: 99 but in its corner. */
export const chrominanceTable: readonly number[] = [
  [17, 18, 24, 47],
  [18, 21, 26, 66],
  [24, 26, 56, 99],
  [47, 66, 99, 99],
]
  .flatMap((row) => [...row, 99, 99, 99, 99])
  .concat(new Array<number>(32).fill(99));

/** Place of the k-th value of a table in a file: T.81 figure A.6. */
export const zigzag: readonly number[] = makeZigzag();

/**
 * As libjpeg scales it (jcparam.c: jpeg_quality_scaling, jpeg_add_quant_table).
 *
 * @param quality 1 to 100
 * @returns steps of 1 to 255, row by row
 */
export function scaleTable(table: readonly number[], quality: number): number[] {
  const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  return table.map((step) => Math.max(1, Math.min(255, Math.floor((step * scale + 50) / 100))));
}

const knownTables = new Map<string, boolean>();

/** @param steps in the order of a file @returns whether they are one of the two tables at one of the hundred qualities */
export function isUsualTable(steps: Uint16Array): boolean {
  const key = steps.join();
  const known = knownTables.get(key);
  if (known !== undefined) return known;
  const found = [luminanceTable, chrominanceTable].some((table) =>
    Array.from({ length: 100 }, (_, index) => scaleTable(table, index + 1)).some((scaled) =>
      steps.every((value, k) => value === scaled[zigzag[k] as number]),
    ),
  );
  if (knownTables.size >= 32) knownTables.clear();
  knownTables.set(key, found);
  return found;
}

function makeZigzag(): readonly number[] {
  const places: number[] = [];
  for (let sum = 0; sum <= 14; sum++) {
    const diagonal: number[] = [];
    for (let row = Math.max(0, sum - 7); row <= Math.min(7, sum); row++) diagonal.push(row * 8 + (sum - row));
    // Upwards on even diagonals, downwards on odd ones.
    places.push(...(sum % 2 === 0 ? diagonal.toReversed() : diagonal));
  }
  return places;
}
