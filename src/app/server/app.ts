/** The HTTP application: routes, limits, headers, problems, a line of log for each request. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import fastifyMultipart from '@fastify/multipart';
import { fastify, type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { PneumoscopeError } from '../../base/errors.ts';
import { assertOwnOrigin, isLoopback } from './access.ts';
import { registerApi } from './api-routes.ts';
import { registerDocumentation } from './documentation-routes.ts';
import { registerHealth } from './health-routes.ts';
import { registerInferenceProtocol } from './inference-routes.ts';
import { registerPage } from './page-routes.ts';
import { Problem } from './problems.ts';
import { composeSecurityHeaders } from './security-headers.ts';
import type { Service } from './service.ts';
import { imageTypes } from './uploads.ts';

/** Seconds. Slow senders hold a connection no longer. */
const patience = { headers: 15, request: 120, keepAlive: 10 } as const;

const mostConnections = 2048;

/** What is let go by of a body that is not wanted, before the connection is closed. */
const drained = { bytes: 64 * 2 ** 20, milliseconds: 5000 } as const;

/** What needs no token: probes of an orchestrator, and the files of the page, which asks for the token itself. All else does. */
const openRoutes: ReadonlySet<string> = new Set([
  '/',
  '/*',
  '/healthz',
  '/readyz',
  '/v2/health/live',
  '/v2/health/ready',
  '/api/v1/openapi.json',
]);

function isOpen({ routeOptions: { url } }: FastifyRequest): boolean {
  return url === undefined || openRoutes.has(url) || url.startsWith('/api/docs');
}

/** The application, not listening yet. */
export async function buildApp(service: Service): Promise<FastifyInstance> {
  const { settings, metrics } = service;
  const app = fastify({
    logger: false,
    bodyLimit: settings.bodyBytes,
    requestTimeout: patience.request * 1000,
    keepAliveTimeout: patience.keepAlive * 1000,
    http: { headersTimeout: patience.headers * 1000 },
    genReqId: () => randomUUID(),
    // Idle connections are closed; what is being answered is answered.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
  });
  app.server.maxConnections = mostConnections;
  await app.register(fastifyMultipart, {
    limits: {
      fileSize: settings.bodyBytes,
      files: settings.filesPerRequest,
      fields: 16,
      fieldSize: 4096,
      parts: settings.filesPerRequest + 16,
    },
  });
  // JSON and text are no images: without this they would be parsed first.
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser(imageTypes, { parseAs: 'buffer' }, (_, body, done) => done(null, body));

  limitMemory(app, service);
  const securityHeaders = composeSecurityHeaders();
  const loopback = isLoopback(settings.host);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    reply.header('x-request-id', request.id);
    if (!isStatic(request)) reply.header('cache-control', 'no-store');
    const { host, origin, authorization, 'sec-fetch-site': fetchSite } = request.headers;
    // A token says who asks, and no other page can send it; a proxy may change the names.
    if (settings.tokens === null) {
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      // Following a link to the page from elsewhere is nobody's attack.
      const from = isRead && isOpen(request) ? {} : { origin, fetchSite: [fetchSite].flat()[0] };
      assertOwnOrigin({ host, origin: undefined, fetchSite: undefined, ...from }, loopback);
    }
    if (!isOpen(request)) settings.tokens?.assertAllowed(authorization);
    if (service.stopping && !isOpen(request)) {
      throw new Problem('shutting-down', 'The service is stopping; ask another instance.');
    }
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const duration = reply.elapsedTime;
    metrics.countRequest(route, request.method, reply.statusCode, duration);
    settings.log?.write(
      JSON.stringify({
        time: new Date().toISOString(),
        request: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        milliseconds: Math.round(duration * 10) / 10,
      }),
    );
  });
  app.setErrorHandler((error: FastifyError, request, reply) =>
    sendProblem(toProblem(error, service, request), request, reply),
  );
  app.setNotFoundHandler((request, reply) => {
    return sendProblem(new Problem('not-found', 'There is nothing at this address for this method.'), request, reply);
  });

  registerHealth(app, service);
  registerApi(app, service);
  registerInferenceProtocol(app, service);
  await registerDocumentation(app);
  await registerPage(app);
  return app;
}

