/** The OpenAPI 3.1 document: the contract's schemas, and what is asked where. */
import { z } from 'zod';
import { programVersion } from '../../base/version.ts';
import {
  classifyAnswerSchema,
  explainAnswerSchema,
  guardSchema,
  imageAnswerSchema,
  modelDescriptionSchema,
  modelReferenceSchema,
  modelsAnswerSchema,
  noticeText,
  problemSchema,
  readinessSchema,
  timingsSchema,
} from './contract.ts';
import { problems, type ProblemCode } from './problems.ts';
import { imageTypes } from './uploads.ts';

type Json = Readonly<Record<string, unknown>>;

const schemas = [
  classifyAnswerSchema,
  explainAnswerSchema,
  guardSchema,
  imageAnswerSchema,
  modelDescriptionSchema,
  modelReferenceSchema,
  modelsAnswerSchema,
  problemSchema,
  readinessSchema,
  timingsSchema,
];

const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

const jsonContent = (name: string): Json => ({ 'application/json': { schema: reference(name) } });

const modelParameters: readonly Json[] = [
  {
    name: 'model',
    in: 'query',
    required: false,
    description: 'The name of a model; the first that is served unless given.',
    schema: { type: 'string' },
  },
  {
    name: 'version',
    in: 'query',
    required: false,
    description: 'Its version; the latest of that name unless given.',
    schema: { type: 'string' },
  },
];

const imageBody: Json = {
  required: true,
  content: {
    // First, because generators of clients take the first.
    'multipart/form-data': {
      schema: {
        type: 'object',
        properties: { image: { type: 'array', items: { type: 'string', format: 'binary' } } },
        required: ['image'],
      },
    },
    ...Object.fromEntries(imageTypes.map((type) => [type, { schema: { type: 'string', format: 'binary' } }])),
  },
};

/** Each answer that is no success, by its status. */
function failures(...codes: readonly ProblemCode[]): Json {
  const byStatus = Map.groupBy(codes, (code) => problems[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, own]) => [
      String(status),
      {
        description: own.map((code) => `${problems[code].title} (${code})`).join('; '),
        content: { 'application/problem+json': { schema: reference('Problem') } },
      },
    ]),
  );
}

const anywhere = ['token-missing', 'wrong-origin', 'shutting-down', 'internal'] as const;
const withImages = ['bad-request', 'not-found', 'too-large', 'wrong-type', 'unreadable-image', 'queue-full'] as const;

/** The whole document, ready to be sent. */
export function buildOpenApi(): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Pneumoscope',
      version: programVersion(),
      summary: 'What a convolutional network sees in chest X-rays.',
      description: `${noticeText} Images stay in memory: they are neither written nor logged, and go nowhere else.`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{}, { token: [] }],
    paths: {
      '/api/v1/classify': {
        post: {
          operationId: 'classify',
          summary: 'Classify one image or many',
          description:
            'A raw body is one image, and one that cannot be read is a problem. In a form every file is an image, and each has a result of its own, also one that cannot be read.',
          tags: ['images'],
          parameters: modelParameters,
          requestBody: imageBody,
          responses: {
            200: { description: 'A result for each image, in order.', content: jsonContent('ClassifyAnswer') },
            ...failures(...withImages, 'timed-out', ...anywhere),
          },
        },
      },
      '/api/v1/explain': {
        post: {
          operationId: 'explain',
          summary: 'Where a model looked: a heat map of one image (Grad-CAM)',
          description:
            'As JSON: heat for each pixel of the network’s input, to which the whole image is fitted. As PNG, where the header Accept asks for image/png: the heat over the image as the network sees it.',
          tags: ['images'],
          parameters: [
            ...modelParameters,
            {
              name: 'class',
              in: 'query',
              required: false,
              description: 'The class to explain; the one that the model chose unless given.',
              schema: { type: 'string' },
            },
          ],
          requestBody: imageBody,
          responses: {
            200: {
              description: 'The heat map.',
              content: {
                ...jsonContent('ExplainAnswer'),
                'image/png': { schema: { type: 'string', format: 'binary' } },
              },
            },
            ...failures(...withImages, 'guard-refused', 'timed-out', ...anywhere),
          },
        },
      },
      '/api/v1/models': {
        get: {
          operationId: 'listModels',
          summary: 'The models that are served, with their cards, and the limits of a request',
          tags: ['models'],
          responses: {
            200: { description: 'All models.', content: jsonContent('ModelsAnswer') },
            ...failures(...anywhere),
          },
        },
      },
      '/api/v1/reload': {
        post: {
          operationId: 'reload',
          summary: 'Read all model files again',
          description:
            'New files answer once they are loaded and tested; where one cannot be used, all stays as it was.',
          tags: ['models'],
          responses: {
            200: { description: 'All models, as they are now.', content: jsonContent('ModelsAnswer') },
            ...failures('not-ready', ...anywhere),
          },
        },
      },
      '/readyz': {
        get: {
          operationId: 'readiness',
          summary: 'Whether every model gets the known number of a known image',
          tags: ['health'],
          security: [],
          responses: {
            200: { description: 'Ready.', content: jsonContent('Readiness') },
            503: { description: 'Not ready.', content: jsonContent('Readiness') },
          },
        },
      },
      '/healthz': {
        get: {
          operationId: 'liveness',
          summary: 'Whether the service answers',
          tags: ['health'],
          security: [],
          responses: { 200: { description: 'It does.', content: { 'text/plain': { schema: { type: 'string' } } } } },
        },
      },
      '/metrics': {
        get: {
          operationId: 'metrics',
          summary: 'Counters for Prometheus',
          tags: ['health'],
          responses: {
            200: { description: 'Its text format.', content: { 'text/plain': { schema: { type: 'string' } } } },
            ...failures(...anywhere),
          },
        },
      },
    },
    components: {
      schemas: renderSchemas(),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function renderSchemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const schema of schemas) registry.add(schema, { id: schema.meta()?.['id'] as string });
  const { schemas: rendered } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(Object.entries(rendered).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]));
}
