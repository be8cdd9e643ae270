/** What a shape rule sees of a node: its inputs, and the integers and shapes that stand in the graph before it. */
import type { AttributeValue, Constant, ElementType, Node, Shape, Value } from './types.ts';

export interface OutputType {
  readonly type: ElementType;
  readonly shape: Shape;
}

/** What a shape rule may look at. */
export interface RuleContext {
  readonly op: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly outputCount: number;
  /** The content of input `index` when it is a constant of integers. */
  readonly integers: (index: number) => readonly number[] | undefined;
  /** The shape that input `index` spells out: that of a constant of integers or of a Shape node's input. */
  readonly spelledShape: (index: number) => Shape | undefined;
}

export type ShapeRule = (context: RuleContext) => readonly OutputType[];

export interface OperatorSchema {
  /** Least and greatest number of inputs. */
  readonly inputs: readonly [number, number];
  readonly outputs: readonly [number, number];
  readonly attributes: readonly string[];
  readonly rule: ShapeRule;
}

/** Where the constants and the producing nodes of values are looked up, by the value's name. */
export interface Surroundings {
  readonly constant: (name: string) => Constant | undefined;
  readonly producer: (name: string) => Node | undefined;
}

export function createRuleContext(
  node: Pick<Node, 'op' | 'inputs' | 'attributes'>,
  outputCount: number,
  surroundings: Surroundings,
): RuleContext {
  const { op, inputs, attributes } = node;
  return {
    op,
    inputs,
    attributes,
    outputCount,
    integers: (index) => integersOf(inputs[index], surroundings),
    spelledShape: (index) => spelledShape(inputs[index], surroundings),
  };
}

function integersOf(value: Value | undefined, { constant }: Surroundings): readonly number[] | undefined {
  const data = value && constant(value.name)?.data;
  return data instanceof BigInt64Array ? Array.from(data, Number) : undefined;
}

/** The shape that a value spells out: a constant of integers, the output of Shape, or a piece of either. */
function spelledShape(value: Value | undefined, surroundings: Surroundings): Shape | undefined {
  const producer = value && surroundings.producer(value.name);
  if (producer?.op === 'Shape') return producer.inputs[0]?.shape;
  if (producer?.op === 'Slice') {
    const whole = spelledShape(producer.inputs[0], surroundings);
    const [start, end, , step] = [1, 2, 3, 4].map((index) => integersOf(producer.inputs[index], surroundings)?.[0]);
    return step === undefined || step === 1 ? whole?.slice(start, end) : undefined;
  }
  return integersOf(value, surroundings);
}
