/**
 * The Open Inference Protocol, version 2, as KServe and Triton speak it: tensors in, tensors out, as JSON or, by Triton's extension for
 * binary tensor data, as bytes behind a JSON header. The tensors are the network's own: whoever sends them prepares the images.
 *
 * Sources: https://github.com/kserve/open-inference-protocol (inference_rest.md); Triton's extension_binary_data.md.
 */
import { z } from 'zod';
import type { ClassifierMetadata } from '../../model/file/metadata.ts';
import { refuse } from '../../base/errors.ts';
import type { InferenceSession } from '../../engine/runtime/inference-session.ts';
import type { ModelReference } from './contract.ts';
import type { InferOutcome, Task } from './worker-messages.ts';

/** Images of one request at most: each is a run of the network beside all others'. */
const mostImages = 64;

/** Clients of KServe and MLServer send null for what they leave out. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

const parameters = optional(z.record(z.string(), optional(z.union([z.string(), z.number(), z.boolean()]))));

export const inferRequestSchema = z.object({
  id: optional(z.string()),
  parameters,
  inputs: z.array(
    z.object({
      name: z.string(),
      shape: z.array(z.int().min(0)),
      datatype: z.string(),
      parameters,
      data: optional(z.array(z.unknown())),
    }),
  ),
  outputs: optional(z.array(z.object({ name: z.string(), parameters }))),
});

type InferRequest = z.infer<typeof inferRequestSchema>;
type RequestedInput = InferRequest['inputs'][number];

const outputNames = ['logits', 'probability'] as const;
type OutputName = (typeof outputNames)[number];

const tensorSchema = z
  .strictObject({
    name: z.string(),
    datatype: z.literal('FP32'),
    shape: z.array(z.int()).readonly().describe('-1: any number of images'),
  })
  .readonly();

type TensorDescription = z.infer<typeof tensorSchema>;

/** What `GET /v2/models/NAME` answers. */
export const modelMetadataSchema = z.strictObject({
  name: z.string(),
  versions: z.array(z.string()).readonly(),
  platform: z.literal('onnx_onnxv1'),
  inputs: z.array(tensorSchema).readonly(),
  outputs: z.array(tensorSchema).readonly(),
});

/** What `infer` answers, or the JSON at the beginning of its answer. */
export const inferAnswerSchema = z.strictObject({
  model_name: z.string(),
  model_version: z.string(),
  id: z.string().optional(),
  outputs: z.array(
    z.strictObject({
      name: z.enum(outputNames),
      datatype: z.literal('FP32'),
      shape: z.array(z.int()),
      data: z.array(z.number()).optional(),
      parameters: z.strictObject({ binary_data_size: z.int() }).optional(),
    }),
  ),
});

type InferAnswer = z.infer<typeof inferAnswerSchema>;

export function describeTensors({
  preprocessing,
  classes,
}: ClassifierMetadata): Pick<z.infer<typeof modelMetadataSchema>, 'inputs' | 'outputs'> {
  const { channels, height, width } = preprocessing;
  const units = classes.output === 'sigmoid' ? 1 : classes.names.length;
  return {
    inputs: [{ name: 'images', datatype: 'FP32', shape: [-1, channels, height, width] }],
    outputs: outputNames.map((name) => ({ name, datatype: 'FP32', shape: [-1, units] })),
  };
}

/** @throws PneumoscopeError E_USAGE for a request that the protocol or the model does not allow */
export async function infer(
  network: InferenceSession,
  metadata: ClassifierMetadata,
  { body, headerLength, model }: Extract<Task, { readonly kind: 'infer' }>,
): Promise<InferOutcome> {
  const request = parseRequest(body.subarray(0, headerLength ?? body.length));
  const [declared] = describeTensors(metadata).inputs;
  const input = findInput(request, declared as TensorDescription);
  const [count = 0] = input.shape;
  const binary = headerLength === undefined ? undefined : body.subarray(headerLength);
  const images = readTensor(input, binary);
  const wanted = findOutputs(request);
  const { logits, probabilities } = await network.run(images, count);
  const tensors: Readonly<Record<OutputName, Float32Array>> = { logits, probability: probabilities };
  return renderAnswer(request, wanted, tensors, model, count);
}

function parseRequest(bytes: Uint8Array): InferRequest {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    refuse('E_USAGE', 'The request is not JSON (or its Inference-Header-Content-Length is wrong)', error);
  }
  const result = inferRequestSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  refuse(
    'E_USAGE',
    `The request does not follow the protocol (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''})`,
  );
}

