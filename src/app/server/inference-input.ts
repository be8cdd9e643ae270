/** The one input of a request: the numbers of images, or their files. */
import { budgets } from '../../base/budgets.ts';
import { refuse } from '../../base/errors.ts';
import { inputNames, type InferRequest, type RequestedInput } from './inference-schema.ts';

export type InferInput =
  /** `count` images one after the other, as the network takes them */
  | { readonly kind: 'tensor'; readonly values: Float32Array<ArrayBuffer>; readonly count: number }
  | { readonly kind: 'files'; readonly files: readonly Uint8Array[] };

/**
 * @param imageShape channels, height, width
 * @param binary what follows the JSON; undefined where nothing can
 * @throws PneumoscopeError E_USAGE
 */
export function readInput(
  { inputs }: InferRequest,
  imageShape: readonly number[],
  binary: Uint8Array | undefined,
): InferInput {
  const [input, another] = inputs;
  const { tensor, files } = inputNames;
  if (input === undefined || another !== undefined || (input.name !== tensor && input.name !== files)) {
    refuse('E_USAGE', `A request must have one input, either ${tensor} (FP32) or ${files} (BYTES)`);
  }
  return input.name === files ? readFiles(input, binary) : readTensor(input, imageShape, binary);
}

function readTensor(input: RequestedInput, imageShape: readonly number[], binary: Uint8Array | undefined): InferInput {
  const { name, datatype, shape, data, parameters } = input;
  if (datatype !== 'FP32') refuse('E_USAGE', `The input ${name} must be FP32`);
  const [count = 0, ...rest] = shape;
  if (rest.length !== imageShape.length || rest.some((length, index) => length !== imageShape[index])) {
    refuse('E_USAGE', `The input ${name} must have the shape [N, ${imageShape.join(', ')}], not [${shape.join(', ')}]`);
  }
  checkCount(count);
  const length = imageShape.reduce((product, size) => product * size, count);
  const size = parameters?.['binary_data_size'];
  if (size !== undefined) {
    const bytes = checkBinary(size, binary, length * 4);
    // Little-endian, as everything that runs Node is; the copy puts it on a multiple of four bytes.
    return { kind: 'tensor', values: new Float32Array(bytes.slice().buffer), count };
  }
  if (data === undefined) refuse('E_USAGE', `The input ${name} has no data`);
  const values = new Float32Array(length);
  const filled = fill(values, data, 0);
  if (filled !== length) {
    refuse(
      'E_USAGE',
      `The input ${name} has ${filled > length ? 'more' : filled} values, where its shape needs ${length}`,
    );
  }
  return { kind: 'tensor', values, count };
}

/** Flat or nested, in row-major order; how deep was counted before. @returns the index behind the last value */
function fill(values: Float32Array, data: readonly unknown[], start: number): number {
  let at = start;
  for (const value of data) {
    if (Array.isArray(value)) at = fill(values, value as readonly unknown[], at);
    else if (typeof value === 'number') values[at++] = value;
    else refuse('E_USAGE', `The input ${inputNames.tensor} holds something else than numbers`);
  }
  return at;
}

function readFiles(input: RequestedInput, binary: Uint8Array | undefined): InferInput {
  const { name, datatype, shape, data, parameters } = input;
  if (datatype !== 'BYTES') refuse('E_USAGE', `The input ${name} must be BYTES: an image file an element`);
  const [count = 0, one = 1, ...rest] = shape;
  if (one !== 1 || rest.length > 0) {
    refuse('E_USAGE', `The input ${name} must have the shape [N] or [N, 1], not [${shape.join(', ')}]`);
  }
  checkCount(count);
  const size = parameters?.['binary_data_size'];
  const files =
    size === undefined ? readBase64(data ?? [], count) : readElements(checkBinary(size, binary, undefined), count);
  if (files.length === count) return { kind: 'files', files };
  refuse('E_USAGE', `The input ${name} does not hold the ${count} elements that its shape needs`);
}

/** JSON has no bytes, so MLServer's and KServe's clients send base64. */
function readBase64(data: readonly unknown[], count: number): readonly Uint8Array[] {
  const texts = data.flat();
  if (texts.length !== count) return [];
  return texts.map((text) => {
    const bytes = typeof text === 'string' ? Buffer.from(text, 'base64') : undefined;
    if (bytes !== undefined && bytes.length >= Math.floor(((text as string).replace(/=+$/, '').length * 3) / 4)) {
      return bytes;
    }
    return refuse('E_USAGE', `The input ${inputNames.files} must hold base64 texts, or come as binary data`);
  });
}

/** Triton's form: the length of each element in four bytes, the lowest first, then its bytes. */
function readElements(bytes: Uint8Array, count: number): readonly Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const files: Uint8Array[] = [];
  let at = 0;
  while (files.length < count && at + 4 <= bytes.length) {
    const end = at + 4 + view.getUint32(at, true);
    if (end > bytes.length) break;
    files.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return at === bytes.length ? files : [];
}

function checkCount(count: number): void {
  const most = budgets.inferImages.limit;
  if (count < 1 || count > most) refuse('E_USAGE', `A request must hold 1 to ${most} images, not ${count}`);
}

function checkBinary(size: unknown, binary: Uint8Array | undefined, needed: number | undefined): Uint8Array {
  if (binary === undefined) refuse('E_USAGE', 'Binary data needs the header Inference-Header-Content-Length');
  if (Number(size) === binary.length && binary.length === (needed ?? binary.length)) return binary;
  const also = needed === undefined ? '' : ` and ${needed} are needed`;
  refuse('E_USAGE', `The binary data have ${binary.length} bytes, where size ${String(size)} was announced${also}`);
}
