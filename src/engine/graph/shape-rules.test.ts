/**
 * What the rules refuse. What they give is checked against the runtime by every operator's test: outputs are
 * allocated by the rule's shape, and the runtime refuses any other.
 */
import { describe, expect, it } from 'vitest';
import { PneumoscopeError } from '../../base/errors.ts';
import { GraphBuilder } from './builder.ts';
import { windowOutput } from './shape-rules.ts';
import type { ElementType, Shape, Value } from './types.ts';

type Make = (g: GraphBuilder, input: (shape: Shape, type?: ElementType) => Value) => Value;

function build(make: Make): Value {
  const g = new GraphBuilder('rules');
  let count = 0;
  return make(g, (shape, type = 'float32') => g.input(`x${count++}`, type, shape));
}

describe('shape rules refuse', () => {
  it.each<[string, Make, string]>([
    [
      'shapes that do not broadcast',
      (g, x) => g.add(x([2, 3]), x([2])),
      'Add cannot take x0 [2, 3], x1 [2]: the shapes do not broadcast',
    ],
    ['two symbols', (g, x) => g.add(x(['N']), x(['M'])), 'Add cannot take x0 [N], x1 [M]: the shapes do not broadcast'],
    ['element types that differ', (g, x) => g.add(x([2]), x([2], 'int64')), 'the element types differ'],
    ['numbers as a condition', (g, x) => g.where(x([2]), x([2]), x([2])), 'the condition must be boolean'],
    ['numbers for And', (g, x) => g.node('And', [x([2]), x([2])]), 'And takes booleans only'],
    ['numbers for Not', (g, x) => g.node('Not', [x([2])]), 'Not takes booleans only'],
    ['inner dimensions that differ', (g, x) => g.matMul(x([2, 3]), x([4, 2])), 'the inner dimensions differ'],
    ['a vector in MatMul', (g, x) => g.matMul(x([2, 3]), x([3])), 'both sides need two axes or more'],
    [
      'batches that do not broadcast',
      (g, x) => g.matMul(x([2, 3, 4]), x([3, 4, 5])),
      'the batch dimensions do not broadcast',
    ],
    ['Gemm of three axes', (g, x) => g.node('Gemm', [x([1, 2, 3]), x([3, 4])]), 'both sides need exactly two axes'],
    [
      'Gemm whose inner dimensions differ',
      (g, x) => g.node('Gemm', [x([2, 3]), x([3, 4])], { transB: 1 }),
      'the inner dimensions differ',
    ],
    [
      'a bias that does not broadcast',
      (g, x) => g.node('Gemm', [x([2, 3]), x([3, 4]), x([2])]),
      'the bias does not broadcast to [2, 4]',
    ],
    [
      'a bias that is larger than the product',
      (g, x) => g.node('Gemm', [x([1, 3]), x([3, 4]), x([2, 4])]),
      'the bias does not broadcast to [1, 4]',
    ],
    [
      'channels that the filters do not take',
      (g, x) => g.node('Conv', [x(['N', 3, 5, 5]), x([4, 2, 3, 3])]),
      'the filters take 2 x 1 channels',
    ],
    [
      'filters that do not divide into groups',
      (g, x) => g.node('Conv', [x([1, 4, 5, 5]), x([3, 2, 3, 3])], { group: 2 }),
      '3 filters do not divide into 2 groups',
    ],
    [
      'another rank of filters',
      (g, x) => g.node('Conv', [x([1, 2, 5, 5]), x([4, 2, 3])]),
      'input and filters differ in rank',
    ],
    [
      'a convolution bias of another length',
      (g, x) => g.node('Conv', [x([1, 2, 5, 5]), x([4, 2, 3, 3]), x([3])]),
      'the bias must be [4]',
    ],
    [
      "a kernel_shape that is not the filters'",
      (g, x) => g.node('Conv', [x([1, 2, 5, 5]), x([4, 2, 3, 3])], { kernel_shape: [5, 5] }),
      'kernel_shape is 5, 5, but the filters are 3, 3',
    ],
    [
      'a kernel larger than the image',
      (g, x) => g.node('Conv', [x([1, 1, 2, 9]), x([1, 1, 3, 3])]),
      'the window is larger than the input on spatial axis 0',
    ],
    [
      'channels that differ in ConvTranspose',
      (g, x) => g.node('ConvTranspose', [x([1, 3, 2, 2]), x([2, 1, 2, 2])]),
      'the channels differ',
    ],
    [
      'a pool without a window',
      (g, x) => g.node('MaxPool', [x([1, 1, 4, 4])], { kernel_shape: [] }),
      'kernel_shape must have 2 sizes',
    ],
    [
      'an unknown spatial size',
      (g, x) => g.node('MaxPool', [x([1, 1, 'H', 4])], { kernel_shape: [2, 2] }),
      'MaxPool needs a known size on axis 2 of [1, 1, H, 4]',
    ],
    ['a reshape to another count', (g, x) => g.reshape(x([2, 3]), [4]), 'it does not hold as many elements as [4]'],
    ['a reshape that does not divide', (g, x) => g.reshape(x(['N', 3]), [-1, 2]), 'it does not divide into [-1, 2]'],
    ['two free axes', (g, x) => g.reshape(x([2, 3]), [-1, -1]), 'only one axis may be -1'],
    [
      'a reshape to a shape that is not known',
      (g, x) => g.node('Reshape', [x([2]), x([1], 'int64')]),
      'input 1 must be a constant of integers',
    ],
    ['a perm that is none', (g, x) => g.transpose(x([2, 3]), [0, 0]), 'perm 0, 0 is not a permutation of its axes'],
    [
      'concatenated shapes that differ',
      (g, x) => g.node('Concat', [x([2, 3]), x([3, 3])], { axis: 1 }),
      'the other axes differ',
    ],
    [
      'concatenated ranks that differ',
      (g, x) => g.node('Concat', [x([2, 3]), x([2, 3, 1])], { axis: 1 }),
      'the other axes differ',
    ],
    ['an axis out of range', (g, x) => g.reduceSum(x([2, 3]), [2], true), 'axes 2 are out of range'],
    [
      'an axis out of range from the end',
      (g, x) => g.node('Softmax', [x([2, 3])], { axis: -3 }),
      'axis -3 is out of range',
    ],
    [
      'an expansion that does not broadcast',
      (g, x) => g.node('Expand', [x([2]), g.integers([3])]),
      'it does not broadcast to [3]',
    ],
    ['an unknown target type', (g, x) => g.node('Cast', [x([2])], { to: 99 }), 'the target type is unknown'],
    [
      'a slice along the batch',
      (g, x) => g.slice(x(['N', 3]), 0, 0, 1),
      'Slice needs a known size on axis 0 of [N, 3]',
    ],
    ['too few pads', (g, x) => g.node('Pad', [x([2, 3]), g.integers([1, 1])]), '2 pads for 2 axes'],
    [
      'scale of another length',
      (g, x) => g.node('BatchNormalization', [x([1, 3, 2, 2]), x([2]), x([3]), x([3]), x([3])]),
      'input 1 must be [3]',
    ],
  ])('%s', (_name, make, message) => {
    let error: unknown;
    try {
      build(make);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(PneumoscopeError);
    expect((error as PneumoscopeError).code).toBe('E_SHAPE_MISMATCH');
    expect((error as PneumoscopeError).message).toContain(message);
  });
});

describe('shape rules give', () => {
  it.each<[string, Make, Shape]>([
    [
      'the batch symbol through convolution',
      (g, x) => g.node('Conv', [x(['N', 2, 5, 5]), x([4, 2, 3, 3])], { strides: [2, 2] }),
      ['N', 4, 2, 2],
    ],
    ['planes of all images', (g, x) => g.reshape(x(['N', 3, 4, 4]), [-1, 1, 4, 4]), ['3*N', 1, 4, 4]],
    ['planes back to images', (g, x) => g.reshape(x(['3*N', 1, 4, 4]), [-1, 3, 4, 4]), ['N', 3, 4, 4]],
    ['the shape of another value', (g, x) => g.expandLike(x([1, 3]), x(['N', 3])), ['N', 3]],
    ['ones along the batch', (g, x) => g.onesAlongBatch(x(['N', 3])), ['N']],
    ['nothing, for a slice that ends before it starts', (g, x) => g.slice(x([2, 5]), 1, 3, 1), [2, 0]],
    ['every third element', (g, x) => g.slice(x([2, 8]), 1, 0, 8, 3), [2, 3]],
    ['all axes reduced by default', (g, x) => g.node('ReduceSum', [x(['N', 3])], { keepdims: 0 }), []],
    ['a product of broadcast batches', (g, x) => g.matMul(x(['N', 1, 2, 3]), x([4, 3, 5])), ['N', 4, 2, 5]],
  ])('%s', (_name, make, shape) => {
    expect(build(make).shape).toEqual(shape);
  });

  it("the standard's number of windows", () => {
    expect(windowOutput(7, 3, 2, 0, 1)).toBe(3);
    expect(windowOutput(8, 3, 2, 0, 1)).toBe(3);
    expect(windowOutput(8, 3, 2, 2, 2)).toBe(3);
  });
});
