/** What goes into a run and comes out of it, and where it runs. */
import type { ElementType, TensorData } from '../graph/types.ts';

/** Where a graph runs. webgpu needs a Vulkan, Metal or Direct3D 12 driver, cuda an installed CUDA provider. */
export type Device = 'cpu' | 'webgpu' | 'cuda';

/** A tensor in the caller's memory. */
export interface Tensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export type Tensors = Readonly<Record<string, Tensor>>;