/** Files of the page say themselves how long they last. */
function isStatic({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url === '/*';
}

/** Before a body is read: whether it fits beside all the others. */
function limitMemory(app: FastifyInstance, { settings }: Service): void {
  const { bodyBytes, memoryBytes } = settings;
  let used = 0;
  const held = new WeakMap<FastifyRequest, number>();
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'POST') return;
    const announced = request.headers['content-length'];
    // A body of unknown length may become as long as is allowed.
    const bytes = announced === undefined ? bodyBytes : Number(announced);
    if (bytes > bodyBytes) {
      throw new Problem(
        'too-large',
        `A request may have ${describeBytes(bodyBytes)} at most; send fewer images at once.`,
      );
    }
    if (used + bytes > memoryBytes) {
      throw new Problem(
        'queue-full',
        'The images that are being received fill the memory that is set aside for them.',
        {
          retryAfter: 1,
        },
      );
    }
    used += bytes;
    held.set(request, bytes);
    // Also where the client goes away in the middle.
    reply.raw.once('close', () => {
      used -= held.get(request) ?? 0;
      held.delete(request);
    });
  });
}

function describeBytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toLocaleString('en-US', { maximumFractionDigits: 1 })} MiB`;
}

/** What the framework and its plugins refuse, by their codes. */
function toProblem(error: FastifyError, { settings }: Service, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  const { bodyBytes, filesPerRequest, log } = settings;
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
    case 'FST_REQ_FILE_TOO_LARGE':
      return new Problem(
        'too-large',
        `A request may have ${describeBytes(bodyBytes)} at most; send fewer images at once.`,
      );
    case 'FST_FILES_LIMIT':
    case 'FST_PARTS_LIMIT':
    case 'FST_FIELDS_LIMIT':
      return new Problem('too-large', `A request may hold ${filesPerRequest} images at most; send fewer at once.`);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_CONTENT_TYPE':
      return new Problem(
        'wrong-type',
        `The Content-Type must be one of ${imageTypes.join(', ')} and multipart/form-data.`,
      );
    default:
  }
  if (error instanceof PneumoscopeError) return new Problem('not-ready', error.message);
  const status = error.statusCode ?? 500;
  if (status === 413) return new Problem('too-large', 'The request is too large.');
  if (status >= 400 && status < 500) return new Problem('bad-request', 'The request is malformed or was cut short.');
  // A form that ends in the middle is a plain error of its parser.
  if (/unexpected end of|multipart|malformed part|boundary/i.test(error.message)) {
    return new Problem('bad-request', 'The form is malformed or was cut short.');
  }
  log?.write(
    JSON.stringify({ time: new Date().toISOString(), request: request.id, defect: error.stack ?? error.message }),
  );
  return new Problem('internal', `This is a defect of pneumoscope; its log has more under request ${request.id}.`);
}

async function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  if (problem.retryAfter !== undefined) reply.header('retry-after', problem.retryAfter);
  if (problem.code === 'token-missing') reply.header('www-authenticate', 'Bearer realm="pneumoscope"');
  // What was not read of a body would be taken for the next request.
  if (request.method === 'POST' && !(await drain(request.raw))) reply.header('connection', 'close');
  reply.status(problem.status);
  // That protocol has a form of its own.
  if (request.routeOptions.url?.startsWith('/v2') === true) {
    return reply.type('application/json').send(JSON.stringify({ error: problem.message }));
  }
  return reply.type('application/problem+json').send(JSON.stringify(problem.toDetails()));
}

/**
 * Lets go by what is still coming: many clients read no answer before they have sent all, and see a broken connection instead.
 *
 * @returns whether all of it came
 */
function drain(body: IncomingMessage): Promise<boolean> {
  if (body.complete) return Promise.resolve(true);
  return new Promise((resolve) => {
    let passed = 0;
    const end = (): void => {
      clearTimeout(timer);
      body.off('data', count).off('close', end);
      resolve(body.complete);
    };
    const count = (piece: Buffer): void => {
      passed += piece.length;
      if (passed > drained.bytes) end();
    };
    const timer = setTimeout(end, drained.milliseconds);
    // 'close' comes behind 'end' too.
    body.on('data', count).once('close', end).once('end', end);
    body.resume();
  });
}