function findInput({ inputs }: InferRequest, { name, datatype, shape }: TensorDescription): RequestedInput {
  const [input] = inputs;
  if (input === undefined || inputs.length !== 1 || input.name !== name) {
    refuse('E_USAGE', `The model takes one input, ${name}`);
  }
  if (input.datatype !== datatype) refuse('E_USAGE', `The input ${name} must be ${datatype}`);
  const [count = 0, ...rest] = input.shape;
  if (input.shape.length !== shape.length || rest.some((length, index) => length !== shape[index + 1])) {
    refuse(
      'E_USAGE',
      `The input ${name} must have the shape [N, ${shape.slice(1).join(', ')}], not [${input.shape.join(', ')}]`,
    );
  }
  if (count < 1 || count > mostImages) refuse('E_USAGE', `A request must hold 1 to ${mostImages} images, not ${count}`);
  return input;
}

function readTensor(input: RequestedInput, binary: Uint8Array | undefined): Float32Array<ArrayBuffer> {
  const length = input.shape.reduce((product, size) => product * size, 1);
  const size = input.parameters?.['binary_data_size'];
  const values = size === undefined ? readJson(input, length) : readBinary(Number(size), binary, length);
  if (values.every((value) => Number.isFinite(value))) return values;
  refuse('E_USAGE', `The input ${input.name} holds a value that is no finite number`);
}

/** The data may be flat or nested, in row-major order. */
function readJson({ name, data }: RequestedInput, length: number): Float32Array<ArrayBuffer> {
  if (data === undefined) refuse('E_USAGE', `The input ${name} has no data`);
  const flat = data.flat(Infinity);
  if (flat.length !== length)
    refuse('E_USAGE', `The input ${name} has ${flat.length} values, where its shape needs ${length}`);
  if (!flat.every((value) => typeof value === 'number'))
    refuse('E_USAGE', `The input ${name} holds something else than numbers`);
  return Float32Array.from(flat);
}

function readBinary(size: number, binary: Uint8Array | undefined, length: number): Float32Array<ArrayBuffer> {
  if (binary === undefined) refuse('E_USAGE', 'Binary data needs the header Inference-Header-Content-Length');
  if (size !== binary.length || size !== length * 4) {
    refuse(
      'E_USAGE',
      `The binary data have ${binary.length} bytes, where size ${size} was announced and ${length * 4} are needed`,
    );
  }
  // Little-endian, as everything that runs Node is; the copy puts it on a multiple of four bytes.
  return new Float32Array(binary.slice().buffer);
}

interface WantedOutput {
  readonly name: OutputName;
  readonly binary: boolean;
}

function findOutputs({ outputs, parameters: whole }: InferRequest): readonly WantedOutput[] {
  const otherwise = whole?.['binary_data_output'] === true;
  if (outputs === undefined || outputs.length === 0) return outputNames.map((name) => ({ name, binary: otherwise }));
  return outputs.map(({ name, parameters: own }) => {
    const known = outputNames.find((output) => output === name);
    if (known === undefined)
      refuse('E_USAGE', `The model has the outputs ${outputNames.join(' and ')}, not ${name.slice(0, 100)}`);
    if (own?.['classification'] !== undefined) refuse('E_USAGE', 'The extension for classification is not known here');
    const binary = own?.['binary_data'];
    return { name: known, binary: binary === undefined ? otherwise : binary === true };
  });
}

function renderAnswer(
  { id }: InferRequest,
  wanted: readonly WantedOutput[],
  tensors: Readonly<Record<OutputName, Float32Array>>,
  model: ModelReference,
  count: number,
): InferOutcome {
  const outputs = wanted.map(({ name, binary }) => {
    const data = tensors[name];
    const shape = [count, data.length / count];
    const common = { name, datatype: 'FP32', shape } as const;
    return binary ? { ...common, parameters: { binary_data_size: data.byteLength } } : { ...common, data: [...data] };
  });
  const answer: InferAnswer = {
    model_name: model.id,
    model_version: model.version,
    ...(id !== undefined && { id }),
    outputs,
  };
  const header = new TextEncoder().encode(JSON.stringify(answer));
  const parts = wanted.filter(({ binary }) => binary).map(({ name }) => tensors[name]);
  if (parts.length === 0) return { body: header, headerLength: undefined };
  const bytes = parts.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
  return { body: Buffer.concat([header, ...bytes]), headerLength: header.length };
}
