/** Windows as convolutions, against a loop over the elements. */
import { describe, expect, it } from 'vitest';
import { tensor } from '../../../test/operator-check.ts';
import { runGraph } from '../../../test/run-graph.ts';
import { RandomGenerator } from '../../base/random.ts';
import { GraphBuilder } from './builder.ts';
import { verifyGraph } from './verify.ts';
import { maxPoolByWindows, windowElements, windowGeometry } from './windows.ts';
import type { WindowGeometry } from './windows.ts';

const [batch, channels, height, width] = [2, 3, 5, 6] as const;

const geometries: readonly (readonly [string, WindowGeometry])[] = [
  ['3x3 same', { kernel: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1] }],
  ['2x2 stride 2', { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1] }],
  ['2x3 unequal, asymmetric', { kernel: [2, 3], strides: [2, 1], pads: [0, 2, 1, 0], dilations: [1, 1] }],
  ['dilated', { kernel: [2, 2], strides: [1, 1], pads: [1, 1, 1, 1], dilations: [2, 3] }],
];

/** The elements of every window [N*C, kh*kw, positions], `outside` where it reaches over the border. */
function windowsOf(
  x: Float32Array,
  { kernel, strides, pads, dilations }: WindowGeometry,
  outside: number,
): number[][][] {
  const positions = (size: number, axis: 0 | 1): number =>
    Math.floor((size + pads[axis] + (pads[axis + 2] ?? 0) - dilations[axis] * (kernel[axis] - 1) - 1) / strides[axis]) +
    1;
  const [rows, columns] = [positions(height, 0), positions(width, 1)];
  return Array.from({ length: batch * channels }, (_, plane) =>
    Array.from({ length: kernel[0] * kernel[1] }, (_, element) =>
      Array.from({ length: rows * columns }, (_, position) => {
        const row =
          Math.floor(position / columns) * strides[0] - pads[0] + Math.floor(element / kernel[1]) * dilations[0];
        const column = (position % columns) * strides[1] - pads[1] + (element % kernel[1]) * dilations[1];
        if (row < 0 || row >= height || column < 0 || column >= width) return outside;
        return x[(plane * height + row) * width + column] ?? NaN;
      }),
    ),
  );
}

function images(): ReturnType<typeof tensor> {
  const random = new RandomGenerator(11);
  return tensor(
    [batch, channels, height, width],
    Float32Array.from({ length: 180 }, () => random.normal() - 3),
  );
}

describe.each(geometries)('%s', (_name, geometry) => {
  it('windowElements gives every element, exactly', async () => {
    const g = new GraphBuilder('elements');
    g.output(windowElements(g, g.input('x', 'float32', ['N', channels, height, width]), geometry), 'y');
    verifyGraph(g.build());
    const x = images();
    const fixed = new GraphBuilder('elements');
    fixed.output(windowElements(fixed, fixed.input('x', 'float32', x.shape), geometry), 'y');
    const { y } = await runGraph(fixed.build(), { x });
    expect([...(y ?? [])]).toEqual(windowsOf(x.data, geometry, 0).flat(2));
  });

  it('maxPoolByWindows gives their maximum, of negative numbers beside padding too', async () => {
    const g = new GraphBuilder('pool');
    g.output(maxPoolByWindows(g, g.input('x', 'float32', ['N', channels, height, width]), geometry), 'y');
    verifyGraph(g.build());
    const x = images();
    const { y } = await runGraph(g.build(), { x }, batch);
    const expected = windowsOf(x.data, geometry, -Infinity).map((elements) =>
      (elements[0] ?? []).map((_, position) => Math.max(...elements.map((element) => element[position] ?? NaN))),
    );
    expect([...(y ?? [])]).toEqual(expected.flat());
  });
});

describe('windowGeometry', () => {
  it("fills in the standard's defaults", () => {
    expect(windowGeometry({ attributes: {} }, [3, 2])).toEqual({
      kernel: [3, 2],
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
    });
  });
});
