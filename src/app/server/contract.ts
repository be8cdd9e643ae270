/**
 * What the service answers, as schemas: the one description of its API. The OpenAPI document is made of it, the client is generated
 * from that document, and tests hold every answer against it.
 */
import { z } from 'zod';
import { calibrationSchema, cardSectionSchema, evaluationSchema, statementSchema } from './model-contract.ts';

// Named parts of the description of a model are parts of the contract.
export { calibrationSchema, evaluationSchema, rateSchema, statementSchema } from './model-contract.ts';

const share = z.number().min(0).max(1);
const milliseconds = z.number().min(0);

export const noticeText = 'Research and teaching. Not a medical device: not for the diagnosis or treatment of anyone.';

/** A body that is no JSON, such as an image. */
export const bytesSchema = z
  .custom<Uint8Array>((value) => value instanceof Uint8Array)
  .meta({ type: 'string', format: 'binary' });

export const modelReferenceSchema = z
  .strictObject({
    id: z.string().describe('the name under which the model is served'),
    version: z.string().describe('the first 12 hexadecimal digits of the SHA-256 of its file'),
  })
  .meta({ id: 'ModelReference' });

export const guardSchema = z
  .strictObject({
    score: share.describe('0: as usual; 0.5: where one X-ray in a hundred lies; 1: nothing like one'),
    verdict: z.enum(['accepted', 'flagged', 'refused']),
    reason: z.string().nullable().describe('what is most unlike an X-ray; null where the image is accepted'),
    sentence: z.string().describe('the reason as words; empty where the image is accepted'),
  })
  .meta({ id: 'Guard', description: 'Whether the image looks like the X-rays the model was trained on.' });

export const remarkSchema = z
  .strictObject({ code: z.string().describe('stable'), sentence: z.string() })
  .meta({ id: 'HeaderRemark' });

export const headerSchema = z
  .strictObject({
    verdict: z.enum(['accepted', 'flagged', 'refused']),
    reason: remarkSchema.nullable().describe('why the model was not asked; null where it was'),
    flags: z.array(remarkSchema).describe('what to know of an image about which the model was asked'),
    modality: z.string().nullable(),
    age: z.number().nullable().describe('years; null where it is not known'),
    bodyPart: z.string().nullable(),
    view: z.string().nullable(),
  })
  .meta({ id: 'Header', description: 'Whether the DICOM header lets the model be asked. It names no person.' });

