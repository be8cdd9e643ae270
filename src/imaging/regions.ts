/**
 * Where in the frame something varies. The frame is cut into 32 x 32 cells, and four boxes that do not depend on the image share them
 * out. They were placed by eye on the mean of the Kermany children's X-rays; they are no segmentation, and on a turned or badly
 * centred film they lie elsewhere on the chest.
 */

/** Cells along each side. */
export const gridSide = 32;

export type RegionName = 'lungFields' | 'betweenLungs' | 'aroundLungs' | 'border' | 'wholeImage';

export interface Region {
  readonly name: RegionName;
  readonly title: string;
  /** what belongs to it, for a reader */
  readonly description: string;
}

/** From cell `left` to before cell `right`, from `top` to before `bottom`. */
export interface CellBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The right lung stands on the left of the picture. */
export const lungBoxes: readonly CellBox[] = [
  { left: 5, top: 6, right: 13, bottom: 23 },
  { left: 19, top: 6, right: 27, bottom: 23 },
];
export const betweenBox: CellBox = { left: 13, top: 6, right: 19, bottom: 23 };
/** What is outside it is the border. */
export const innerBox: CellBox = { left: 2, top: 2, right: 30, bottom: 30 };

export const regions: readonly Region[] = [
  { name: 'lungFields', title: 'Lung fields', description: 'two boxes where the lungs of most images lie' },
  {
    name: 'betweenLungs',
    title: 'Between the lungs',
    description: 'the box between them: spine, heart and great vessels',
  },
  {
    name: 'aroundLungs',
    title: 'Around the lungs',
    description: 'what is left within the border: neck, shoulders, chest wall, diaphragm and belly',
  },
  {
    name: 'border',
    title: 'Border',
    description: 'the outer sixteenth on each of the four sides: air, markers, collimator',
  },
  { name: 'wholeImage', title: 'Whole image', description: 'all of it' },
];

/** The cells of a region, row-major. */
export function listCells(region: RegionName): Int32Array {
  const cells: number[] = [];
  for (let y = 0; y < gridSide; y++) {
    for (let x = 0; x < gridSide; x++) {
      if (region === 'wholeImage' || findRegion(x, y) === region) cells.push(y * gridSide + x);
    }
  }
  return Int32Array.from(cells);
}

function findRegion(x: number, y: number): Exclude<RegionName, 'wholeImage'> {
  const isIn = ({ left, top, right, bottom }: CellBox): boolean => x >= left && x < right && y >= top && y < bottom;
  if (!isIn(innerBox)) return 'border';
  if (lungBoxes.some(isIn)) return 'lungFields';
  return isIn(betweenBox) ? 'betweenLungs' : 'aroundLungs';
}

/** Images of one size -> the sums of the grey levels in each cell. */
export class CellGrid {
  /** pixels in each cell; they differ by a row or column where 32 does not divide the side */
  readonly areas: Float64Array;
  readonly #cellOfColumn: Int32Array;
  readonly #cellOfRow: Int32Array;

  /** @param size width and height of the images, at least 32 */
  constructor(size: number) {
    this.#cellOfColumn = Int32Array.from({ length: size }, (_, i) => Math.floor((i * gridSide) / size));
    this.#cellOfRow = this.#cellOfColumn.map((cell) => cell * gridSide);
    this.areas = this.sum(new Uint8Array(size * size).fill(1));
  }

  /** Whole numbers, 1,024 of them. */
  sum(pixels: Uint8Array): Float64Array {
    const sums = new Float64Array(gridSide * gridSide);
    const width = this.#cellOfColumn.length;
    for (let y = 0, at = 0; y < width; y++) {
      const row = this.#cellOfRow[y] as number;
      for (let x = 0; x < width; x++) {
        const cell = row + (this.#cellOfColumn[x] as number);
        sums[cell] = (sums[cell] as number) + (pixels[at++] as number);
      }
    }
    return sums;
  }
}
