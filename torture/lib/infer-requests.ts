/** Requests of the Open Inference Protocol for a model of 16 x 16 images, and what clients do wrong with them. */
import type { RandomGenerator } from '../../src/base/random.ts';

const side = 16;

export interface InferRequest {
  readonly id?: string | null;
  readonly parameters?: Readonly<Record<string, unknown>> | null;
  readonly inputs: readonly [
    {
      readonly name: string;
      readonly shape: readonly number[];
      readonly datatype: string;
      readonly data: readonly number[][][];
    },
  ];
  readonly outputs?: readonly { readonly name: string }[] | null;
}

/** One to four images; fields that are left out are absent or null, as clients differ. */
export function makeInferRequest(random: RandomGenerator): InferRequest {
  const count = 1 + random.integer(4);
  const row = (): number[] => Array.from({ length: side }, () => Math.fround(random.next()));
  const image = (): number[][] => Array.from({ length: side }, row);
  const optional = <T>(value: T): T | null | undefined => [value, null, undefined][random.integer(3)];
  return {
    id: optional(`request ${random.integer(1000)}`),
    parameters: optional({}),
    inputs: [
      {
        name: 'images',
        shape: [count, 1, side, side],
        datatype: 'FP32',
        data: Array.from({ length: count }, image),
      },
    ],
    outputs: optional([{ name: 'logits' }, { name: 'probability' }]),
  } as InferRequest;
}

const strange: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  2 ** 53,
  0.5,
  '',
  'x'.repeat(5000),
  'NaN',
  [],
  {},
  [[[[]]]],
  { __proto__: null },
  '\u0000',
  ['logits'],
  Array.from({ length: 3000 }, () => 0),
];

/** A request in which a few fields are other values, gone, twice, or whose text is cut or changed. */
export function damageJson(sound: InferRequest, random: RandomGenerator): string {
  const value = JSON.parse(JSON.stringify(sound)) as Record<string, unknown>;
  for (let left = 1 + random.integer(3); left > 0; left--) damageField(value, random);
  const text = JSON.stringify(value);
  const at = random.integer(text.length);
  switch (random.integer(6)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(at + 1 + random.integer(20));
    case 2:
      return `${text.slice(0, at)}${String.fromCodePoint(32 + random.integer(90))}${text.slice(at)}`;
    default:
      return text;
  }
}

function damageField(value: Record<string, unknown>, random: RandomGenerator): void {
  let owner: Record<string, unknown> = value;
  for (;;) {
    const keys = Object.keys(owner);
    const key = keys[random.integer(Math.max(1, keys.length))];
    if (key === undefined) return;
    const inner = owner[key];
    if (typeof inner === 'object' && inner !== null && random.integer(4) > 0) {
      owner = inner as Record<string, unknown>;
      continue;
    }
    if (random.integer(4) === 0 && !Array.isArray(owner)) delete owner[key];
    else owner[key] = structuredClone(strange[random.integer(strange.length)]);
    return;
  }
}