export const problemSchema = z
  .strictObject({
    type: z.string().describe('a URN that ends in the code'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('one sentence: what was wrong and what to do'),
    code: z.string().describe('stable; see the list of problems in docs/serving.md'),
  })
  .meta({ id: 'Problem', description: 'RFC 9457.' });

export const timingsSchema = z
  .strictObject({
    queue: milliseconds.describe('until a worker took the image'),
    decode: milliseconds.describe('from bytes to the pixels that the network gets'),
    network: milliseconds.describe("the network's time for the batch that the image was in"),
    batch: z.int().min(1).describe('images in that batch'),
  })
  .meta({ id: 'Timings', description: 'Milliseconds.' });

export const imageAnswerSchema = z
  .strictObject({
    index: z.int().min(0).describe('place in the request, from 0'),
    name: z.string().nullable().describe('as the client named the file; null for a raw body'),
    status: z
      .enum(['answered', 'refused', 'failed'])
      .describe(
        'refused: the header or the input guard says that this is no such X-ray, and there is no answer; failed: see problem',
      ),
    label: z.string().nullable(),
    positive: z
      .boolean()
      .nullable()
      .describe('whether the label is the class that is looked for; null for more than two classes'),
    probability: share
      .nullable()
      .describe('calibrated; of two classes that of the positive one, of more that of the label'),
    threshold: share.nullable().describe('positive is what lies strictly above; null for more than two classes'),
    probabilities: z.record(z.string(), share).nullable().describe('of every class'),
    uncertain: z.boolean().describe("in the model's uncertain band: a person should look first"),
    header: headerSchema.nullable().describe('of a DICOM file; null for any other'),
    guard: guardSchema
      .nullable()
      .describe('null where the model has none, the header refused the image first, or it could not be read'),
    display: z
      .string()
      .nullable()
      .describe('how its values became grey levels; null for an image of 8 bits without a window'),
    sha256: z.string().nullable().describe("of the image's bytes; null where it could not be read"),
    pages: z
      .int()
      .nullable()
      .describe(
        'images in the file, such as the pages of a TIFF: the answer is about the first; null where it could not be read',
      ),
    reason: z
      .strictObject({ code: z.string().describe('stable'), sentence: z.string() })
      .nullable()
      .describe('why there is no answer; null where there is one'),
    timings: timingsSchema.nullable(),
    problem: problemSchema.nullable().describe('of a failed image: the reason as an HTTP problem'),
  })
  .meta({ id: 'ImageAnswer' });

export const classifyAnswerSchema = z
  .strictObject({
    model: modelReferenceSchema,
    results: z.array(imageAnswerSchema),
    milliseconds,
    notice: z.string(),
  })
  .meta({ id: 'ClassifyAnswer' });

export const explainAnswerSchema = z
  .strictObject({
    model: modelReferenceSchema,
    method: z.literal('grad-cam'),
    class: z.string().describe('the class that is explained'),
    classProbability: share,
    answer: imageAnswerSchema,
    width: z.int().min(1).describe("of the network's input, to which the whole image is fitted"),
    height: z.int().min(1),
    heat: z.array(share).describe('row by row; 1 is the hottest place, 0 says nothing or speaks against the class'),
    milliseconds,
    notice: z.string(),
  })
  .meta({ id: 'ExplainAnswer' });

export const modelDescriptionSchema = z
  .strictObject({
    id: z.string(),
    version: z.string(),
    isDefault: z.boolean().describe('answers where no model is named'),
    isLatest: z.boolean().describe('answers where the model is named without a version'),
    classes: z.array(z.string()),
    positive: z.string().nullable(),
    threshold: share.nullable(),
    temperature: z.number().describe('logits are divided by it'),
    shift: z.number().describe('then added to the log-odds of the positive class'),
    uncertain: z.strictObject({ low: share, high: share }).nullable(),
    calibrated: z.boolean(),
    hasGuard: z.boolean(),
    input: z.strictObject({ width: z.int(), height: z.int(), channels: z.int() }),
    createdBy: z.string(),
    createdAt: z.string(),
    trainingImages: z.int(),
    synthetic: z.boolean().describe('trained on drawn phantoms: its answers about X-rays mean nothing'),
    licence: z.string(),
    intendedUse: z.string(),
    statement: statementSchema.nullable().describe("null: the model's file states nothing"),
    evaluation: evaluationSchema.nullable().describe("null: there are no figures in the model's file"),
    calibration: calibrationSchema.nullable().describe('null: the model was never calibrated'),
    card: z.array(cardSectionSchema).describe('all of this as English text'),
  })
  .meta({ id: 'ModelDescription' });

export const modelsAnswerSchema = z
  .strictObject({
    models: z.array(modelDescriptionSchema),
    limits: z.strictObject({
      bodyBytes: z.int(),
      imagePixels: z.int(),
      filesPerRequest: z.int(),
    }),
    tokenRequired: z.boolean(),
    notice: z.string(),
  })
  .meta({ id: 'ModelsAnswer' });

export const readinessSchema = z
  .strictObject({
    ready: z.boolean(),
    detail: z.string(),
    models: z.array(
      z.strictObject({
        id: z.string(),
        version: z.string(),
        ok: z.boolean(),
        logits: z.array(z.number()).describe('of the known image, now'),
        expected: z.array(z.number()).describe('of the known image, as recorded'),
        recorded: z.enum(['in the model file', 'when the model was loaded']),
      }),
    ),
  })
  .meta({ id: 'Readiness' });

export type ModelReference = z.infer<typeof modelReferenceSchema>;
export type ImageAnswer = z.infer<typeof imageAnswerSchema>;
export type ClassifyAnswer = z.infer<typeof classifyAnswerSchema>;
export type ExplainAnswer = z.infer<typeof explainAnswerSchema>;
export type ModelDescription = z.infer<typeof modelDescriptionSchema>;
export type ModelsAnswer = z.infer<typeof modelsAnswerSchema>;
export type Readiness = z.infer<typeof readinessSchema>;
export type ProblemDetails = z.infer<typeof problemSchema>;
