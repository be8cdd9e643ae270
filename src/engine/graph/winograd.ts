/**
 * 3x3 convolution with stride 1 by Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray, «Fast Algorithms for
 * Convolutional Neural Networks», CVPR 2016), as ONNX nodes: 36 products of matrices instead of 144 multiplications
 * per output tile and channel pair, a quarter of the arithmetic. The gradient follows from that of each node, and
 * needs a quarter of the arithmetic too.
 *   V = Bᵀ d B   for each 6x6 input tile d, four pixels apart    one convolution with 36 fixed filters
 *   U = G w Gᵀ   for each 3x3 filter w
 *   M = sum over the channels of U V                             36 matrix products
 *   Y = Aᵀ M A   the 4x4 output tile
 * The rounding error is some ten times that of the direct sum, about 1e-5 of the largest value.
 */
import type { GraphBuilder } from './builder.ts';
import { knownDimension } from './shape.ts';
import type { Value } from './types.ts';

const inputTransform = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];
const filterTransform = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
];
const outputTransform = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, -1, 2, -2, 0],
  [0, 1, 1, 4, 4, 0],
  [0, 1, -1, 8, -8, 1],
];

/** Kronecker product of a matrix with itself: row (i, j), column (k, l) -> m[i][k] m[j][l]. */
function squared(matrix: readonly (readonly number[])[]): number[][] {
  return matrix.flatMap((left) => matrix.map((right) => left.flatMap((a) => right.map((b) => a * b))));
}

/** Output tile rows in the order (row in window, column in window, window row, window column) of 2x2 windows. */
const windowOrder = Array.from({ length: 16 }, (_, index) => {
  const [inRow, inColumn, row, column] = [index >> 3, (index >> 2) & 1, (index >> 1) & 1, index & 1];
  return (row * 2 + inRow) * 4 + column * 2 + inColumn;
});

/** Puts output row r of an n x n block at pixel r of each block: filters [n*n, 1, n, n] for ConvTranspose. */
function pixelShuffle(g: GraphBuilder, tiles: Value, size: number): Value {
  const count = size * size;
  const identity = new Float32Array(count * count).map((_, i) => (i % count === Math.floor(i / count) ? 1 : 0));
  const filters = g.constant('float32', [count, 1, size, size], identity, `place_${size}x${size}`);
  return g.node('ConvTranspose', [tiles, filters], { kernel_shape: [size, size], strides: [size, size] });
}

/** Whether a 3x3 convolution with stride 1 and padding 1 can be tiled: [H, W] in fours. */
export function canTile(x: Value): boolean {
  return x.shape.slice(2).every((size) => typeof size === 'number' && size % 4 === 0);
}

/**
 * M of the head comment as [36, K, N*T], T tiles an image.
 * @param x [N, C, H, W], H and W multiples of 4
 * @param w [K, C, 3, 3]
 */
function transformedProducts(g: GraphBuilder, x: Value, w: Value): Value {
  const [filters, channels] = w.shape as readonly [number, number];
  const height = knownDimension(x.shape, 2, 'Winograd');
  const width = knownDimension(x.shape, 3, 'Winograd');
  const tiles = (height / 4) * (width / 4);
  const planes = g.reshape(x, [-1, 1, height, width]);
  const b = g.constant('float32', [36, 1, 6, 6], Float32Array.from(squared(inputTransform).flat()), 'winograd_input');
  const v = g.node('Conv', [planes, b], { kernel_shape: [6, 6], strides: [4, 4], pads: [1, 1, 1, 1] });
  const byPosition = g.transpose(g.reshape(v, [-1, channels, 36, tiles]), [2, 1, 0, 3]);
  const gg = g.constant('float32', [36, 9], Float32Array.from(squared(filterTransform).flat()), 'winograd_filter');
  const taps = g.transpose(g.reshape(w, [filters * channels, 9]), [1, 0]);
  const filtersByPosition = g.reshape(g.matMul(gg, taps), [36, filters, channels]);
  return g.matMul(filtersByPosition, g.reshape(byPosition, [36, channels, -1]));
}

function outputTiles(g: GraphBuilder, products: Value, filters: number, tiles: number): Value {
  const rows = squared(outputTransform);
  const a = Float32Array.from(windowOrder.flatMap((row) => rows[row] ?? []));
  const pixels = g.matMul(g.constant('float32', [16, 36], a, 'winograd_output'), g.reshape(products, [36, -1]));
  return g.reshape(pixels, [4, 4, filters, -1, tiles]);
}

/**
 * Convolution (stride 1, padding 1) and 2x2 max-pooling: the tiles come out as the four elements of each window, of
 * which only the maximum is put back into place.
 * @param bias [K], added after the maximum, which changes nothing
 * @returns [N, K, H/2, W/2]
 */
export function winogradConvMaxPool(g: GraphBuilder, x: Value, w: Value, bias: Value | undefined): Value {
  const filters = knownDimension(w.shape, 0, 'Winograd');
  const [rows, columns] = [knownDimension(x.shape, 2, 'Winograd') / 4, knownDimension(x.shape, 3, 'Winograd') / 4];
  const elements = outputTiles(g, transformedProducts(g, x, w), filters, rows * columns);
  const maximum = g.node('ReduceMax', [elements, g.integers([0])], { keepdims: 0 });
  const byImage = g.reshape(g.transpose(maximum, [2, 1, 0, 3]), [-1, 4, rows, columns]);
  const pooled = g.reshape(pixelShuffle(g, byImage, 2), [-1, filters, rows * 2, columns * 2]);
  return bias ? g.add(pooled, g.reshape(bias, [filters, 1, 1])) : pooled;
}
