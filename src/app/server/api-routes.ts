/** `/api/v1`: images in, answers out. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { clientSignal } from './client-signal.ts';
import { noticeText, type ClassifyAnswer, type ExplainAnswer } from './contract.ts';
import { buildOpenApi } from './openapi.ts';
import { Problem } from './problems.ts';
import type { Service } from './service.ts';
import { readUploads } from './uploads.ts';

export function registerApi(app: FastifyInstance, service: Service): void {
  app.post('/api/v1/classify', async (request, reply): Promise<ClassifyAnswer> => {
    const start = performance.now();
    const model = service.find(...readModel(request));
    const signal = clientSignal(reply);
    const images = await readUploads(request, service.settings.filesPerRequest);
    const results = await service.classify(model, images, signal);
    const [only] = results;
    // A program that sends one image as it is looks at the status alone.
    const problem = request.isMultipart() ? null : (only?.problem ?? null);
    if (problem !== null) throw Problem.from(problem);
    return {
      model: { id: model.id, version: model.version },
      results: [...results],
      milliseconds: performance.now() - start,
      notice: noticeText,
    };
  });

  app.post('/api/v1/explain', async (request, reply): Promise<ExplainAnswer | Uint8Array> => {
    const start = performance.now();
    const model = service.find(...readModel(request));
    const signal = clientSignal(reply);
    const images = await readUploads(request, service.settings.filesPerRequest);
    const [image] = images;
    if (image === undefined || images.length !== 1) {
      throw new Problem('bad-request', 'One image at a time can be explained.');
    }
    const wanted = readQuery(request, 'class');
    const overlay = wantsPng(request);
    const explained = await service.explain(model, image, {
      target: wanted === undefined ? 'predicted' : { class: wanted },
      overlay,
      signal,
    });
    if (explained.overlay !== null) {
      reply.type('image/png');
      return Buffer.from(explained.overlay);
    }
    return {
      model: { id: model.id, version: model.version },
      method: 'grad-cam',
      class: explained.target.class,
      classProbability: explained.target.probability,
      answer: explained.answer,
      width: explained.width,
      height: explained.height,
      // Three digits are finer than 256 grey levels.
      heat: Array.from(explained.heat, (value) => Math.round(value * 1000) / 1000),
      milliseconds: performance.now() - start,
      notice: noticeText,
    };
  });

  app.get('/api/v1/models', async () => service.listModels());

  app.post('/api/v1/reload', async () => {
    await service.reload();
    return service.listModels();
  });

  const document = buildOpenApi();
  app.get('/api/v1/openapi.json', async () => document);
}

function readModel(request: FastifyRequest): [id: string | undefined, version: string | undefined] {
  return [readQuery(request, 'model'), readQuery(request, 'version')];
}

function readQuery({ query }: FastifyRequest, name: string): string | undefined {
  const value = (query as Readonly<Record<string, string | string[] | undefined>>)[name];
  if (Array.isArray(value)) throw new Problem('bad-request', `'${name}' is given more than once.`);
  return value;
}

/** JSON unless PNG is asked for by name. */
function wantsPng({ headers }: FastifyRequest): boolean {
  return /\bimage\/png\b/i.test(headers.accept ?? '');
}
