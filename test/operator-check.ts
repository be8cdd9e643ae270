/**
 * The one way in which operators, and functions made of them, are tested: forward values and gradients against numbers
 * that another framework recorded, and gradients against central differences, element by element.
 */
import { readFileSync } from 'node:fs';
import { backward } from '../src/engine/autodiff/backward.ts';
import { lowerForGradients } from '../src/engine/autodiff/lower.ts';
import { GraphBuilder } from '../src/engine/graph/builder.ts';
import type { OpType } from '../src/engine/graph/operators.ts';
import { printGraph } from '../src/engine/graph/print.ts';
import { pruneGraph } from '../src/engine/graph/prune.ts';
import type { AttributeValue, Graph, Shape, Value } from '../src/engine/graph/types.ts';
import { verifyGraph } from '../src/engine/graph/verify.ts';
import { RandomGenerator } from '../src/base/random.ts';
import { Session } from '../src/engine/runtime/session.ts';
import type { Tensor, Tensors } from '../src/engine/runtime/tensor.ts';

/** An input of a recorded case, as test/fixtures/operators/make_operators.py writes it. */
export interface RecordedInput {
  readonly type: 'float32' | 'int64' | 'bool';
  readonly shape: readonly number[];
  readonly data: readonly number[];
  /** A float constant of the graph. */
  readonly constant?: true;
  /** null: no gradient flows; absent: the input takes none. */
  readonly gradient?: readonly number[] | null;
}

export interface OperatorCase {
  readonly name: string;
  readonly op: OpType;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** The inputs whose first axis may be the symbolic batch. */
  readonly batch: readonly number[];
  /** The inputs lie on a kink or a tie, where no difference quotient exists. */
  readonly kink: boolean;
  readonly inputs: readonly (RecordedInput | null)[];
  readonly output: { readonly shape: readonly number[]; readonly data: readonly number[] };
  readonly cotangent: readonly number[];
}

export const operatorFamilies = ['elementwise', 'reduction', 'linear', 'layout', 'convolution', 'pooling'] as const;

export function loadOperatorCases(family: (typeof operatorFamilies)[number]): readonly OperatorCase[] {
  const path = new URL(`fixtures/operators/${family}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as OperatorCase[];
}

/** Recorded numbers may differ by this share of the tensor's greatest magnitude, or of 1 where that is less: float32 rounding. */
const recordedTolerance = 1e-5;

/** Central differences in float32 with this step; their error is about step² / 6 times the third derivative. */
const differenceStep = 2 ** -6;
const differenceTolerance = 2e-3;

/** A new one for each run, printed when a check fails; set OPERATOR_SEED to repeat it. */
const seed = Number(process.env['OPERATOR_SEED'] ?? Date.now() % 1_000_000);

/** A function of float32 inputs, built of graph nodes. */
export interface CheckedFunction {
  readonly name: string;
  readonly inputs: readonly { readonly shape: Shape; readonly data: readonly number[] }[];
  readonly build: (g: GraphBuilder, inputs: readonly Value[]) => Value;
  /** What the symbol 'N' stands for. */
  readonly batchSize?: number;
  readonly outputShape: readonly number[];
  readonly expected?: {
    readonly output: readonly number[];
    readonly cotangent: readonly number[];
    readonly gradients: readonly (readonly number[] | null | undefined)[];
  };
  readonly kink?: boolean;
}

/**
 * Checks a recorded operator, with fixed shapes and, where it applies, with a symbolic batch.
 * @returns how many numbers were compared
 */
export async function checkOperator(recorded: OperatorCase): Promise<number> {
  const fixed = await checkFunction(operatorFunction(recorded, false));
  return fixed + (recorded.batch.length > 0 ? await checkFunction(operatorFunction(recorded, true)) : 0);
}

function operatorFunction(recorded: OperatorCase, symbolic: boolean): CheckedFunction {
  const { op, inputs, output, cotangent, kink } = recorded;
  const floats = inputs.flatMap((input, index) => (input && isVariable(input) ? [{ input, index }] : []));
  const batchSize = inputs[recorded.batch[0] ?? 0]?.shape[0];
  return {
    name: `${op}: ${recorded.name}${symbolic ? ', symbolic batch' : ''}`,
    inputs: floats.map(({ input, index }) => {
      const named = symbolic && recorded.batch.includes(index);
      return { shape: named ? ['N', ...input.shape.slice(1)] : input.shape, data: input.data };
    }),
    build: (g, values) => {
      const rest = [...values];
      const all = inputs.map((input) =>
        input === null ? undefined : isVariable(input) ? rest.shift() : constantOf(g, input),
      );
      return g.node(op, all, recorded.attributes);
    },
    ...(batchSize === undefined ? {} : { batchSize }),
    outputShape: output.shape,
    expected: { output: output.data, cotangent, gradients: floats.map(({ input }) => input.gradient) },
    kink,
  };
}

function isVariable(input: RecordedInput): boolean {
  return input.type === 'float32' && !input.constant;
}

function constantOf(g: GraphBuilder, { type, shape, data }: RecordedInput): Value {
  if (type === 'int64') return g.constant(type, shape, BigInt64Array.from(data, BigInt));
  return g.constant(type, shape, type === 'bool' ? Uint8Array.from(data) : Float32Array.from(data));
}

/**
 * Builds, differentiates and runs the function and compares.
 * @returns how many numbers were compared
 * @throws Error that says what differs, with the seed and the graph
 */
export async function checkFunction(checked: CheckedFunction): Promise<number> {
  const g = new GraphBuilder('checked');
  const inputs = checked.inputs.map(({ shape }, index) => g.input(`x${index}`, 'float32', shape));
  g.output(checked.build(g, inputs), 'y');
  const forward = g.build();
  const gradient = gradientGraph(forward, inputs);
  const feeds: Record<string, Tensor> = {};
  checked.inputs.forEach(({ shape, data }, index) => {
    const sizes = shape.map((dimension) => (typeof dimension === 'number' ? dimension : (checked.batchSize ?? 1)));
    feeds[`x${index}`] = tensor(sizes, data);
  });
  try {
    verifyGraph(forward);
    verifyGraph(gradient);
    return await compare(checked, forward, gradient, feeds);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${checked.name} (OPERATOR_SEED=${seed}): ${message}\n${printGraph(gradient)}`, { cause: error });
  }
}

