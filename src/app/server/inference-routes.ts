/** `/v2`: the Open Inference Protocol, so that clients of KServe and Triton work as they are. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { programVersion } from '../../base/version.ts';
import { clientSignal } from './client-signal.ts';
import { describeTensors } from './inference-protocol.ts';
import type { ServedModel } from './model-registry.ts';
import { Problem } from './problems.ts';
import type { Service } from './service.ts';

/** Triton's name of the JSON's length, where bytes follow it. */
const lengthHeader = 'inference-header-content-length';

interface ModelParameters {
  readonly model: string;
  readonly version?: string;
}

export function registerInferenceProtocol(app: FastifyInstance, service: Service): void {
  void app.register(async (scope) => {
    // Of this protocol the body goes to a thread as it is: to parse a million numbers takes tens of milliseconds.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));

    scope.get('/v2', async () => ({
      name: 'pneumoscope',
      version: programVersion(),
      extensions: ['binary_tensor_data'],
    }));
    scope.get('/v2/health/live', async () => ({ live: true }));
    scope.get('/v2/health/ready', async (_, reply) => {
      const ready = (await service.testSelf()).ready && !service.stopping;
      reply.status(ready ? 200 : 503);
      return { ready };
    });

    for (const path of ['/v2/models/:model', '/v2/models/:model/versions/:version']) {
      // oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Fastify's may be
      scope.get(path, async (request) => {
        const model = find(service, request);
        return {
          name: model.id,
          versions: service.versionsOf(model.id),
          platform: 'onnx_onnxv1',
          ...describeTensors(model.metadata),
        };
      });
      scope.get(`${path}/ready`, async (request) => {
        const { id } = find(service, request);
        return { name: id, ready: true };
      });
      scope.post(`${path}/infer`, async (request, reply) => {
        const model = find(service, request);
        const { body } = request;
        if (!Buffer.isBuffer(body) || body.length === 0) throw new Problem('bad-request', 'The request has no body.');
        const answer = await service.infer(model, body, readHeaderLength(request, body.length), clientSignal(reply));
        if (answer.headerLength === undefined) reply.type('application/json');
        else reply.type('application/octet-stream').header(lengthHeader, answer.headerLength);
        return Buffer.from(answer.body);
      });
    }
  });
}

function find(service: Service, { params }: FastifyRequest): ServedModel {
  const { model, version } = params as ModelParameters;
  return service.find(model, version);
}

function readHeaderLength({ headers }: FastifyRequest, bodyLength: number): number | undefined {
  const text = headers[lengthHeader];
  if (text === undefined) return undefined;
  const length = Number(text);
  if (Number.isSafeInteger(length) && length > 0 && length <= bodyLength) return length;
  throw new Problem('bad-request', 'Inference-Header-Content-Length is no length within the body.');
}
