/** Many tensors in one flat buffer. Apart from the sessions, so that a thread can use it without the runtime. */
import type { Tensor, Tensors } from './tensor.ts';

/** A named region of a flat buffer. */
export interface Region {
  readonly name: string;
  readonly shape: readonly number[];
  /** In floats; a multiple of 16, so that every tensor starts on a cache line. */
  readonly offset: number;
}

export interface Layout {
  readonly regions: readonly Region[];
  /** In floats, a multiple of `granularity`. */
  readonly length: number;
}

/** Lays tensors out behind one another. */
export function layOut(
  tensors: readonly { readonly name: string; readonly shape: readonly number[] }[],
  granularity: number,
): Layout {
  let offset = 0;
  const regions = tensors.map(({ name, shape }) => {
    const region = { name, shape, offset };
    offset += Math.ceil(sizeOf(shape) / 16) * 16;
    return region;
  });
  return { regions, length: Math.max(1, Math.ceil(offset / granularity)) * granularity };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

/** The tensors that lie in a flat buffer. */
export function views(buffer: Float32Array, layout: Layout): Tensors {
  return Object.fromEntries(
    layout.regions.map(({ name, shape, offset }): [string, Tensor] => {
      return [name, { type: 'float32', shape, data: buffer.subarray(offset, offset + sizeOf(shape)) }];
    }),
  );
}
