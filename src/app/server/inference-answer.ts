/** An answer of the Open Inference Protocol: tensors as JSON, or as bytes behind it. */
import type { ModelReference } from './contract.ts';
import type { RequestedOutput } from './inference-request.ts';
import { outputTypes, type InferAnswer, type OutputName } from './inference-schema.ts';

/** In row-major order. */
export type OutputValues = Readonly<Record<OutputName, Float32Array | readonly string[] | readonly boolean[]>>;

export interface RenderedAnswer {
  readonly body: Uint8Array;
  /** bytes of the JSON at the body's beginning, where binary tensors follow it */
  readonly headerLength: number | undefined;
}

/** @param count of images */
export function renderAnswer(
  id: string | undefined,
  { id: name, version }: ModelReference,
  { outputs, values, count }: { outputs: readonly RequestedOutput[]; values: OutputValues; count: number },
): RenderedAnswer {
  const binaries: Uint8Array[] = [];
  const rendered = outputs.map(({ name, binary }) => {
    const own = values[name];
    const units = own.length / count;
    const perClass = own instanceof Float32Array && name !== 'guard_score';
    const common = { name, datatype: outputTypes[name], shape: perClass ? [count, units] : [count] };
    if (!binary) return { ...common, data: [...own] as number[] | string[] | boolean[] };
    const bytes = toBytes(own);
    binaries.push(bytes);
    return { ...common, parameters: { binary_data_size: bytes.length } };
  });
  const answer: InferAnswer = {
    model_name: name,
    model_version: version,
    ...(id !== undefined && { id }),
    outputs: rendered,
  };
  const header = new TextEncoder().encode(JSON.stringify(answer));
  if (binaries.length === 0) return { body: header, headerLength: undefined };
  return { body: Buffer.concat([header, ...binaries]), headerLength: header.length };
}

function toBytes(values: Float32Array | readonly string[] | readonly boolean[]): Uint8Array {
  if (values instanceof Float32Array) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat(
    values.map((value) => (typeof value === 'string' ? toElement(value) : Buffer.of(Number(value)))),
  );
}

/** The length in four bytes, the lowest first, then the text. */
function toElement(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}