async function compare(checked: CheckedFunction, forward: Graph, gradient: Graph, feeds: Tensors): Promise<number> {
  const { expected, outputShape, kink } = checked;
  let compared = 0;
  const y = tensor(outputShape);
  const forwardSession = await Session.create(forward, { threads: 1 });
  const gradientSession = await Session.create(gradient, { threads: 1 });
  try {
    await forwardSession.run(feeds, { y });
    if (expected) {
      compared += requireClose('the output', y.data, expected.output, recordedTolerance);
      const gradients = await runGradient(gradientSession, gradient, feeds, tensor(outputShape, expected.cotangent));
      expected.gradients.forEach((wanted, index) => {
        const got = gradients.get(`x${index}`);
        if (wanted === undefined) return;
        if (wanted === null && got) throw new Error(`a gradient flows to x${index}, which should get none`);
        if (wanted)
          compared += requireClose(`the gradient of x${index}`, got ?? new Float32Array(0), wanted, recordedTolerance);
      });
    }
    if (kink) return compared;
    const random = new RandomGenerator(seed);
    const cotangent = tensor(
      outputShape,
      Array.from(y.data, () => random.uniform(-2, 2)),
    );
    const gradients = await runGradient(gradientSession, gradient, feeds, cotangent);
    for (const [name, analytic] of gradients) {
      const numeric = await centralDifferences(forwardSession, feeds, name, y, cotangent.data);
      compared += requireClose(
        `the gradient of ${name}, against central differences,`,
        analytic,
        numeric,
        differenceTolerance,
      );
    }
    return compared;
  } finally {
    await forwardSession.release();
    await gradientSession.release();
  }
}

/** The graph of all gradients `x<i>_grad` from the inputs and the output's cotangent `dy`. */
function gradientGraph(forward: Graph, inputs: readonly Value[]): Graph {
  const lowered = lowerForGradients(forward);
  const g = GraphBuilder.extend(lowered);
  const [y] = lowered.outputs as readonly [Value];
  const gradients = backward(g, y, inputs, g.input('dy', 'float32', y.shape));
  for (const [name, value] of gradients) g.output(value, `${name}_grad`);
  return pruneGraph(g.build());
}

async function runGradient(
  session: Session,
  graph: Graph,
  feeds: Tensors,
  dy: Tensor,
): Promise<Map<string, Float32Array>> {
  const used = Object.fromEntries(
    Object.entries({ ...feeds, dy }).filter(([name]) => graph.inputs.some((input) => input.name === name)),
  );
  const names = graph.outputs.map(({ name }) => name.replace(/_grad$/, ''));
  const fetches = Object.fromEntries(names.map((name) => [`${name}_grad`, tensor((feeds[name] as Tensor).shape)]));
  await session.run(used, fetches);
  return new Map(names.map((name) => [name, fetches[`${name}_grad`]?.data as Float32Array]));
}

/** d(sum of cotangent * y) / dx, element by element: (f(x + h) - f(x - h)) / 2h. */
async function centralDifferences(
  session: Session,
  feeds: Tensors,
  name: string,
  y: Tensor,
  cotangent: Float32Array,
): Promise<Float64Array> {
  const x = (feeds[name] as Tensor).data as Float32Array;
  const project = async (): Promise<number> => {
    await session.run(feeds, { y });
    return (y.data as Float32Array).reduce((sum, value, index) => sum + value * (cotangent[index] as number), 0);
  };
  const result = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const held = x[i] as number;
    x[i] = held + differenceStep;
    const above = x[i] as number;
    const high = await project();
    x[i] = held - differenceStep;
    result[i] = (high - (await project())) / (above - (x[i] as number));
    x[i] = held;
  }
  return result;
}

/**
 * @param least the magnitude from which the tolerance is relative to the greatest one
 * @returns the number of elements
 * @throws Error naming the first element that differs by more than tolerance * max(least, greatest magnitude)
 */
export function requireClose(
  what: string,
  got: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
  least = 1,
): number {
  if (got.length !== wanted.length) throw new Error(`${what} has ${got.length} elements, not ${wanted.length}`);
  let scale = least;
  for (let i = 0; i < wanted.length; i++) scale = Math.max(scale, Math.abs(wanted[i] as number));
  for (let i = 0; i < wanted.length; i++) {
    const difference = Math.abs((got[i] as number) - (wanted[i] as number));
    if (!(difference <= tolerance * scale)) {
      throw new Error(`${what} is ${got[i]} at ${i}, not ${wanted[i]} (tolerance ${tolerance * scale})`);
    }
  }
  return wanted.length;
}

/** A float32 tensor, zero where no data are given. */
export function tensor(shape: readonly number[], data?: ArrayLike<number>): Tensor & { readonly data: Float32Array } {
  const size = shape.reduce((total, dimension) => total * dimension, 1);
  return { type: 'float32', shape, data: data ? Float32Array.from(data) : new Float32Array(size) };
}
