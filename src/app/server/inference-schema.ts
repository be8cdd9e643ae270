/**
 * The Open Inference Protocol, version 2, as KServe and Triton speak it: what a request, an answer and the description of a model look
 * like. Numbers of an image come as FP32, or its file comes as BYTES.
 *
 * Sources: https://github.com/kserve/open-inference-protocol (inference_rest.md); Triton's extension_binary_data.md.
 */
import { z } from 'zod';
import { budgets } from '../../base/budgets.ts';
import type { ClassifierMetadata } from '../../model/file/metadata.ts';

/** A list is measured before its items are looked at: each that does not fit would become a complaint. */
const list = <Item extends z.ZodType>(item: Item, most: number) =>
  z
    .custom<readonly unknown[]>((value) => Array.isArray(value) && value.length <= most, {
      error: `expected a list of at most ${most}`,
    })
    .pipe(z.array(item));

/** Clients of KServe and MLServer send null for what they leave out. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

const text = z.string().max(budgets.inferTextLength.limit);
const parameters = optional(z.record(text, optional(z.union([text, z.number(), z.boolean()]))));

/** Beside the number of images: channels, height, width. */
const mostDimensions = 4;

/** Names of outputs that a request may ask for; those that a model has are fewer. */
const mostOutputs = 16;

export const inferRequestSchema = z.object({
  id: optional(text),
  parameters,
  inputs: list(
    z.object({
      name: text,
      shape: list(z.int().min(0), mostDimensions),
      datatype: text,
      parameters,
      data: optional(z.custom<readonly unknown[]>((value) => Array.isArray(value), { error: 'expected a list' })),
    }),
    2,
  ),
  outputs: optional(list(z.object({ name: text, parameters }), mostOutputs)),
});

export type InferRequest = z.infer<typeof inferRequestSchema>;
export type RequestedInput = InferRequest['inputs'][number];

/** Inputs of every model: a request has one of them. */
export const inputNames = { tensor: 'images', files: 'image_files' } as const;

/** Of every model, in the order of an answer that names none. Those of the guard only where the model has one. */
export const outputTypes = {
  logits: 'FP32',
  probability: 'FP32',
  raw_probability: 'FP32',
  label: 'BYTES',
  uncertain: 'BOOL',
  guard_score: 'FP32',
  guard_verdict: 'BYTES',
} as const;

export type OutputName = keyof typeof outputTypes;

const datatype = z.enum(['FP32', 'BYTES', 'BOOL']);

const tensorSchema = z
  .strictObject({
    name: z.string(),
    datatype,
    shape: z.array(z.int()).readonly().describe('-1: any number of images'),
  })
  .readonly();

export type TensorDescription = z.infer<typeof tensorSchema>;

/** What `GET /v2/models/NAME` answers. */
export const modelMetadataSchema = z.strictObject({
  name: z.string(),
  versions: z.array(z.string()).readonly(),
  platform: z.literal('onnx_onnxv1'),
  inputs: z.array(tensorSchema).readonly().describe('a request has one of them'),
  outputs: z.array(tensorSchema).readonly(),
  parameters: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .describe('how images become numbers, and what the numbers of the answer mean; lists and objects as JSON texts'),
});

/** What `infer` answers, or the JSON at the beginning of its answer. */
export const inferAnswerSchema = z.strictObject({
  model_name: z.string(),
  model_version: z.string(),
  id: z.string().optional(),
  outputs: z.array(
    z.strictObject({
      name: z.string(),
      datatype,
      shape: z.array(z.int()),
      data: z.union([z.array(z.number()), z.array(z.string()), z.array(z.boolean())]).optional(),
      parameters: z.strictObject({ binary_data_size: z.int() }).optional(),
    }),
  ),
});

export type InferAnswer = z.infer<typeof inferAnswerSchema>;

/** What a client must know of a model to ask it and to read its answers. */
export function describeTensors(
  metadata: ClassifierMetadata,
): Pick<z.infer<typeof modelMetadataSchema>, 'inputs' | 'outputs' | 'parameters'> {
  const { preprocessing, classes, operation, guard } = metadata;
  const band = operation?.uncertain ?? null;
  const { channels, height, width } = preprocessing;
  const units = classes.output === 'sigmoid' ? 1 : classes.names.length;
  const perClass: readonly OutputName[] = ['logits', 'probability', 'raw_probability'];
  return {
    inputs: [
      { name: inputNames.tensor, datatype: 'FP32', shape: [-1, channels, height, width] },
      { name: inputNames.files, datatype: 'BYTES', shape: [-1] },
    ],
    outputs: outputsOf(metadata).map((name) => ({
      name,
      datatype: outputTypes[name],
      shape: perClass.includes(name) ? [-1, units] : [-1],
    })),
    parameters: {
      classes: JSON.stringify(classes.names),
      ...(classes.positive !== null && { positive: classes.positive }),
      ...(classes.threshold !== null && { threshold: classes.threshold }),
      calibrated: operation !== undefined,
      temperature: operation?.temperature ?? 1,
      shift: operation?.shift ?? 0,
      ...(band !== null && { uncertain_low: band.low, uncertain_high: band.high }),
      guarded: guard !== undefined,
      preprocessing: JSON.stringify(preprocessing),
      maximum_images: budgets.inferImages.limit,
    },
  };
}

/** The outputs that a model has. */
export function outputsOf({ guard }: ClassifierMetadata): readonly OutputName[] {
  const names = Object.keys(outputTypes) as OutputName[];
  return guard === undefined ? names.filter((name) => !name.startsWith('guard_')) : names;
}
