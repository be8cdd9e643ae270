/** What goes into a run and comes out of it, and where it runs. */
import type { ElementType, TensorData } from '../graph/types.ts';

/** Where a graph runs. webgpu needs a Vulkan, Metal or Direct3D 12 driver, cuda an installed CUDA provider. */
export const devices = ['cpu', 'webgpu', 'cuda'] as const;
export type Device = (typeof devices)[number];

/** Threads of one operator, at most. */
export const mostThreads = 1024;

/** A tensor in the caller's memory. */
export interface Tensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export type Tensors = Readonly<Record<string, Tensor>>;
