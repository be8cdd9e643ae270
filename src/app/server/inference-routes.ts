/** `/v2`: the Open Inference Protocol, so that clients of KServe and Triton work as they are. */
import { endSentence } from '../../base/text.ts';
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { programVersion } from '../../base/version.ts';
import { clientSignal } from './client-signal.ts';
import { bytesSchema } from './contract.ts';
import { problemOf, sendProblem, type ProblemForm } from './failures.ts';
import { describeTensors, inferAnswerSchema, inferRequestSchema, modelMetadataSchema } from './inference-schema.ts';
import { nothingHere, Problem } from './problems.ts';
import { refuseAll, registerRoutes } from './register-routes.ts';
import { declareRoute, type Route } from './route.ts';
import type { Service } from './service.ts';

/** Triton's name of the JSON's length, where bytes follow it. */
const lengthHeader = 'inference-header-content-length';

const json = <Schema extends z.ZodType>(description: string, schema: Schema) =>
  ({ description, content: { 'application/json': schema } }) as const;

const readySchema = z.strictObject({ ready: z.boolean() });

const serverRoutes: readonly Route[] = [
  declareRoute({
    method: 'GET',
    url: '/v2',
    needsToken: true,
    responses: {
      200: json(
        'The server.',
        z.strictObject({ name: z.string(), version: z.string(), extensions: z.array(z.string()) }),
      ),
    },
    handle: async () => ({ name: 'pneumoscope', version: programVersion(), extensions: ['binary_tensor_data'] }),
  }),
  declareRoute({
    method: 'GET',
    url: '/v2/health/live',
    needsToken: false,
    responses: { 200: json('It answers.', z.strictObject({ live: z.literal(true) })) },
    handle: async () => ({ live: true }) as const,
  }),
  declareRoute({
    method: 'GET',
    url: '/v2/health/ready',
    needsToken: false,
    responses: { 200: json('Ready.', readySchema), 503: json('Not ready.', readySchema) },
    async handle(service, _, reply) {
      const ready = (await service.testSelf()).ready && !service.stopping;
      reply.status(ready ? 200 : 503);
      return { ready };
    },
  }),
];

/** Of the latest version, or of the one that the address names. */
const modelRoutes = ['/v2/models/:model', '/v2/models/:model/versions/:version'].flatMap((url): readonly Route[] => {
  const common = {
    pathParameters: { model: z.string(), version: z.string().optional() },
    needsToken: true,
    problems: ['not-found'],
  } as const;
  return [
    declareRoute({
      ...common,
      method: 'GET',
      url,
      responses: { 200: json('The model and its tensors.', modelMetadataSchema) },
      async handle(service, { params }) {
        const { id, metadata } = service.find(params.model, params.version);
        return {
          name: id,
          versions: service.versionsOf(id),
          platform: 'onnx_onnxv1',
          ...describeTensors(metadata),
        } as const;
      },
    }),
    declareRoute({
      ...common,
      method: 'GET',
      url: `${url}/ready`,
      responses: { 200: json('Ready.', z.strictObject({ name: z.string(), ready: z.literal(true) })) },
      async handle(service, { params }) {
        const { id } = service.find(params.model, params.version);
        return { name: id, ready: true } as const;
      },
    }),
    declareRoute({
      ...common,
      method: 'POST',
      url: `${url}/infer`,
      body: { 'application/json': inferRequestSchema, 'application/octet-stream': bytesSchema },
      responses: {
        200: {
          description: 'The tensors; as bytes behind the JSON where they are asked for.',
          content: {
            'application/json': inferAnswerSchema,
            'application/octet-stream': bytesSchema,
          },
        },
      },
      problems: [...common.problems, 'unreadable-image', 'guard-refused', 'timed-out', 'not-ready'],
      async handle(service, request, reply) {
        const { params } = request;
        const model = service.find(params.model, params.version);
        const body = await request.receiveWhole();
        if (body.length === 0) throw new Problem('bad-request', 'The request has no body');
        const answer = await service.infer(model, body, readHeaderLength(request, body.length), clientSignal(reply));
        if ('problem' in answer) throw Problem.from(answer.problem);
        if (answer.headerLength === undefined) reply.type('application/json');
        else reply.type('application/octet-stream').header(lengthHeader, answer.headerLength);
        // A thread has rendered it.
        return Buffer.from(answer.body);
      },
    }),
  ];
});

export const inferenceRoutes: readonly Route[] = [...serverRoutes, ...modelRoutes];

/** Whether an address is one of the protocol, whatever stands behind. */
export function isProtocolAddress(url: string): boolean {
  return /^\/v2([/?]|$)/.test(url);
}

export const protocolError: ProblemForm = ({ message }) => ({
  type: 'application/json',
  body: { error: endSentence(message) },
});

export function registerInferenceProtocol(app: FastifyInstance, service: Service): void {
  void app.register(async (scope) => {
    // Of this protocol the body goes to a thread as it is: to parse a million numbers takes tens of milliseconds.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_, __, done) => done(null));
    scope.setErrorHandler((error: FastifyError, request, reply) =>
      sendProblem(problemOf(error, request, service.settings), protocolError, { request, reply }),
    );
    registerRoutes(scope, service, inferenceRoutes);
    refuseAll(scope, '/v2/*', { method: scope.supportedMethods, refuse: nothingHere });
  });
}

function readHeaderLength({ headers }: FastifyRequest, bodyLength: number): number | undefined {
  const text = headers[lengthHeader];
  if (text === undefined) return undefined;
  const length = Number(text);
  if (Number.isSafeInteger(length) && length > 0 && length <= bodyLength) return length;
  throw new Problem('bad-request', 'Inference-Header-Content-Length is no length within the body');
}
