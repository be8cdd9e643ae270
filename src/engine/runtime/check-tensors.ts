/**
 * Compares the tensors of a run with what the graph declares. The runtime itself lets two tensors of unequal batch size
 * broadcast, ignores an output it does not know, and speaks of indices where a user needs names.
 */
import { PneumoscopeError } from '../../base/errors.ts';
import { formatShape } from '../graph/shape.ts';
import type { Dimension } from '../graph/types.ts';
import type { Tensor, Tensors } from './tensor.ts';

/** An input or output as the runtime describes it; a sequence has neither type nor shape. */
export interface Declared {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly Dimension[];
}

/**
 * @throws PneumoscopeError E_SHAPE_MISMATCH naming the tensor, what the graph declares and what was given; E_GRAPH for
 *   an input that is not fed or an output that the graph does not have
 */
export function checkTensors(
  inputs: readonly Declared[],
  outputs: readonly Declared[],
  feeds: Tensors,
  fetches: Tensors,
): void {
  const sizes = new Map<string, { readonly size: number; readonly name: string }>();
  for (const declared of inputs) {
    const fed = feeds[declared.name];
    if (!fed) throw new PneumoscopeError('E_GRAPH', `Input ${declared.name} of the graph was not fed`);
    checkTensor('Input', declared, fed, sizes);
  }
  for (const [name, fetched] of Object.entries(fetches)) {
    const declared = outputs.find((output) => output.name === name);
    if (!declared) throw new PneumoscopeError('E_GRAPH', `The graph has no output ${name}`);
    checkTensor('Output', declared, fetched, sizes);
  }
}

function checkTensor(
  kind: string,
  { name, type, shape }: Declared,
  tensor: Tensor,
  sizes: Map<string, { readonly size: number; readonly name: string }>,
): void {
  if (type === undefined || shape === undefined) return;
  const mismatch = (reason: string): never => {
    const received = `${tensor.type} ${formatShape(tensor.shape)}`;
    throw new PneumoscopeError(
      'E_SHAPE_MISMATCH',
      `${kind} ${name} is ${type} ${formatShape(shape)}, but received ${received}${reason}`,
    );
  };
  if (tensor.type !== type || tensor.shape.length !== shape.length) mismatch('');
  const count = tensor.shape.reduce((total, size) => total * size, 1);
  if (count !== tensor.data.length) mismatch(` with ${tensor.data.length} elements`);
  shape.forEach((dimension, axis) => {
    const size = tensor.shape[axis] as number;
    if (typeof dimension === 'number') {
      if (size !== dimension) mismatch('');
      return;
    }
    const earlier = sizes.get(dimension);
    if (earlier === undefined) sizes.set(dimension, { size, name });
    else if (earlier.size !== size) mismatch(`, while ${dimension} is ${earlier.size} in ${earlier.name}`);
  });
}
