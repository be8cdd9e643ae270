/** Paints an image as it is looked at. */
import { applyLookup, buildLookup, type Levels } from './levels.ts';
import { orientMatrix, orientSize, type Orientation } from './orientation.ts';
import type { Picture } from './pictures.ts';
import type { Placement, Size } from './view.ts';

/** An image after window and level; made anew only when those change. */
export class LeveledPicture {
  readonly picture: Picture;
  readonly canvas: HTMLCanvasElement;
  readonly #data: ImageData;
  #levels: Levels | undefined;

  constructor(picture: Picture) {
    const { width, height } = picture.pixels;
    this.picture = picture;
    this.canvas = document.createElement('canvas');
    this.canvas.width = width;
    this.canvas.height = height;
    this.#data = new ImageData(width, height);
  }

  apply(levels: Levels): void {
    if (this.#levels === levels) return;
    this.#levels = levels;
    applyLookup(this.picture.grey, buildLookup(levels), this.#data.data);
    this.canvas.getContext('2d')?.putImageData(this.#data, 0, 0);
  }
}

export interface Scene {
  readonly picture: LeveledPicture;
  readonly levels: Levels;
  readonly orientation: Orientation;
  /** of the image as it is turned */
  readonly placement: Placement;
  readonly heat: { readonly canvas: HTMLCanvasElement; readonly opacity: number } | null;
}

/** @param size of the pane, in CSS pixels @param scene null: nothing but black */
export function paint(canvas: HTMLCanvasElement, size: Size, scene: Scene | null): void {
  const ratio = window.devicePixelRatio;
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  if (scene === null) return;
  const { picture, levels, orientation, placement, heat } = scene;
  const { scale, left, top } = placement;
  picture.apply(levels);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  // Close up, pixels are shown as what they are.
  context.imageSmoothingEnabled = scale < 4;
  context.imageSmoothingQuality = scale < 1 ? 'medium' : 'low';
  const shown = orientSize(picture.picture, orientation);
  context.transform(...orientMatrix(orientation), left + (shown.width * scale) / 2, top + (shown.height * scale) / 2);
  const [wide, high] = [picture.picture.width * scale, picture.picture.height * scale];
  const box = [-wide / 2, -high / 2, wide, high] as const;
  context.drawImage(picture.canvas, ...box);
  if (heat === null) return;
  context.imageSmoothingEnabled = true;
  context.globalAlpha = heat.opacity;
  context.drawImage(heat.canvas, ...box);
  context.globalAlpha = 1;
}

/** Pixels on the longer side: enough for a page of paper. */
const wholeSide = 1600;

/** The whole image as it looks, for paper. */
export function paintWhole(
  picture: LeveledPicture,
  levels: Levels,
  orientation: Orientation,
  heat: Scene['heat'],
): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const { width, height } = orientSize(picture.picture, orientation);
  const scale = wholeSide / Math.max(width, height) / window.devicePixelRatio;
  const placement = { scale, left: 0, top: 0 };
  paint(canvas, { width: width * scale, height: height * scale }, { picture, levels, orientation, placement, heat });
  return canvas;
}
